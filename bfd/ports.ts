/**
 * What a host supplies to the library: time, randomness, datagrams, digests. What goes in and out is plain data, so the
 * sessions can live in a worker thread and their users on the other side of messages.
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

/** A number in [0, 1), not to be guessed from outside: discriminators come from it. */
export type Random = () => number;

/** Where a session's packets go, and what its socket is bound to besides its source port. */
export interface ChannelOptions {
  readonly address: string;
  readonly localAddress?: string;
  readonly interface?: string;
  readonly vrf?: string;
  /** The port it is sent to: 3784 (single hop) or 4784 (multihop). */
  readonly port: number;
  /** IP TTL or hop limit. */
  readonly ttl: number;
}

/** What one session sends through, from its first packet to its last. */
export interface Channel {
  /** 49152 to 65535, of no other session, and always the same (RFC 5881 §4); 0 while there is none. */
  readonly sourcePort: number;
  /** Sends without waiting. What cannot be sent is lost, as on the wire. */
  send(bytes: Uint8Array): void;
  close(): void;
}

/** What echo packets of one session go through, to the peer's forwarding plane and back. */
export interface EchoChannel {
  /** Sends without waiting. False: it could not be sent, and nobody is to miss it. */
  send(bytes: Uint8Array): boolean;
  close(): void;
}

/** A datagram that came in. Addresses have the one text form of the host, without a zone: `interface` says that. */
export interface IncomingDatagram {
  /** The source. */
  readonly address: string;
  readonly localAddress?: string;
  readonly interface: string;
  readonly vrf?: string;
  /** The port it was sent to: 3784 (single hop) or 4784 (multihop). */
  readonly port: number;
  readonly ttl: number;
  readonly bytes: Uint8Array;
}

export type DigestAlgorithm = "md5" | "sha1";

/** The digest of the bytes: 16 for MD5, 20 for SHA1. Called only by sessions with authentication. */
export type Digest = (algorithm: DigestAlgorithm, bytes: Uint8Array) => Uint8Array;

export interface Host {
  readonly clock: Clock;
  readonly random: Random;
  /** Never throws: what is wrong with a socket is between the host and its users. */
  open(options: ChannelOptions): Channel;
  /** Asked for sessions with echo. Absent: none of these has any. Never throws. */
  readonly openEcho?: (options: ChannelOptions) => EchoChannel;
  readonly digest: Digest;
}
