/** What a backend reports of its peers: their sessions, their routes, their BFD. */
import type { Prefix } from "../model/address.ts";

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
