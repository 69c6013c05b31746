/** A network in memory: hosts by address, connections with a latency, on a clock that a test advances. */
import type {
  Clock,
  Connection,
  ConnectionHandlers,
  DialHandlers,
  DialOptions,
  Dialer,
  Listener,
  ListenOptions,
} from "@herald/bgp";

/** Milliseconds one way. */
const LATENCY = 1;
const EPHEMERAL = 49152;

type Accept = (connection: Connection) => void;

interface Place {
  readonly address: string;
  readonly port: number;
}

function keyOf({ address, port }: Place): string {
  return `${address} ${port}`;
}

export class MemoryNetwork {
  readonly #clock: Clock;
  readonly #listening = new Map<string, Accept>();
  #nextPort = EPHEMERAL;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Dials from `address`; refuses where nobody listens. */
  dialer(address: string): Dialer {
    return {
      dial: (options: DialOptions, handlers: DialHandlers) => {
        const there = { address: options.remoteAddress, port: options.remotePort };
        const timer = this.#clock.setTimer(2 * LATENCY, () => {
          const accept = this.#listening.get(keyOf(there));
          if (accept === undefined) return handlers.failed(new Error(`connect ${keyOf(there)}: connection refused`));
          const [near, far] = this.#pair({ address: options.localAddress ?? address, port: this.#nextPort++ }, there);
          accept(far);
          handlers.connected(near);
        });
        return { cancel: () => timer.cancel() };
      },
    };
  }

  /** Listens on `address`, or on the one that is asked for. */
  listener(address: string): Listener {
    return {
      listen: (options: ListenOptions, accept: Accept) => {
        const port = options.port === 0 ? this.#nextPort++ : options.port;
        const key = keyOf({ address: options.address ?? address, port });
        if (this.#listening.has(key)) return Promise.reject(new Error(`listen ${key}: address in use`));
        this.#listening.set(key, accept);
        const close = (): Promise<void> => Promise.resolve(void this.#listening.delete(key));
        return Promise.resolve({ port, close });
      },
    };
  }

  #pair(a: Place, b: Place): readonly [End, End] {
    const near = new End(this.#clock, a, b);
    const far = new End(this.#clock, b, a);
    near.other = far;
    far.other = near;
    return [near, far];
  }
}

/** One end of a connection. Everything it does reaches the other one after the latency, in order. */
class End implements Connection {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly buffered = 0;
  other: End | undefined;
  readonly #clock: Clock;
  #handlers: ConnectionHandlers | undefined;
  #isOpen = true;

  constructor(clock: Clock, local: Place, remote: Place) {
    this.#clock = clock;
    this.localAddress = local.address;
    this.localPort = local.port;
    this.remoteAddress = remote.address;
    this.remotePort = remote.port;
  }

  attach(handlers: ConnectionHandlers): void {
    this.#handlers = handlers;
  }

  write(bytes: Uint8Array): boolean {
    if (this.#isOpen) this.#after(() => this.other?.receive(bytes));
    return true;
  }

  end(): void {
    this.#finish();
  }

  destroy(): void {
    this.#finish(new Error("connection reset"));
  }

  receive(bytes: Uint8Array): void {
    if (this.#isOpen) this.#handlers?.data(bytes);
  }

  /** The other end has closed. */
  closed(error: Error | undefined): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#handlers?.close(error);
  }

  #finish(error?: Error): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#after(() => this.other?.closed(error));
    this.#after(() => this.#handlers?.close());
  }

  #after(deed: () => void): void {
    this.#clock.setTimer(LATENCY, deed);
  }
}
