import type { Connection, ConnectionHandlers, Dialer, DialOptions, Host, Listener, Log, Random } from "@herald/bgp";
import { FakeClock } from "./fake-clock.ts";

export interface NetworkOptions {
  /** Milliseconds on the way, 1 by default. */
  readonly latency?: number;
  /** Each connection's latency is multiplied by 1 to 3, at random; all have the same without it. */
  readonly spread?: Random;
  /** How a chunk is cut on its way; whole by default. */
  readonly split?: (bytes: Uint8Array) => readonly Uint8Array[];
  /** Bytes the "kernels" of both ends hold together, 64 KiB by default. */
  readonly window?: number;
  /** From how many buffered bytes on `write` answers false, 16 KiB by default. */
  readonly mark?: number;
}

/** One end of a connection between two simulated hosts. */
export class SimulatedConnection implements Connection {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** That it was given since it began. */
  readonly keys: string[] = [];
  readonly #network: SimulatedNetwork;
  #peer: SimulatedConnection | undefined;
  #handlers: ConnectionHandlers | undefined;
  /** Written, and not yet taken by the kernel. */
  #waiting: Uint8Array[] = [];
  /** Taken from the other end, and not yet read here. */
  readonly #inbox: Uint8Array[] = [];
  /** On the way to the other end, or waiting there to be read. */
  #inFlight = 0;
  readonly #latency: number;
  #needsDrain = false;
  #reading = true;
  #ending = false;
  #over = false;

  constructor(network: SimulatedNetwork, local: readonly [string, number], remote: readonly [string, number]) {
    this.#network = network;
    this.#latency = network.latency * (1 + 2 * network.spread());
    [this.localAddress, this.localPort] = local;
    [this.remoteAddress, this.remotePort] = remote;
  }

  static pair(network: SimulatedNetwork, a: readonly [string, number], b: readonly [string, number]) {
    const near = new SimulatedConnection(network, a, b);
    const far = new SimulatedConnection(network, b, a);
    near.#peer = far;
    far.#peer = near;
    return [near, far] as const;
  }

  attach(handlers: ConnectionHandlers): void {
    this.#handlers = handlers;
    this.#deliver();
  }

  get buffered(): number {
    return this.#waiting.reduce((sum, { length }) => sum + length, 0);
  }

  get isOver(): boolean {
    return this.#over;
  }

  write(bytes: Uint8Array): boolean {
    if (this.#over || this.#ending) return false;
    this.#waiting.push(bytes);
    this.#send();
    this.#needsDrain = this.buffered > this.#network.mark;
    return !this.#needsDrain;
  }

  end(): void {
    this.#ending = true;
    this.#send();
  }

  setMd5Key(key: string): void {
    this.keys.push(key);
  }

  destroy(): void {
    this.#finish();
    this.#later(this.#latency, (peer) => peer.#finish(new Error("connection reset")));
  }

  /** Reads nothing any more: the other end's buffers fill up. */
  pause(): void {
    this.#reading = false;
  }

  resume(): void {
    this.#reading = true;
    this.#deliver();
  }

  /** At the other end, after a while. */
  #later(milliseconds: number, act: (peer: SimulatedConnection) => void): void {
    const peer = this.#peer;
    if (peer !== undefined) this.#network.clock.setTimer(milliseconds, () => act(peer));
  }

  /** The kernel takes what the window has room for; it arrives after the latency. */
  #send(): void {
    const { window, clock, split } = this.#network;
    while (this.#waiting.length > 0 && this.#inFlight < window) {
      const bytes = this.#waiting.shift() ?? new Uint8Array(0);
      const room = window - this.#inFlight;
      if (bytes.length > room) this.#waiting.unshift(bytes.subarray(room));
      const taken = bytes.subarray(0, room);
      this.#inFlight += taken.length;
      for (const part of split(taken)) this.#later(this.#latency, (peer) => peer.#arrive(part));
    }
    if (this.#waiting.length > 0) return;
    if (this.#ending && !this.#over) {
      this.#later(this.#latency, (peer) => peer.#finish());
      clock.setTimer(2 * this.#latency, () => this.#finish());
    }
    if (!this.#needsDrain) return;
    this.#needsDrain = false;
    clock.setTimer(0, () => {
      if (!this.#over) this.#handlers?.drain();
    });
  }

  #arrive(bytes: Uint8Array): void {
    if (this.#over) return;
    this.#inbox.push(bytes);
    this.#deliver();
  }

  #deliver(): void {
    while (this.#reading && !this.#over && this.#handlers !== undefined) {
      const bytes = this.#inbox.shift();
      if (bytes === undefined) return;
      this.#later(this.#latency, (peer) => peer.#acknowledged(bytes.length));
      if (!this.#ending) this.#handlers.data(bytes.slice());
    }
  }

  #acknowledged(bytes: number): void {
    this.#inFlight -= bytes;
    if (!this.#over) this.#send();
  }

  #finish(error?: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#waiting = [];
    this.#handlers?.close(error);
  }
}

const SILENT: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined };

/** Hosts, by address, that connect to each other in memory and on one clock. */
export class SimulatedNetwork {
  readonly clock: FakeClock;
  readonly latency: number;
  readonly spread: Random;
  readonly window: number;
  readonly mark: number;
  readonly split: (bytes: Uint8Array) => readonly Uint8Array[];
  readonly #listeners = new Map<string, (connection: Connection) => void>();
  readonly #silent = new Set<string>();
  #nextPort = 40_000;
  /** Every connection there was, the dialling end first. */
  readonly connections: (readonly [SimulatedConnection, SimulatedConnection])[] = [];

  constructor(clock = new FakeClock(), options: NetworkOptions = {}) {
    this.clock = clock;
    this.latency = options.latency ?? 1;
    this.spread = options.spread ?? (() => 0);
    this.window = options.window ?? 64 * 1024;
    this.mark = options.mark ?? 16 * 1024;
    this.split = options.split ?? ((bytes) => [bytes]);
  }

  /** Attempts to connect to this address get no answer. */
  silence(address: string): void {
    this.#silent.add(address);
  }

  host(address: string, random: Random = () => 0.5, log: Log = SILENT): Host {
    return { clock: this.clock, random, dialer: this.#dialer(address), listener: this.#listener(address), log };
  }

  /** A peer written out by hand: what it accepts is given as it is. */
  listen(address: string, port: number, accept: (connection: Connection) => void): void {
    this.#listeners.set(`${address} ${port}`, accept);
  }

  dial(from: string, options: DialOptions, connected: (connection: SimulatedConnection) => void): void {
    this.#dial(from, options, connected, () => undefined);
  }

  #dial(
    from: string,
    { remoteAddress, remotePort, localAddress = from }: DialOptions,
    connected: (connection: SimulatedConnection) => void,
    failed: (error: Error) => void,
  ): { cancel(): void } {
    if (this.#silent.has(remoteAddress)) return { cancel: () => undefined };
    return this.clock.setTimer(2 * this.latency, () => {
      const accept = this.#listeners.get(`${remoteAddress} ${remotePort}`);
      if (accept === undefined) {
        failed(new Error(`connect ECONNREFUSED ${remoteAddress}:${remotePort}`));
        return;
      }
      const local = [localAddress, this.#nextPort++] as const;
      const pair = SimulatedConnection.pair(this, local, [remoteAddress, remotePort]);
      this.connections.push(pair);
      const [near, far] = pair;
      accept(far);
      connected(near);
    });
  }

  #dialer(address: string): Dialer {
    return {
      dial: (options, handlers) =>
        this.#dial(
          address,
          options,
          (connection) => handlers.connected(connection),
          (error) => handlers.failed(error),
        ),
    };
  }

  #listener(own: string): Listener {
    return {
      listen: ({ address = own, port }, accept) => {
        const key = `${address} ${port}`;
        if (this.#listeners.has(key)) return Promise.reject(new Error(`listen EADDRINUSE ${address}:${port}`));
        this.#listeners.set(key, accept);
        const close = (): Promise<void> => {
          this.#listeners.delete(key);
          return Promise.resolve();
        };
        return Promise.resolve({ port, close });
      },
    };
  }
}
