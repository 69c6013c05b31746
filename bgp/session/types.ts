/** The values of one session: what it is configured with, what both sides agreed on, what it counts and reports. */
import type { Capability, CodecContext, NotificationError } from "bgp-ts-codec";
import type { Damping, DownReason } from "../fsm/types.ts";
import type { AoKey } from "../ports.ts";

/** Which AS the peer must be in: a number, or any external / any internal one. */
export type RemoteAs = number | "external" | "internal";

/** Graceful restart as configured for a peer (RFC 4724, RFC 8538). */
export interface GracefulRestart {
  /** Seconds, 1-4095. */
  readonly restartTime: number;
  /** R: routes of an earlier run of this speaker may still be held by the peer. */
  readonly restarted: boolean;
  /** F: forwarding went on meanwhile. */
  readonly forwarding: boolean;
  /** N: keep routes over a NOTIFICATION too. */
  readonly notification: boolean;
}

/** The families a session carries, unicast each. */
export interface Families {
  readonly ipv4: boolean;
  readonly ipv6: boolean;
}

/** What one session is configured with; times are seconds. */
export interface SessionConfig {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAs: number;
  readonly remoteAs: RemoteAs;
  /** BGP Identifier, unsigned 32-bit, not zero (RFC 6286). */
  readonly bgpId: number;
  readonly localAddress?: string;
  readonly device?: string;
  readonly passive?: boolean;
  readonly holdTime: number;
  /** Absent: a third of the negotiated hold time, which is also the most it can be. */
  readonly keepaliveTime?: number;
  readonly connectRetryTime: number;
  /** Smallest hold time accepted from the peer; absent: any legal one. */
  readonly minimumHoldTime?: number;
  readonly sendHoldTime?: number;
  readonly delayOpenTime?: number;
  /** How long to stay away after an error; absent: 5 seconds at first (less where connectRetryTime is), 60 at most. */
  readonly damping?: Damping;
  /** The families to negotiate. */
  readonly families: Families;
  /** Offer IPv4 routes with IPv6 next hops (RFC 8950). */
  readonly extendedNextHop?: boolean;
  readonly extendedMessages?: boolean;
  /** Offer that no session comes up before BFD is up (draft-ietf-idr-bgp-bfd-strict-mode). */
  readonly bfdStrict?: boolean;
  readonly gracefulRestart?: GracefulRestart;
  readonly md5Key?: string;
  /** Only for sessions that this side opens: connections that come in are refused. */
  readonly aoKey?: AoKey;
  readonly ttl?: number;
  readonly minTtl?: number;
  readonly hostName?: string;
}

/** What two OPENs lead to (RFC 4271 §4.2, RFC 5492). Times in seconds. */
export interface Negotiated {
  readonly remoteAs: number;
  readonly remoteId: number;
  /** The peer is in another AS. */
  readonly ebgp: boolean;
  readonly holdTime: number;
  readonly keepaliveTime: number;
  readonly families: Families;
  readonly routeRefresh: boolean;
  /** BoRR and EoRR go around a refreshed table (RFC 7313). */
  readonly enhancedRouteRefresh: boolean;
  /** IPv4 routes may go with an IPv6 next hop (RFC 8950). */
  readonly extendedNextHop: boolean;
  /** Both sides sent the capability (RFC 4724). */
  readonly gracefulRestart: boolean;
  /** Both sides keep routes over a NOTIFICATION (RFC 8538). */
  readonly gracefulNotification: boolean;
  /** Both sides wait for BFD before their first KEEPALIVE. */
  readonly bfdStrict: boolean;
  readonly send: CodecContext;
  readonly receive: CodecContext;
  readonly capabilitiesSent: readonly Capability[];
  readonly capabilitiesReceived: readonly Capability[];
}

/** The last error of a session, ours or the peer's. */
export interface PeerError {
  readonly direction: "sent" | "received" | "local";
  readonly notification?: NotificationError;
  readonly reason?: DownReason;
  /** One sentence; of a NOTIFICATION its name and shutdown text (RFC 9003). */
  readonly text: string;
  /** Unix time in milliseconds. */
  readonly at: number;
}

export interface MessageCounters {
  readonly open: number;
  readonly update: number;
  readonly notification: number;
  readonly keepalive: number;
  readonly routeRefresh: number;
  readonly bytes: number;
}
