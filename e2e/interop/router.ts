/** What the suite asks of a router, whoever made it. */
import type { PeerName } from "./page.ts";
import type { LabNode } from "../lab/index.ts";

/** A path as the router holds it; numbers as text, "64500:100", "64500:1:100". */
export interface Path {
  readonly prefix: string;
  readonly nextHop: string;
  readonly asPath: string;
  readonly origin: string;
  readonly communities: readonly string[];
  readonly largeCommunities: readonly string[];
  /** "rt:64500:1", "soo:64500:1", "bandwidth:125000" (bytes per second); absent where there are none. */
  readonly extendedCommunities?: readonly string[];
  /** Absent where there is none. */
  readonly med?: number;
}

export interface Router {
  readonly name: PeerName;
  /** Topology, relative to deploy/clab. */
  readonly topology: string;
  /** Every path learned, of both families. */
  paths(node: LabNode): Promise<Path[]>;
  /** From now on the speaker at 10.0.0.11 must sign with this key (RFC 2385). */
  requirePassword(node: LabNode, password: string): Promise<void>;
  /** It announces these IPv4 prefixes, and no others. */
  announce(node: LabNode, prefixes: readonly string[]): Promise<void>;
  /** The last NOTIFICATION that it had from the speaker at 10.0.0.11, in its own words; "" for none. */
  told(node: LabNode): Promise<string>;
  /** Ends the sessions and takes new ones at once. */
  reset(node: LabNode): Promise<void>;
}
