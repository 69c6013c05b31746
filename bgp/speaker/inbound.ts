/** The listener, and whom it may let in: a peer that is to be protected is not taken from one that cannot do it. */
import type { Connection, Host, Listener, ListenOptions } from "../ports.ts";
import type { PeerConfig } from "./types.ts";

type Listening = Awaited<ReturnType<Listener["listen"]>>;

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What of a peer matters here; the address of a range is its prefix. */
export type GuardedPeer = Pick<PeerConfig, "name" | "remoteAddress" | "md5Key" | "aoKey" | "ttl" | "minTtl">;

export class Inbound {
  readonly #host: Host;
  /** Undefined where nothing is to be listened on. */
  readonly #listener: Listener | undefined;
  readonly #listening: Promise<Listening | undefined>;
  /** Names of the peers whose key and TTL the listener has taken. */
  readonly #guarded = new Set<string>();

  constructor(host: Host, options: ListenOptions | undefined, accept: (connection: Connection) => void) {
    this.#host = host;
    this.#listener = options === undefined ? undefined : host.listener;
    this.#listening = this.#listen(options, accept);
    this.#listening.catch((error: unknown) => host.log.warn("listening failed", { error: textOf(error) }));
  }

  /** The port, undefined where nothing is to be listened on. Rejects with the host's error. */
  async port(): Promise<number | undefined> {
    return (await this.#listening)?.port;
  }

  async close(): Promise<void> {
    const listening = await this.#listening.catch(() => undefined);
    await listening?.close();
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
