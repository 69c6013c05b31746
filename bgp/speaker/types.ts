/** The public values of a speaker: what a peer is set to, and what it reports. */
import type { Afi, Capability, CodecContext, NextHop, PathAttributes, Prefix } from "bgp-ts-codec";
import type { Direction } from "../fsm/collision.ts";
import type { DownReason, State, TimerName } from "../fsm/types.ts";
import type { MessageCounters, PeerError, SessionConfig } from "../session/types.ts";

/** A peer as the host wants it. Equal configurations leave a session alone; times are seconds. */
export interface PeerConfig extends SessionConfig {
  /** Unique name, for logs, metrics and calls. */
  readonly name: string;
  /** Seconds between announcements to this peer; 0 is off, the default. Withdrawals never wait. */
  readonly minAdvertisementInterval?: number;
  /** Received prefixes beyond this end the session with Cease/1; absent: no limit. */
  readonly maxPrefixes?: number;
}

/** Peers that connect from a prefix, told apart by their addresses. */
export interface RangeConfig extends Omit<PeerConfig, "remoteAddress" | "remotePort" | "passive"> {
  readonly prefix: Prefix;
  /** Of them at once. */
  readonly limit: number;
}

/**
 * A route to announce. `attributes` are those common to all peers of its kind (communities, MED, LOCAL_PREF, a prepended
 * path); ORIGIN, AS_PATH and the next hop are completed per session. Routes that share one `attributes` object are
 * grouped without comparing it.
 */
export interface Route {
  readonly prefix: Prefix;
  readonly attributes: PathAttributes;
  /** Absent: the session's own local address ("next hop self"). */
  readonly nextHop?: NextHop;
}

/** A difference to the list of a peer: routes new or changed, and prefixes that go. */
export interface RouteChange {
  readonly set: readonly Route[];
  readonly withdraw: readonly Prefix[];
}

/** Why a route of the list is not on the wire to this peer. */
export interface Unsent {
  readonly prefix: Prefix;
  readonly reason: "family-not-negotiated" | "no-next-hop" | "attributes-too-long";
}

export interface PeerStatus {
  readonly name: string;
  readonly state: State;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAs: number;
  /** Of the peer's OPEN, once seen. */
  readonly remoteAs?: number;
  readonly remoteId?: number;
  readonly localAddress?: string;
  readonly localPort?: number;
  /** The peer's port of the connection there is, and who opened it. */
  readonly connectedPort?: number;
  readonly direction?: Direction;
  /** Peers with the same number get the same bytes; while Established. */
  readonly updateGroup?: number;
  /** Milliseconds until each timer that runs expires. */
  readonly timers: Readonly<Partial<Record<TimerName, number>>>;
  /** Bytes written that the kernel has not taken yet. */
  readonly buffered: number;
  /** Unix time in milliseconds of the last change to or from Established. */
  readonly since?: number;
  readonly holdTime?: number;
  readonly keepaliveTime?: number;
  readonly capabilitiesSent: readonly Capability[];
  readonly capabilitiesReceived: readonly Capability[];
  readonly sent: MessageCounters;
  readonly received: MessageCounters;
  /** Times Established was reached, and left. */
  readonly ups: number;
  readonly flaps: number;
  /** Routes of the list, on the wire, and still to be written. */
  readonly routes: number;
  readonly advertised: number;
  readonly pending: number;
  readonly unsent: readonly Unsent[];
  /** Prefixes the peer announces now. */
  readonly receivedPrefixes: number;
  /** False: the peer announced more than are told apart, so `receivedPrefixes` is the least there were at once. */
  readonly receivedPrefixesExact: boolean;
  /** UPDATEs with errors that the session survived (RFC 7606), by consequence. */
  readonly updateErrors: { readonly discarded: number; readonly withdrawn: number };
  readonly lastError?: PeerError;
  /** The last NOTIFICATION each way. */
  readonly lastSent?: PeerError;
  readonly lastReceived?: PeerError;
}

/** What a peer is told, as messages. */
export interface AdjRibOut {
  readonly context: CodecContext;
  readonly families: readonly Afi[];
  readonly messages: readonly Uint8Array[];
}

/**
 * What the host knows of the way to a peer by other means than BGP, such as BFD (RFC 5882 §4.2): "unwatched" is nothing,
 * which is how each peer begins. A session ends by "down", and none begins until it is something else.
 */
export type PathState = "unwatched" | "up" | "down";

/** What a speaker tells its host. Events may come from within a call to the speaker. */
export type SpeakerEvent =
  | {
      readonly type: "state";
      readonly peer: string;
      readonly from: State;
      readonly to: State;
      readonly reason?: DownReason;
    }
  | { readonly type: "error"; readonly peer: string; readonly error: PeerError }
  /** The peer's list and all of it since is on the wire (written to the transport). */
  | { readonly type: "synced"; readonly peer: string }
  | { readonly type: "unsent"; readonly peer: string; readonly unsent: readonly Unsent[] };

/** How a speaker leaves: "withdraw" ends the peers' routes, "keep" leaves them to graceful restart. */
export interface CloseOptions {
  readonly mode: "withdraw" | "keep";
  /** Shutdown communication (RFC 9003), shown by the peers. */
  readonly text?: string;
}
