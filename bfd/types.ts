/** Configuration, events and status of sessions: plain data. Intervals are in microseconds, as on the wire. */
import type { DropCounters } from "./error.ts";
import type { AuthType, State } from "./packet.ts";

export interface Profile {
  /** The interval at which we would like to send, in microseconds. */
  readonly desiredMinTx: number;
  /** The least interval between packets that we take, in microseconds; not 0. */
  readonly requiredMinRx: number;
  /** How many of our packets may be lost before the peer gives up: 1 to 255. */
  readonly detectMultiplier: number;
}

export interface AuthKey {
  readonly id: number;
  /** 1 to 16 bytes for a simple password and MD5, 1 to 20 for SHA1. */
  readonly secret: Uint8Array;
}

/** The first key sends, all are accepted: so keys can be exchanged while the session is up. */
export interface Authentication {
  readonly type: AuthType;
  readonly keys: readonly AuthKey[];
}

/** RFC 5880 §6.4, over one IPv4 hop. */
export interface EchoConfig {
  /** The least interval between echo packets of ours, in microseconds; the peer may ask for a longer one, or for none. */
  readonly desiredMinTx: number;
  /** The least interval between those of the peer that this system returns, in microseconds; 0: it returns none. */
  readonly requiredMinRx: number;
}

export interface SessionConfig {
  readonly profile: Profile;
  /** Send nothing until the peer has sent. One of the two ends has to be active. */
  readonly passive?: boolean;
  /** C: this end goes on when its control plane restarts. */
  readonly controlPlaneIndependent?: boolean;
  readonly authentication?: Authentication;
  /** Absent: no echo packets, of either end. */
  readonly echo?: EchoConfig;
}

/** A change of state. */
export interface SessionEvent {
  readonly from: State;
  readonly to: State;
  readonly diagnostic: number;
  /** What the peer's last packet said. */
  readonly remoteState: State;
  readonly remoteDiagnostic: number;
  readonly remoteControlPlaneIndependent: boolean;
  /** Up was lost, and neither end was taken down or away on purpose: users act on this alone (RFC 5882 §3.2, §4.2). */
  readonly failure: boolean;
}

export interface SessionCounters {
  readonly sent: number;
  /** Valid ones only. */
  readonly received: number;
  readonly dropped: DropCounters;
  /** How often Up was reached, and left. */
  readonly ups: number;
  readonly downs: number;
  /** Those of `downs` that were failures. */
  readonly failures: number;
  /** Echo packets: sent, and come back. */
  readonly echoSent: number;
  readonly echoReceived: number;
}

export interface SessionStatus {
  readonly state: State;
  readonly diagnostic: number;
  readonly remoteState: State;
  readonly remoteDiagnostic: number;
  readonly remoteControlPlaneIndependent: boolean;
  readonly localDiscriminator: number;
  /** 0: not known, or forgotten. */
  readonly remoteDiscriminator: number;
  /** Before jitter, in microseconds; absent: nothing is sent periodically now. */
  readonly transmitInterval?: number;
  /** Between echo packets of ours, before jitter, in microseconds; absent: none are sent now. */
  readonly echoInterval?: number;
  /** In microseconds; absent: no packet yet. */
  readonly detectionTime?: number;
  readonly polling: boolean;
  readonly counters: SessionCounters;
}
