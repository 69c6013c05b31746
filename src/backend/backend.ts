/**
 * The contract of a routing backend: Herald's own BGP, or a routing daemon it drives.
 * `apply` states the whole desired state and may be called at any time; `update` is the short way for a change of routes
 * that leaves everything else alone. After either, the backend converges on the same result by itself.
 */
import type { Address, Prefix } from "../model/address.ts";
import type { RouteAttributes } from "../model/announcement.ts";
import type { Peer } from "../model/config.ts";

/** What an operator's configuration may ask for and a backend may lack. */
export type Feature =
  | "ipv6"
  | "large-communities"
  | "bfd"
  | "vrf"
  | "unnumbered"
  | "graceful-restart"
  | "dynamic-asn"
  | "local-asn"
  | "tcp-md5"
  | "multihop"
  | "existing-neighbor";

/** One route towards one peer. */
export interface DesiredRoute {
  readonly prefix: Prefix;
  readonly attributes: RouteAttributes;
}

/** A peer of this node and the whole list of what it is told. */
export interface DesiredPeer {
  readonly peer: Peer;
  readonly routes: readonly DesiredRoute[];
}

export interface DesiredState {
  readonly peers: readonly DesiredPeer[];
  /** BGP Identifier where the peer names none; unsigned 32-bit, not zero. */
  readonly routerId: number;
  /** Addresses of this node: next hops for a family that is not the session's own. */
  readonly nodeAddresses: readonly Address[];
  readonly nodeName: string;
}

/** What changed for one peer since the last `apply` or `update`. */
export interface RouteUpdate {
  readonly peer: string;
  readonly set: readonly DesiredRoute[];
  readonly withdraw: readonly Prefix[];
}

export type SessionState = "Idle" | "Connect" | "Active" | "OpenSent" | "OpenConfirm" | "Established";

/** BGP messages by type, and their bytes where those are known. */
export interface MessageCounts {
  readonly open: number;
  readonly update: number;
  readonly notification: number;
  readonly keepalive: number;
  readonly routeRefresh: number;
  readonly bytes?: number;
}

/** What a backend cannot know is absent. */
export interface PeerReport {
  readonly peer: string;
  /** "192.0.2.1:179", "[2001:db8::1]:179", or the interface of an unnumbered peer. */
  readonly address?: string;
  readonly state: SessionState;
  readonly routes: number;
  readonly advertised: number;
  /** Routes that will be on the wire, and are not yet. */
  readonly pending?: number;
  readonly sent?: MessageCounts;
  readonly received?: MessageCounts;
  /** Prefixes that the peer announces now. */
  readonly receivedPrefixes?: number;
  /** Times the session was up, and ended. */
  readonly flaps?: number;
  /** UPDATEs with errors that the session survived (RFC 7606), by consequence. */
  readonly updateErrors?: { readonly discarded: number; readonly withdrawn: number };
  /** Unix time in milliseconds of the last change to or from Established. */
  readonly since?: number;
  readonly lastError?: string;
  /** Routes of the list that are not on the wire, and why. */
  readonly unsent: readonly { readonly prefix: Prefix; readonly reason: string }[];
}

export interface BackendStatus {
  readonly backend: string;
  readonly peers: readonly PeerReport[];
}

export type BackendEvent =
  | { readonly type: "session"; readonly peer: string; readonly state: SessionState; readonly reason?: string }
  | { readonly type: "synced"; readonly peer: string }
  | { readonly type: "error"; readonly peer?: string; readonly text: string };

/** How to leave. "keep": the routes are to outlive this process (restart, upgrade); "withdraw": they are not. */
export type Leave = "keep" | "withdraw";

export interface Backend {
  readonly name: string;
  /** Asked before `apply`; what it answers no to becomes a reason on the object. */
  supports(feature: Feature): boolean;
  apply(desired: DesiredState): void;
  /** Only for peers of the last `apply`; an unknown one is a programming error and throws. */
  update(changes: readonly RouteUpdate[]): void;
  status(): BackendStatus;
  subscribe(listener: (event: BackendEvent) => void): () => void;
  close(leave: Leave): Promise<void>;
}
