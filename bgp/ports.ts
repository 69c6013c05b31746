/**
 * What a host supplies to the library: time, randomness, connections, a listener, a log.
 * The library opens no socket, reads no clock and draws no random number but through these.
 */

/** A pending timer; `cancel` is idempotent. */
export interface Timer {
  cancel(): void;
}

/** Milliseconds throughout. `now` is monotonic; `wall` is Unix time, for reports only. */
export interface Clock {
  now(): number;
  wall(): number;
  setTimer(milliseconds: number, fire: () => void): Timer;
}

/** A number in [0, 1). */
export type Random = () => number;

export interface ConnectionHandlers {
  /** Bytes as they came, in any chunking. The array is the callee's to keep. */
  data(bytes: Uint8Array): void;
  /** The connection takes bytes again after `write` answered false. */
  drain(): void;
  /** It is over, from either side; called once. `error` is absent after an orderly end. */
  close(error?: Error): void;
}

/** One established TCP connection. */
export interface Connection {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Set before any byte is read; the library calls it once. */
  attach(handlers: ConnectionHandlers): void;
  /** False: buffered beyond the host's mark, wait for `drain`. The bytes are not copied: do not change them afterwards. */
  write(bytes: Uint8Array): boolean;
  /** Bytes accepted by `write` and not yet taken by the kernel. */
  readonly buffered: number;
  /** Sends what was written, then closes both directions; whatever still comes in is read and dropped. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
  /**
   * Signs what is sent with another key, and takes nothing else, from now on; throws where it cannot. Without this method a
   * new key is one for the next connection.
   */
  setMd5Key?(key: string): void;
}

/** A TCP-AO master key and how it is used (RFC 5925 §3.1, RFC 5926 §3.1). */
export interface AoKey {
  /** Text; 1 to 80 bytes. */
  readonly key: string;
  /** KeyIDs of what is sent and of what is received, 0-255. */
  readonly sendId: number;
  readonly receiveId: number;
  readonly algorithm: "hmac-sha-1-96" | "aes-128-cmac-96";
}

/** Where and how to connect, and what the host applies to the socket. */
export interface DialOptions {
  /** An address in text form; an IPv6 link-local one carries its zone ("fe80::1%eth0"). "%eth0": whoever is found there. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress?: string;
  /** TCP MD5 signature key (RFC 2385). */
  readonly md5Key?: string;
  /** TCP Authentication Option (RFC 5925); never beside `md5Key`. */
  readonly aoKey?: AoKey;
  /** IP TTL or hop limit of what is sent. */
  readonly ttl?: number;
  /** Least TTL accepted (GTSM, RFC 5082). */
  readonly minTtl?: number;
  /** SO_BINDTODEVICE. */
  readonly device?: string;
}

export interface DialHandlers {
  connected(connection: Connection): void;
  failed(error: Error): void;
}

/** Starts to connect; the handle ends the attempt (no handler is called afterwards). */
export interface Dialer {
  dial(options: DialOptions, handlers: DialHandlers): { cancel(): void };
}

export interface ListenOptions {
  readonly address?: string;
  readonly port: number;
}

/** What connections from one peer need of the listener, as in `DialOptions`. */
export interface ListenerPeer {
  readonly md5Key?: string;
  readonly ttl?: number;
  readonly minTtl?: number;
}

export interface Listener {
  /** Resolves once listening; rejects with the host's error. */
  listen(
    options: ListenOptions,
    accept: (connection: Connection) => void,
  ): Promise<{ readonly port: number; close(): Promise<void> }>;
  /**
   * Sets what connections from an address, or from a prefix ("10.0.0.0/24"), need, on what listens now and later; throws where it cannot. Without this
   * method connections from peers with a key or a least TTL are refused.
   */
  setPeer?(address: string, peer: ListenerPeer): void;
  removePeer?(address: string): void;
}

/** Structured log: a constant message and its fields. The library never passes a key or password. */
export interface Log {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
}

/** Interfaces whose other end is a peer ("%eth1" as an address): they are watched from `join` to `leave`, each counted. */
export interface Links {
  join(device: string): void;
  leave(device: string): void;
}

export interface Host {
  readonly clock: Clock;
  readonly random: Random;
  readonly dialer: Dialer;
  /** Absent: no inbound connections. */
  readonly listener?: Listener;
  /** Absent: no peer is named by an interface. */
  readonly links?: Links;
  readonly log: Log;
}
