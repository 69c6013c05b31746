/** The listener, and whom it may let in: a peer that is to be protected is not taken from one that cannot do it. */
import type { Connection, Host, Listener, ListenOptions, Timer } from "../ports.ts";
import type { PeerConfig } from "./types.ts";

type Listening = Awaited<ReturnType<Listener["listen"]>>;

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What of a peer matters here; the address of a range is its prefix. */
export type GuardedPeer = Pick<PeerConfig, "name" | "remoteAddress" | "md5Key" | "aoKey" | "ttl" | "minTtl">;

/** Milliseconds until a port that could not be had is tried again: whoever has it may leave. */
const AGAIN = 5_000;

export class Inbound {
  readonly #host: Host;
  /** Undefined where nothing is to be listened on. */
  readonly #listener: Listener | undefined;
  /** The first attempt. */
  readonly #first: Promise<Listening | undefined>;
  /** What came of the last one, or is to come. */
  #last: Promise<Listening | undefined>;
  #retry: Timer | undefined;
  #closed = false;
  /** Names of the peers whose key and TTL the listener has taken. */
  readonly #guarded = new Set<string>();

  constructor(host: Host, options: ListenOptions | undefined, accept: (connection: Connection) => void) {
    this.#host = host;
    this.#listener = options === undefined ? undefined : host.listener;
    this.#first = this.#listen(options, accept);
    this.#last = this.#first.catch((error: unknown) => {
      host.log.warn("listening failed", { error: textOf(error) });
      if (this.#listener !== undefined && options !== undefined) this.#againLater(options, accept);
      return undefined;
    });
  }

  /** The port, undefined where nothing is to be listened on. Rejects with the host's error of the first attempt; more follow. */
  async port(): Promise<number | undefined> {
    return (await this.#first)?.port;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#retry?.cancel();
    const listening = await this.#last;
    await listening?.close();
  }

  #againLater(options: ListenOptions, accept: (connection: Connection) => void): void {
    if (this.#closed) return;
    const { clock, log } = this.#host;
    this.#retry = clock.setTimer(AGAIN, () => {
      this.#last = this.#listen(options, accept).then(
        (listening) => {
          log.info("listening after all", { port: listening?.port });
          return listening;
        },
        () => {
          this.#againLater(options, accept);
          return undefined;
        },
      );
    });
  }

  /** Tells the listener what a peer's connections need (RFC 2385, RFC 5082). */
  guard({ name, remoteAddress, md5Key, ttl, minTtl }: GuardedPeer): void {
    this.#guarded.delete(name);
    // Where the address is not known beforehand the kernel cannot be told of a key.
    if (this.#listener?.setPeer === undefined || remoteAddress.startsWith("%")) return;
    try {
      this.#listener.setPeer(remoteAddress, {
        ...(md5Key !== undefined && { md5Key }),
        ...(ttl !== undefined && { ttl }),
        ...(minTtl !== undefined && { minTtl }),
      });
      this.#guarded.add(name);
    } catch (error) {
      this.#host.log.warn("the listener cannot protect a peer", { peer: name, error: textOf(error) });
    }
  }

  /** The listener forgets an address. */
  unguard({ name, remoteAddress }: GuardedPeer): void {
    if (!this.#guarded.delete(name)) return;
    try {
      this.#listener?.removePeer?.(remoteAddress);
    } catch (error) {
      this.#host.log.warn("the listener cannot forget a peer", { peer: name, error: textOf(error) });
    }
  }

  /** Whether a connection that came in is one this peer's configuration allows. */
  admits({ name, md5Key, aoKey, minTtl }: Omit<GuardedPeer, "remoteAddress">): boolean {
    if (aoKey !== undefined) return false;
    return (md5Key === undefined && minTtl === undefined) || this.#guarded.has(name);
  }

  async #listen(
    options: ListenOptions | undefined,
    accept: (connection: Connection) => void,
  ): Promise<Listening | undefined> {
    if (options === undefined) return undefined;
    if (this.#listener === undefined) throw new Error("the host cannot listen");
    return this.#listener.listen(options, accept);
  }
}
