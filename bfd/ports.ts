/**
 * What a host supplies to the library: time, randomness, datagrams, digests, a log. What goes in and out is plain data,
 * so the sessions can live in a worker thread and their host on the other side of messages.
 */

/** A pending timer; `cancel` is idempotent. */
export interface Timer {
  cancel(): void;
}

/** Milliseconds with fractions, as fine as a microsecond. `now` is monotonic. */
export interface Clock {
  now(): number;
  setTimer(milliseconds: number, fire: () => void): Timer;
}

/** A number in [0, 1), not to be guessed from outside: discriminators and source ports come from it. */
export type Random = () => number;

/** A datagram to send. The socket is bound to the source port and, where given, to the local address and the interface. */
export interface OutgoingDatagram {
  readonly address: string;
  readonly localAddress?: string;
  readonly interface?: string;
  readonly port: number;
  readonly sourcePort: number;
  /** IP TTL or hop limit. */
  readonly ttl: number;
  readonly bytes: Uint8Array;
}

/** A datagram that came in. Addresses have the one text form of the host, without a zone: `interface` says that. */
export interface IncomingDatagram {
  /** The source. */
  readonly address: string;
  readonly localAddress?: string;
  readonly interface: string;
  /** The port it was sent to: 3784 (single hop) or 4784 (multihop). */
  readonly port: number;
  /** "checked": a filter on the host's socket lets only what has the right TTL pass. */
  readonly ttl: number | "checked";
  readonly bytes: Uint8Array;
}

export type DigestAlgorithm = "md5" | "sha1";

/** The digest of the bytes: 16 for MD5, 20 for SHA1. Called only by sessions with authentication. */
export type Digest = (algorithm: DigestAlgorithm, bytes: Uint8Array) => Uint8Array;

/** Structured log: a constant message and its fields. The library never passes a key or password. */
export interface Log {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
}

export interface Host {
  readonly clock: Clock;
  readonly random: Random;
  /** Sends without waiting. What cannot be sent is lost, as on the wire. */
  send(datagram: OutgoingDatagram): void;
  readonly digest: Digest;
  readonly log: Log;
}
