/** Inbound connections, with what each peer's session needs set before its first packet. */
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { formatIpv6, parseIpv6, parsePrefix } from "bgp-ts-codec";
import { isWithin } from "@herald/bgp";
import type { Connection, ListenOptions, Listener } from "@herald/bgp";
import type { Timers } from "./clock.ts";
import { SocketConnection, descriptorOf, plainAddress } from "./connection.ts";
import { SystemCallError, translateSystemError } from "./errors.ts";
import { UnsupportedError, endpoint } from "./libc.ts";
import type { SystemCalls } from "./libc.ts";
import {
  AF_INET,
  AF_INET6,
  REUSE_ADDRESS,
  commonOptions,
  familyOf,
  ipv6Only,
  md5Option,
  minTtlOptions,
  ttlOptions,
} from "./socket-options.ts";
import type { SocketFamily, SocketOption } from "./socket-options.ts";

/** What the listener applies to the connections of one peer. */
export interface ListenerPeer {
  readonly md5Key?: string;
  readonly ttl?: number;
  /** Least TTL accepted; once a peer has one, the listener answers all with TTL 255 (RFC 5082 section 3). */
  readonly minTtl?: number;
}

export interface PeerListener extends Listener {
  /**
   * Sets what a peer's connections need, on what listens now and later. Throws where it cannot be applied.
   * Connections that are there keep what they have.
   */
  setPeer(address: string, peer: ListenerPeer): void;
  removePeer(address: string): void;
}

export interface ListenerOptions {
  readonly timers: Timers;
  /** Throws UnsupportedError where there are none. */
  readonly calls: () => SystemCalls;
  /** Told of a connection that could not be given what its peer needs; it is closed. */
  readonly refused: (address: string, error: Error) => void;
}

interface Listening {
  readonly fd: number;
  readonly family: SocketFamily;
  readonly server: Server;
}

const GTSM_TTL = 255;

/** An address in its one text form, with its zone if it has one. */
function canonical(address: string): string {
  const [host = "", zone] = address.split("%");
  const v6 = parseIpv6(host);
  return `${v6 === undefined ? host : formatIpv6(v6)}${zone === undefined ? "" : `%${zone}`}`;
}

export function createListener(options: ListenerOptions): PeerListener {
  return new SystemListener(options);
}

class SystemListener implements PeerListener {
  readonly #options: ListenerOptions;
  readonly #peers = new Map<string, ListenerPeer>();
  readonly #listening = new Set<Listening>();

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  setPeer(address: string, peer: ListenerPeer): void {
    const name = canonical(address);
    const before = this.#peers.get(name);
    const key = peer.md5Key ?? "";
    for (const { fd, family } of this.#listening) {
      if (key !== (before?.md5Key ?? "")) this.#setKey(fd, family, address, key);
      if (peer.minTtl !== undefined) this.#apply(fd, ttlOptions(family, GTSM_TTL), address);
    }
    this.#peers.set(name, peer);
  }

  removePeer(address: string): void {
    this.setPeer(address, {});
    this.#peers.delete(canonical(address));
  }

  /** A link-local peer may be set with its zone or for all interfaces, a peer of a range by its prefix. */
  #peer(remote: string): ListenerPeer {
    const exact = this.#peers.get(canonical(remote)) ?? this.#peers.get(canonical(remote.replace(/%.*/, "")));
    if (exact !== undefined) return exact;
    const ranges = [...this.#peers].flatMap(([name, peer]) => {
      const prefix = name.includes("/") ? parsePrefix(name) : undefined;
      return prefix !== undefined && isWithin(remote, prefix) ? [{ prefix, peer }] : [];
    });
    return ranges.sort((a, b) => b.prefix.length - a.prefix.length)[0]?.peer ?? {};
  }

  #setKey(fd: number, family: SocketFamily, address: string, key: string): void {
    if (family === AF_INET && familyOf(address) === AF_INET6) return;
    this.#apply(fd, [md5Option(family, address, key)], address);
  }

  #apply(fd: number, options: readonly SocketOption[], subject: string): void {
    const calls = this.#options.calls();
    for (const option of options) calls.setOption(fd, option, subject);
  }

  async listen(
    { address, port }: ListenOptions,
    accept: (connection: Connection) => void,
  ): Promise<{ readonly port: number; close(): Promise<void> }> {
    const server = createServer((socket) => this.#accept(socket, accept));
    const subject = endpoint(address ?? "::", port);
    const listening = this.#prepare(server, address, port);
    await new Promise<void>((resolve, reject) => {
      const failed = (error: Error): void => reject(translateSystemError(error, "listen", subject));
      server.once("error", failed);
      const listened = (): void => {
        server.off("error", failed);
        server.on("error", () => undefined);
        resolve();
      };
      if (listening === undefined)
        server.listen({ port, ...(address === undefined ? {} : { host: address }) }, listened);
      else server.listen({ fd: listening.fd }, listened);
    });
    if (listening !== undefined) this.#listening.add(listening);
    const bound = server.address();
    const close = (): Promise<void> =>
      new Promise((resolve) => {
        if (listening !== undefined) this.#listening.delete(listening);
        // Connections outlive their listener: whoever has them closes them.
        server.close();
        resolve();
      });
    return { port: typeof bound === "object" && bound !== null ? bound.port : port, close };
  }

  /** A bound socket of ours; undefined where Node has to do. */
  #prepare(server: Server, address: string | undefined, port: number): Listening | undefined {
    try {
      const calls = this.#options.calls();
      if (address !== undefined) return this.#bound(calls, server, familyOf(address), address, port);
      try {
        return this.#bound(calls, server, AF_INET6, "::", port);
      } catch (error) {
        // A machine without IPv6.
        if (!(error instanceof SystemCallError) || !["EAFNOSUPPORT", "EADDRNOTAVAIL"].includes(error.code)) throw error;
        return this.#bound(calls, server, AF_INET, "0.0.0.0", port);
      }
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      for (const [peer, { md5Key, ttl, minTtl }] of this.#peers) {
        if (md5Key === undefined && ttl === undefined && minTtl === undefined) continue;
        throw new UnsupportedError(
          `an MD5 key or TTL for ${peer} cannot be applied to a listener here: ${error.message}`,
        );
      }
      return undefined;
    }
  }

  #bound(calls: SystemCalls, server: Server, family: SocketFamily, address: string, port: number): Listening {
    const fd = calls.socket(family);
    try {
      const gtsm = [...this.#peers.values()].some(({ minTtl }) => minTtl !== undefined);
      this.#apply(
        fd,
        [
          REUSE_ADDRESS,
          ...commonOptions(family),
          ...(family === AF_INET6 ? [ipv6Only(address !== "::")] : []),
          ...(gtsm ? ttlOptions(family, GTSM_TTL) : []),
        ],
        endpoint(address, port),
      );
      for (const [peer, { md5Key }] of this.#peers) {
        if (md5Key !== undefined) this.#setKey(fd, family, peer, md5Key);
      }
      calls.bind(fd, family, address, port);
      return { fd, family, server };
    } catch (error) {
      calls.close(fd);
      throw error;
    }
  }

  #accept(socket: Socket, accept: (connection: Connection) => void): void {
    // Gone before it was accepted.
    socket.on("error", () => undefined);
    const address = socket.remoteAddress;
    if (address === undefined) {
      socket.destroy();
      return;
    }
    const remote = plainAddress(address);
    const { ttl, minTtl } = this.#peer(remote);
    try {
      const fd = descriptorOf(socket);
      if ((ttl !== undefined || minTtl !== undefined) && fd !== undefined) {
        const family = remote === address ? familyOf(address) : AF_INET6;
        if (ttl !== undefined) this.#apply(fd, ttlOptions(family, ttl), remote);
        if (minTtl !== undefined) this.#apply(fd, minTtlOptions(family, minTtl), remote);
      }
    } catch (error) {
      socket.destroy();
      this.#options.refused(remote, error instanceof Error ? error : new Error(String(error)));
      return;
    }
    socket.setNoDelay(true);
    accept(new SocketConnection(socket, this.#options.timers, this.#options.calls));
  }
}
