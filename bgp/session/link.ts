/** One connection as a session sees it: let go of in one of two ways, and silent from then on. */
import type { Clock, Connection } from "../ports.ts";

export interface LinkHandlers {
  data(bytes: Uint8Array): void;
  drain(): void;
  close(error?: Error): void;
}

/** How long the last bytes may take before the connection is closed without them, in milliseconds. */
const FLUSH_TIME = 2000;

export class Link {
  readonly connection: Connection;
  readonly #clock: Clock;
  #handlers: LinkHandlers | undefined;
  #open = true;
  /** Settles when the connection is over, whoever ended it. */
  readonly closed: Promise<void>;

  constructor(connection: Connection, clock: Clock, handlers: LinkHandlers) {
    this.connection = connection;
    this.#clock = clock;
    this.#handlers = handlers;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    connection.attach({
      data: (bytes) => this.#handlers?.data(bytes),
      drain: () => this.#handlers?.drain(),
      close: (error) => {
        this.#open = false;
        const handlers = this.#handlers;
        this.#handlers = undefined;
        resolve();
        handlers?.close(error);
      },
    });
  }

  /** What was written goes out, the peer is told of the end; after a bound the connection is closed in any case. */
  finish(): void {
    this.#handlers = undefined;
    if (!this.#open) return;
    const bound = this.#clock.setTimer(FLUSH_TIME, () => {
      if (this.#open) this.connection.destroy();
    });
    void this.closed.then(() => bound.cancel());
    this.connection.end();
  }

  /** At once. */
  abort(): void {
    this.#handlers = undefined;
    if (this.#open) this.connection.destroy();
  }
}
