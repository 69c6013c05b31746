/** Peers that are not known before they connect: whoever comes from a prefix, up to a number, is one (dynamic neighbours). */
import { Afi, formatPrefix, parseIpv4, parseIpv6 } from "bgp-ts-codec";
import type { Prefix } from "bgp-ts-codec";
import type { Connection } from "../ports.ts";
import { Peer } from "./peer.ts";
import type { Surroundings } from "./peer.ts";
import type { CloseOptions, PeerConfig, RangeConfig, Route, RouteChange } from "./types.ts";

/** The peer that comes from `address`; its name is the range's and the address. */
export function memberConfig({ prefix: _prefix, limit: _limit, ...rest }: RangeConfig, address: string): PeerConfig {
  return { ...rest, name: `${rest.name} ${address}`, remoteAddress: address, remotePort: 179, passive: true };
}

/** Whether an address in text, an IPv6 one perhaps with a zone, is of the prefix. */
export function isWithin(text: string, { afi, address, length }: Prefix): boolean {
  const [plain = ""] = text.split("%");
  if (afi === Afi.Ipv4) {
    const value = parseIpv4(plain);
    return value !== undefined && (length === 0 || (value ^ address) >>> (32 - length) === 0);
  }
  const value = parseIpv6(plain);
  return value !== undefined && (value ^ address) >> BigInt(128 - length) === 0n;
}

export class Range {
  readonly #around: Surroundings;
  #config: RangeConfig;
  /** Has the list that every member gets, and no session. */
  readonly #template: Peer;
  readonly #members = new Map<string, Peer>();

  constructor(config: RangeConfig, around: Surroundings) {
    this.#config = config;
    this.#around = around;
    this.#template = new Peer(memberConfig(config, formatPrefix(config.prefix)), around);
  }

  get config(): RangeConfig {
    return this.#config;
  }

  get members(): readonly Peer[] {
    return [...this.#members.values()];
  }

  /** Members that are no longer of the prefix are removed; what ends them is told to `leaving`. */
  configure(config: RangeConfig, leaving: (over: Promise<void>) => void): void {
    this.#config = config;
    for (const [address, peer] of this.#members) {
      if (isWithin(address, config.prefix)) {
        peer.configure(memberConfig(config, address));
        continue;
      }
      this.#members.delete(address);
      leaving(peer.remove());
    }
  }

  setRoutes(routes: readonly Route[]): void {
    for (const peer of [this.#template, ...this.members]) peer.setRoutes(routes);
  }

  updateRoutes(change: RouteChange): void {
    for (const peer of [this.#template, ...this.members]) peer.updateRoutes(change);
  }

  /** Takes a connection; false where there is no room, or the peer stays away as a penalty. */
  accept(connection: Connection, leaving: (over: Promise<void>) => void): boolean {
    const { remoteAddress } = connection;
    const known = this.#members.get(remoteAddress);
    if (known !== undefined) return known.accept(connection);
    this.sweep(leaving);
    if (this.#members.size >= this.#config.limit) {
      this.#around.host.log.warn("range is full", {
        peer: this.#config.name,
        limit: this.#config.limit,
        remote: remoteAddress,
      });
      return false;
    }
    const peer = new Peer(memberConfig(this.#config, remoteAddress), this.#around);
    this.#members.set(remoteAddress, peer);
    peer.follow(this.#template);
    peer.start();
    return peer.accept(connection);
  }

  /** Forgets members without a connection, but for those that stay away as a penalty. */
  sweep(leaving: (over: Promise<void>) => void): void {
    for (const [address, peer] of this.#members) {
      if (!peer.idle) continue;
      this.#members.delete(address);
      leaving(peer.close({ mode: "keep" }));
    }
  }

  remove(): Promise<void> {
    return this.#end((peer) => peer.remove());
  }

  close(options: CloseOptions): Promise<void> {
    return this.#end((peer) => peer.close(options));
  }

  async #end(end: (peer: Peer) => Promise<void>): Promise<void> {
    const all = [this.#template, ...this.members];
    this.#members.clear();
    await Promise.all(all.map(end));
  }
}
