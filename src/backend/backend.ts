/**
 * The contract of a routing backend: Herald's own BGP, or a routing daemon it drives.
 * `apply` states the whole desired state and may be called at any time; `update` is the short way for a change of routes
 * that leaves everything else alone. After either, the backend converges on the same result by itself.
 */
import type { Address, Prefix } from "../model/address.ts";
import type { RouteAttributes } from "../model/announcement.ts";
import type { Peer } from "../model/config.ts";
import type { LookingGlass } from "./looking-glass.ts";

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

/** RFC 5880 §4.1. */
export type BfdState = "AdminDown" | "Down" | "Init" | "Up";

/** The BFD session with a peer whose configuration names a profile. What a backend cannot know is absent. */
export interface BfdReport {
  /** Name of the BFDProfile. */
  readonly profile: string;
  /** Absent: there is no session, and `reason` says why. */
  readonly state?: BfdState;
  /** What of the profile is not done, and why. */
  readonly reason?: string;
  readonly address?: string;
  /** Absent: the default one. */
  readonly vrf?: string;
  readonly multihop?: boolean;
  /** Unix time in milliseconds of the last change of state. */
  readonly since?: number;
  /** Why each end last went down, in the words of RFC 5880 §4.1. */
  readonly diagnostic?: string;
  readonly remoteState?: BfdState;
  readonly remoteDiagnostic?: string;
  /** 0: not known. */
  readonly localDiscriminator?: number;
  readonly remoteDiscriminator?: number;
  /** Milliseconds between our packets before jitter, and for how long the peer may be silent, as agreed on. */
  readonly transmitInterval?: number;
  readonly detectionTime?: number;
  /** Milliseconds between our echo packets before jitter; absent: none are sent now. */
  readonly echoInterval?: number;
  readonly counters?: BfdCounters;
}

export interface BfdCounters {
  readonly sent: number;
  /** Valid ones only. */
  readonly received: number;
  /** By reason; absent, as `failures`: the backend cannot know. */
  readonly dropped?: Readonly<Record<string, number>>;
  /** Times Up was reached, and left for whatever reason. */
  readonly ups: number;
  readonly downs: number;
  /** Those of `downs` that nobody asked for. */
  readonly failures?: number;
  /** Echo packets: sent, and come back. */
  readonly echoSent: number;
  readonly echoReceived: number;
}

/** How punctual the timers of BFD are on this machine. */
export interface BfdTimers {
  /** The priority that the timers run with, in words. */
  readonly scheduling: string;
  /** Timers that fired, and how late, in seconds: cumulative counts by upper bound, their sum, and the worst. */
  readonly fired: number;
  readonly buckets: readonly { readonly le: number; readonly count: number }[];
  readonly sum: number;
  readonly p99: number;
  readonly p9999: number;
  readonly worst: number;
  /** Packets dropped, by reason, also those that belong to no session. */
  readonly dropped: Readonly<Record<string, number>>;
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
  /** Of a peer with a BFD profile. */
  readonly bfd?: BfdReport;
}

export interface BackendStatus {
  readonly backend: string;
  readonly peers: readonly PeerReport[];
  /** Where this process runs BFD itself, once a peer asks for it. */
  readonly bfd?: BfdTimers;
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
