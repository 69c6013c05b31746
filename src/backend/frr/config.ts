/** The part of bgpd's configuration that Herald owns, as values. Lines are without indentation. */
import type { Family } from "../../model/address.ts";

/** What Herald calls its own begins with this. */
export const PREFIX = "herald-";

/** The route-map that says: this `router bgp` was made by Herald. It is used nowhere. */
export const MARKER = `route-map ${PREFIX}instance permit 1`;

export interface FrrNeighbor {
  /** What follows "description": "herald NAME HASH". Another hash is another session. */
  readonly description: string;
  /**
   * What follows "neighbor ADDRESS", of the instance, but for the description; "remote-as" first. Of a peer-group: that
   * line first, and what follows "bgp" of its "listen range".
   */
  readonly session: readonly string[];
  /** The same within the address families; a family that is not carried has none. */
  readonly families: Readonly<Record<Family, readonly string[]>>;
}

export interface FrrConfig {
  /** The AS of "router bgp"; undefined: there is none. */
  readonly asn: number | undefined;
  /** Lines of "router bgp"; undefined: the operator's, left alone. */
  readonly instance: readonly string[] | undefined;
  /** By header, "route-map herald-in deny 1". */
  readonly routeMaps: ReadonlyMap<string, readonly string[]>;
  /** By address, by the interface of an unnumbered one, or by the peer-group of a range. */
  readonly neighbors: ReadonlyMap<string, FrrNeighbor>;
  /** Prefix → route-map. */
  readonly networks: Readonly<Record<Family, ReadonlyMap<string, string>>>;
}

/** What bgpd runs with: Herald's part, and what of the operator's matters. */
export interface RunningConfig extends FrrConfig {
  readonly routeMaps: Map<string, readonly string[]>;
  readonly networks: Readonly<Record<Family, Map<string, string>>>;
  readonly foreignNeighbors: ReadonlySet<string>;
  readonly foreignNetworks: ReadonlySet<string>;
  /** "router bgp" has lines that are not Herald's. */
  readonly shared: boolean;
  /** `bgp network import-check` is on, as by default. */
  readonly importCheck: boolean;
  /** Families that a new neighbour has without being told. */
  readonly byDefault: Readonly<Record<Family, boolean>>;
}

/** That of a bgpd without any configuration; made anew each time. */
export function emptyConfig(): RunningConfig {
  return {
    asn: undefined,
    instance: undefined,
    routeMaps: new Map(),
    neighbors: new Map(),
    networks: { 4: new Map(), 6: new Map() },
    foreignNeighbors: new Set(),
    foreignNetworks: new Set(),
    shared: false,
    importCheck: true,
    byDefault: { 4: true, 6: false },
  };
}
