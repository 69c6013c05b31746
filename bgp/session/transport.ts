/** The connection of a session, from the attempt to its end: how much is written, how far the kernel took it. */
import type { Clock, Connection, Dialer, DialOptions } from "../ports.ts";
import { Link } from "./link.ts";

export interface TransportHandlers {
  connected(connection: Connection): void;
  failed(error: Error): void;
  data(bytes: Uint8Array): void;
  /** It takes routes again. */
  writable(): void;
  closed(error?: Error): void;
}

/**
 * Bytes handed over and not yet taken by the kernel stay below this, so that a KEEPALIVE, which is written past it, never
 * waits behind a table.
 */
const IN_FLIGHT = 128 * 1024;

/** A host whose mark is above ours tells of no drain: ask again after this many milliseconds. */
const ASK_AGAIN = 1;

export class Transport {
  readonly #clock: Clock;
  readonly #dialer: Dialer;
  readonly #handlers: TransportHandlers;
  #attempt: { cancel(): void } | undefined;
  #link: Link | undefined;
  #blocked = false;
  #asking = false;
  /** Bytes handed over, and those of them known to be taken. */
  #written = 0;
  #taken = 0;
  readonly #closing = new Set<Promise<void>>();

  constructor(clock: Clock, dialer: Dialer, handlers: TransportHandlers) {
    this.#clock = clock;
    this.#dialer = dialer;
    this.#handlers = handlers;
  }

  get connection(): Connection | undefined {
    return this.#link?.connection;
  }

  connect(options: DialOptions): void {
    this.#attempt = this.#dialer.dial(options, {
      connected: (connection) => {
        this.#attempt = undefined;
        this.take(connection);
        this.#handlers.connected(connection);
      },
      failed: (error) => {
        this.#attempt = undefined;
        this.#handlers.failed(error);
      },
    });
  }

  take(connection: Connection): void {
    this.#blocked = false;
    this.#written = 0;
    this.#taken = 0;
    const link = new Link(connection, this.#clock, {
      data: (bytes) => this.#handlers.data(bytes),
      drain: () => {
        this.#blocked = false;
        this.#handlers.writable();
      },
      close: (error) => {
        this.#link = undefined;
        this.#handlers.closed(error);
      },
    });
    this.#link = link;
  }

  /** Whether more than a KEEPALIVE may be written. */
  get writable(): boolean {
    const connection = this.connection;
    if (connection === undefined || this.#blocked) return false;
    if (connection.buffered < IN_FLIGHT) return true;
    this.#askAgain();
    return false;
  }

  write(bytes: Uint8Array): void {
    const connection = this.connection;
    if (connection === undefined) return;
    this.#written += bytes.length;
    if (!connection.write(bytes)) this.#blocked = true;
  }

  /** Whether the kernel took all there is. */
  get flushed(): boolean {
    return this.connection?.buffered === 0;
  }

  /** Whether the kernel took something since this was asked last. */
  progressed(): boolean {
    const taken = this.#written - (this.connection?.buffered ?? 0);
    const more = taken > this.#taken;
    this.#taken = taken;
    return more;
  }

  /** Gives up the attempt or the connection; nothing is heard of either any more. */
  close(abort: boolean): void {
    this.#attempt?.cancel();
    this.#attempt = undefined;
    const link = this.#link;
    if (link === undefined) return;
    this.#link = undefined;
    const { closed } = link;
    this.#closing.add(closed);
    void closed.then(() => this.#closing.delete(closed));
    if (abort) link.abort();
    else link.finish();
  }

  /** When all that was closed is over. */
  async settled(): Promise<void> {
    await Promise.all(this.#closing);
  }

  #askAgain(): void {
    if (this.#asking) return;
    this.#asking = true;
    this.#clock.setTimer(ASK_AGAIN, () => {
      this.#asking = false;
      if (this.connection !== undefined && !this.#blocked) this.#handlers.writable();
    });
  }
}
