/** A BGP speaker that announces: peers with a list of routes each, on the host's clock and connections. */
import { formatPrefix, parseIpv4, parseIpv6 } from "bgp-ts-codec";
import type { Prefix } from "bgp-ts-codec";
import type { Connection, Host, ListenOptions } from "../ports.ts";
import type { RecordSink } from "../session/record.ts";
import { drop, refuse } from "./cease.ts";
import { checkPeer, checkPrefix, checkRange, checkRoutes } from "./check.ts";
import { UpdateGroups } from "./group.ts";
import { canonical } from "./equal.ts";
import { Inbound } from "./inbound.ts";
import type { GuardedPeer } from "./inbound.ts";
import { routeKey } from "./key.ts";
import type { PrefixKey } from "./key.ts";
import type { LoggedMessage } from "./message-log.ts";
import { Peer } from "./peer.ts";
import type { PeerWatcher, Surroundings } from "./peer.ts";
import { Range, isWithin } from "./ranges.ts";
import { Tables } from "./tables.ts";
import type {
  AdjRibOut,
  CloseOptions,
  PathState,
  PeerConfig,
  PeerStatus,
  RangeConfig,
  Route,
  RouteChange,
  SpeakerEvent,
} from "./types.ts";

export interface SpeakerOptions {
  readonly host: Host;
  /** Take connections from the peers too. */
  readonly listen?: ListenOptions;
  readonly onEvent: (event: SpeakerEvent) => void;
  /** Told of all that comes in and goes out, for `replay`. */
  readonly record?: RecordSink;
  /** Told of every message; costs next to nothing, unlike `record`. */
  readonly watch?: PeerWatcher;
}

/** An IPv4 address in an IPv6 socket's form is the IPv4 address; a zone counts. */
function addressKey(text: string): string {
  const [address = "", zone = ""] = text.split("%");
  const value = parseIpv4(address) ?? parseIpv6(address);
  if (value === undefined) return text;
  const isMapped = typeof value === "bigint" && value >> 32n === 0xffffn;
  return `${isMapped ? Number(value & 0xffff_ffffn) : value}${typeof value === "bigint" && !isMapped ? "n" : ""}%${zone}`;
}

/** The interface of a peer that is whoever is found there. */
function interfaceOf({ remoteAddress }: PeerConfig): string | undefined {
  return remoteAddress.startsWith("%") ? remoteAddress.slice(1) : undefined;
}

/** Whether a connection from `address`, whose key is `key`, may be the peer's. */
function isFrom({ remoteAddress }: PeerConfig, address: string, key: string): boolean {
  if (remoteAddress.startsWith("%")) return address.endsWith(remoteAddress);
  return addressKey(remoteAddress) === key;
}

/** What the listener has to know of a range: its prefix stands for the address. */
function guardOf({ prefix, ...config }: RangeConfig): GuardedPeer {
  return { ...config, remoteAddress: formatPrefix(prefix) };
}

export class Speaker {
  readonly #around: Surroundings;
  readonly #peers = new Map<string, Peer>();
  readonly #ranges = new Map<string, Range>();
  /** Removed peers and refused connections, until their connections are over. */
  readonly #leaving = new Set<Promise<void>>();
  readonly #inbound: Inbound;
  #closed: Promise<void> | undefined;

  /** Listens at once if told to; how that went is `listening`'s to say. */
  constructor({ host, listen, onEvent, record, watch }: SpeakerOptions) {
    this.#around = {
      host,
      tables: new Tables(),
      groups: new UpdateGroups(),
      emit: onEvent,
      ...(record !== undefined && { record }),
      ...(watch !== undefined && { watch }),
    };
    this.#inbound = new Inbound(host, listen, (connection) => this.#accept(connection));
  }

  /** The port listened on, undefined without `listen`. Rejects with the host's error. */
  listening(): Promise<number | undefined> {
    return this.#inbound.port();
  }

  /**
   * The whole list of peers, and of ranges that peers may come from: others are removed, new ones started, changed ones
   * changed (with their session if they can), equal ones left alone. Throws a RangeError, and changes nothing, where one of
   * them cannot be.
   */
  setPeers(configs: readonly PeerConfig[], ranges: readonly RangeConfig[] = []): void {
    this.#assertOpen();
    const names = new Set<string>();
    for (const config of configs) checkPeer(config);
    for (const range of ranges) checkRange(range);
    for (const { name } of [...configs, ...ranges]) {
      if (names.has(name)) throw new RangeError(`peer ${name}: the name is given twice`);
      names.add(name);
    }
    this.#setRanges(ranges);
    for (const name of this.#peers.keys()) if (!names.has(name)) this.removePeer(name);
    for (const config of configs) {
      const peer = this.#peers.get(config.name);
      if (peer === undefined) this.#start(config);
      else this.#configure(peer, config);
    }
  }

  /** Throws a RangeError for a name that exists and for values that cannot be. */
  addPeer(config: PeerConfig): void {
    this.#assertOpen();
    checkPeer(config);
    if (this.#peers.has(config.name)) throw new RangeError(`peer ${config.name}: the name is given twice`);
    this.#start(config);
  }

  /** Ends its session with Cease/3. */
  removePeer(name: string): void {
    const peer = this.#peer(name);
    this.#peers.delete(name);
    this.#leave(peer.remove());
    this.#unguard(peer.config);
    this.#unlink(peer.config);
  }

  /**
   * The whole list of a peer's routes; what differs from the one before goes out. Of a prefix named twice the last
   * counts. Nothing is sent to a peer, not even End-of-RIB, before it got its first list. Throws a RangeError, and
   * changes nothing, for a route that cannot be put on the wire.
   */
  setRoutes(name: string, routes: readonly Route[]): void {
    const peer = this.#ranges.get(name) ?? this.#peer(name);
    if (!this.#around.tables.knows(routes)) checkRoutes(routes);
    peer.setRoutes(routes);
  }

  /** Changes the list; costs no more than the change. A prefix in both lists is set. */
  updateRoutes(name: string, change: RouteChange): void {
    const peer = this.#ranges.get(name) ?? this.#peer(name);
    checkRoutes(change.set);
    for (const prefix of change.withdraw) checkPrefix(prefix);
    peer.updateRoutes(change);
  }

  /** All routes of the lists together, by `routeKey`; of a prefix with different ones for different peers, one of them. */
  localRoutes(): ReadonlyMap<PrefixKey, Route> {
    return this.#around.tables.union();
  }

  /** The one of a prefix. */
  localRoute(prefix: Prefix): Route | undefined {
    return this.#around.tables.find(routeKey(prefix));
  }

  /** What the host knows of the way to a peer; of a name that is not there, nothing. */
  setPath(name: string, path: PathState): void {
    this.#peers.get(name)?.setPath(path);
  }

  status(): readonly PeerStatus[] {
    return this.#all().map((peer) => peer.status());
  }

  /** Undefined for a name that is not there. */
  peerStatus(name: string): PeerStatus | undefined {
    return this.#find(name)?.status();
  }

  /** The last messages of a peer, the oldest first; undefined for a name that is not there. */
  messages(name: string): readonly LoggedMessage[] | undefined {
    return this.#find(name)?.messages;
  }

  /** What a peer is told; undefined while there is no session with it. */
  adjRibOut(name: string): AdjRibOut | undefined {
    return this.#find(name)?.adjRibOut();
  }

  /** Ends all sessions and stops listening; resolves when every connection is over. */
  close(options: CloseOptions): Promise<void> {
    this.#closed ??= this.#close(options);
    return this.#closed;
  }

  async #close(options: CloseOptions): Promise<void> {
    for (const peer of this.#peers.values()) {
      this.#leave(peer.close(options));
      this.#unlink(peer.config);
    }
    for (const range of this.#ranges.values()) this.#leave(range.close(options));
    this.#peers.clear();
    this.#ranges.clear();
    await this.#inbound.close();
    await Promise.all(this.#leaving);
  }

  #assertOpen(): void {
    if (this.#closed !== undefined) throw new Error("the speaker is closed");
  }

  #peer(name: string): Peer {
    const peer = this.#peers.get(name);
    if (peer === undefined) throw new RangeError(`peer ${name}: there is none of this name`);
    return peer;
  }

  #setRanges(configs: readonly RangeConfig[]): void {
    const wanted = new Set(configs.map(({ name }) => name));
    for (const [name, range] of this.#ranges) {
      if (wanted.has(name)) continue;
      this.#ranges.delete(name);
      this.#leave(range.remove());
      this.#inbound.unguard(guardOf(range.config));
    }
    for (const config of configs) {
      const range = this.#ranges.get(config.name);
      if (range !== undefined && canonical(range.config) === canonical(config)) continue;
      if (range === undefined) this.#ranges.set(config.name, new Range(config, this.#around));
      else {
        this.#inbound.unguard(guardOf(range.config));
        range.configure(config, (over) => this.#leave(over));
      }
      this.#inbound.guard(guardOf(config));
    }
  }

  /** Those of ranges too, as long as they have a connection. */
  #all(): Peer[] {
    for (const range of this.#ranges.values()) range.sweep((over) => this.#leave(over));
    return [...this.#peers.values(), ...[...this.#ranges.values()].flatMap(({ members }) => members)];
  }

  #find(name: string): Peer | undefined {
    return this.#peers.get(name) ?? this.#all().find(({ config }) => config.name === name);
  }

  #start(config: PeerConfig): void {
    const peer = new Peer(config, this.#around);
    this.#peers.set(config.name, peer);
    this.#inbound.guard(config);
    this.#link(config);
    peer.start();
  }

  #configure(peer: Peer, config: PeerConfig): void {
    const before = peer.config;
    const moved = before.remoteAddress !== config.remoteAddress;
    if (moved) {
      this.#link(config);
      this.#unguard(before);
      this.#unlink(before);
    }
    peer.configure(config);
    if (peer.config !== before) this.#inbound.guard(config);
  }

  #link(config: PeerConfig): void {
    const device = interfaceOf(config);
    if (device !== undefined) this.#around.host.links?.join(device);
  }

  #unlink(config: PeerConfig): void {
    const device = interfaceOf(config);
    if (device !== undefined) this.#around.host.links?.leave(device);
  }

  /** Another peer may have the same address. */
  #unguard(config: PeerConfig): void {
    this.#inbound.unguard(config);
    for (const { config: other } of this.#peers.values()) {
      if (other.remoteAddress === config.remoteAddress && other.name !== config.name) this.#inbound.guard(other);
    }
  }

  #leave(over: Promise<void>): void {
    this.#leaving.add(over);
    void over.then(() => this.#leaving.delete(over));
  }

  /** A connection belongs to the peer with its address; where a peer has a local address, that one has to be right too. */
  #accept(connection: Connection): void {
    const { host } = this.#around;
    const remote = addressKey(connection.remoteAddress);
    const local = addressKey(connection.localAddress);
    let known = false;
    for (const peer of this.#peers.values()) {
      const { localAddress } = peer.config;
      if (!isFrom(peer.config, connection.remoteAddress, remote)) continue;
      if (localAddress !== undefined && addressKey(localAddress) !== local) continue;
      if (this.#inbound.admits(peer.config) && peer.accept(connection)) return;
      known = true;
    }
    const range = this.#rangeOf(connection.remoteAddress);
    if (!known && range !== undefined && this.#inbound.admits(range.config)) {
      if (range.accept(connection, (over) => this.#leave(over))) return;
      known = true;
    }
    host.log.info("connection refused", { remote: connection.remoteAddress, known });
    this.#leave(known ? drop(connection, host.clock) : refuse(connection, host.clock));
  }

  /** The longest that an address is of. */
  #rangeOf(address: string): Range | undefined {
    const all = [...this.#ranges.values()].filter(({ config }) => isWithin(address, config.prefix));
    return all.sort((a, b) => b.config.prefix.length - a.config.prefix.length)[0];
  }
}
