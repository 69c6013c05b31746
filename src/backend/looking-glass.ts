/** What a backend that speaks BGP itself shows of its sessions: plain values, ready to be printed. */
import type { PeerReport } from "./report.ts";

/** A NOTIFICATION, or another end of a session, in words. */
export interface Ending {
  readonly text: string;
  /** Unix time in milliseconds. */
  readonly at: number;
}

/** A session in full. Times without a name for their unit are seconds. */
export interface PeerDetail extends Omit<PeerReport, "unsent" | "lastError"> {
  readonly localAs: number;
  /** What both sides agreed on; while there is a session. */
  readonly remoteAs?: number;
  /** In the form of an IPv4 address. */
  readonly remoteId?: string;
  readonly holdTime?: number;
  readonly keepaliveTime?: number;
  readonly remoteAddress: string;
  readonly localAddress?: string;
  /** The connection: "10.0.0.11:40001 → 10.0.0.1:179", the one who opened it first. */
  readonly connection?: string;
  /** Milliseconds until each timer that runs expires, by its RFC name. */
  readonly timers: Readonly<Record<string, number>>;
  /** As `herald bgp decode` shows them. */
  readonly capabilitiesSent: readonly object[];
  readonly capabilitiesReceived: readonly object[];
  /** Times the session came up. */
  readonly ups: number;
  /** Peers with the same number are told the same bytes. */
  readonly updateGroup?: number;
  /** Bytes that the kernel has not taken yet. */
  readonly buffered: number;
  readonly unsent: readonly { readonly prefix: string; readonly reason: string }[];
  readonly lastError?: Ending;
  readonly lastNotificationSent?: Ending;
  readonly lastNotificationReceived?: Ending;
}

/** A route as one peer is told it. */
export interface RouteDetail {
  readonly peer: string;
  readonly prefix: string;
  /** As `herald bgp decode` shows them. */
  readonly attributes: object;
}

/** One message as it was on the wire. */
export interface MessageDetail {
  readonly peer: string;
  /** Unix time in milliseconds. */
  readonly at: number;
  readonly direction: "sent" | "received";
  /** AS numbers in it have four bytes. */
  readonly as4: boolean;
  readonly hex: string;
  /** As `herald bgp decode` shows it. */
  readonly message: object;
}

/** `peer` absent: all of them. Undefined: there is no peer of that name. */
export interface LookingGlass {
  peers(peer?: string): readonly PeerDetail[] | undefined;
  /** Adj-RIB-Out: what is told, or about to be, over the sessions there are. */
  routes(peer?: string): readonly RouteDetail[] | undefined;
  /** The last messages, the oldest first. */
  log(peer?: string): readonly MessageDetail[] | undefined;
}
