/**
 * The contract of a routing backend: Herald's own BGP, or a routing daemon it drives.
 * `apply` states the whole desired state and may be called at any time; `update` is the short way for a change of routes
 * that leaves everything else alone. After either, the backend converges on the same result by itself.
 */
import type { Address, Prefix } from "../model/address.ts";
import type { RouteAttributes } from "../model/announcement.ts";
import type { Peer } from "../model/config.ts";
import type { LookingGlass } from "./looking-glass.ts";
import type { BackendStatus, BfdState, SessionState } from "./report.ts";

/** What an operator's configuration may ask for and a backend may lack. */
export type Feature =
  | "ipv6"
  | "large-communities"
  /** Route targets and route origins. */
  | "extended-communities"
  | "other-extended-communities"
  /** Another next hop than the node's own, of IPv6 routes. */
  | "next-hop-ipv6"
  /** RFC 10005, made of the endpoints of a Service. */
  | "link-bandwidth"
  | "prefix-limit"
  | "bfd"
  | "bfd-echo"
  | "vrf"
  | "unnumbered"
  | "graceful-restart"
  | "dynamic-asn"
  | "local-asn"
  | "tcp-md5"
  | "tcp-ao"
  | "multihop"
  | "passive"
  | "listen-range"
  | "ttl-security"
  | "source-interface"
  | "minimum-hold-time"
  | "existing-neighbor"
  /** What only policy towards such a neighbour can say: extended communities, prepending, next hops, no-export. */
  | "existing-neighbor-policy";

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

export type BackendEvent =
  | { readonly type: "session"; readonly peer: string; readonly state: SessionState; readonly reason?: string }
  | { readonly type: "synced"; readonly peer: string }
  | {
      readonly type: "bfd";
      readonly peer: string;
      readonly state: BfdState;
      /** In the words of RFC 5880 §4.1. */
      readonly diagnostic: string;
      /** Absent: the backend cannot know. */
      readonly remoteState?: BfdState;
      readonly remoteDiagnostic: string;
      /** Up was lost, and nobody asked for it: the BGP session ends. */
      readonly failure: boolean;
    }
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
  /** Brings counters that live elsewhere up to date, for `status`. Never rejects, and takes no longer than a moment. */
  refresh?(): Promise<void>;
  /** Absent where the sessions are another program's to show. */
  readonly glass?: LookingGlass;
  subscribe(listener: (event: BackendEvent) => void): () => void;
  /** `text`: what the peers are told in the NOTIFICATION, where one is sent (RFC 9003). */
  close(leave: Leave, text?: string): Promise<void>;
}
