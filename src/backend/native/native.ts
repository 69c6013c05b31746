import type { Host, ListenOptions, PathState, PeerConfig, RangeConfig, Route, SpeakerEvent } from "@herald/bgp";
import { Watcher } from "../../bfd/index.ts";
import type { WatcherOptions } from "../../bfd/index.ts";
import { formatPrefix } from "../../model/address.ts";
import type { Prefix } from "../../model/address.ts";
import type { Peer } from "../../model/config.ts";
import type { Backend, BackendEvent, DesiredState, Feature, Leave, RouteUpdate } from "../backend.ts";
import type { BackendStatus, PeerReport } from "../report.ts";
import type { LookingGlass } from "../looking-glass.ts";
import { nativeSupports } from "./features.ts";
import { lookingGlass } from "./glass.ts";
import type { Shown } from "./glass.ts";
import { peerConfig, rangeConfig, refusal } from "./peer-config.ts";
import type { SessionDefaults, SocketFeatures } from "./peer-config.ts";
import { endpointOf, report, translate as translateEvent } from "./report.ts";
import { nextHops, RouteTranslator } from "./routes.ts";
import type { NextHops, WireLists } from "./routes.ts";

/** What this backend uses of a speaker. */
export interface NativeSpeaker extends Shown {
  setPeers(configs: readonly PeerConfig[], ranges: readonly RangeConfig[]): void;
  setRoutes(peer: string, routes: readonly Route[]): void;
  updateRoutes(peer: string, change: WireLists): void;
  setPath(peer: string, path: PathState): void;
  close(how: { readonly mode: Leave; readonly text?: string }): Promise<void>;
}

export interface NativeOptions {
  readonly host: Host;
  /** `(options) => new Speaker(options)` of @herald/bgp. */
  readonly speaker: (options: {
    readonly host: Host;
    readonly listen?: ListenOptions;
    readonly onEvent: (event: SpeakerEvent) => void;
  }) => NativeSpeaker;
  /** Where to take connections; nowhere by default. */
  readonly listen?: ListenOptions;
  /** What the sockets of `host` can do; nothing by default. */
  readonly sockets?: SocketFeatures;
  /** What runs BFD; absent: no peer is watched. */
  readonly bfd?: Pick<WatcherOptions, "engine" | "isForwarding" | "isOnLink" | "neighbor">;
  /** Seconds, 1-4095; 120 by default. */
  readonly restartTime?: number;
  /** An earlier run of this agent left routes that peers may still hold; false by default. */
  readonly restarted?: boolean;
  /** Forwarding went on since that run; false by default. */
  readonly forwarding?: boolean;
}

/** A peer of the last `apply` with which there can be no session, and the routes it does not get. */
interface Refused {
  readonly address: string;
  readonly reason: string;
  readonly routes: Map<string, Prefix>;
}

/** A backend on Herald's own speaker, with the sockets and the clock of `host`. */
export function nativeBackend(options: NativeOptions): Backend {
  return new NativeBackend(options);
}

class NativeBackend implements Backend {
  readonly name = "native";
  readonly glass: LookingGlass;
  readonly supports: (feature: Feature) => boolean;
  readonly #speaker: NativeSpeaker;
  readonly #defaults: SessionDefaults;
  readonly #translator = new RouteTranslator();
  readonly #listeners = new Set<(event: BackendEvent) => void>();
  readonly #watcher: Watcher | undefined;
  /** Of the last `apply`, with a session. */
  #peers: ReadonlyMap<string, Peer> = new Map();
  #refused: ReadonlyMap<string, Refused> = new Map();
  #hops: NextHops = {};

  constructor(options: NativeOptions) {
    const { host, listen, restartTime = 120, restarted = false, forwarding = false, bfd } = options;
    const sockets = { ...options.sockets, listen: listen !== undefined };
    this.#defaults = { sockets, restartTime, restarted, forwarding };
    this.supports = nativeSupports({ ...sockets, bfd: bfd !== undefined });
    this.#speaker = options.speaker({
      host,
      ...(listen && { listen }),
      onEvent: (event) => this.#pass(translateEvent(event)),
    });
    this.glass = lookingGlass(this.#speaker);
    if (bfd === undefined) return;
    this.#watcher = new Watcher({
      ...bfd,
      clock: host.clock,
      setPath: (peer, path) => this.#speaker.setPath(peer, path),
      onEvent: (event) => this.#pass(event),
    });
  }

  apply(desired: DesiredState): void {
    this.#hops = nextHops(desired.nodeAddresses);
    const peers = new Map<string, Peer>();
    const refused = new Map<string, Refused>();
    for (const { peer, routes } of desired.peers) {
      const reason = refusal(peer, this.#defaults.sockets);
      if (reason === undefined) peers.set(peer.name, peer);
      else
        refused.set(peer.name, {
          address: endpointOf(peer),
          reason,
          routes: new Map(routes.map(({ prefix }) => [formatPrefix(prefix), prefix])),
        });
    }
    this.#peers = peers;
    this.#refused = refused;
    const all = [...peers.values()];
    this.#speaker.setPeers(
      all
        .filter(({ listenRange }) => listenRange === undefined)
        .map((peer) => peerConfig(peer, desired, this.#defaults)),
      all.map((peer) => rangeConfig(peer, desired, this.#defaults)).filter((range) => range !== undefined),
    );
    this.#watcher?.setPeers(all);
    const translate = this.#translator.translator(this.#hops);
    for (const { peer, routes } of desired.peers) {
      if (!peers.has(peer.name)) continue;
      this.#speaker.setRoutes(peer.name, translate(peer, { set: routes, withdraw: [] }).set);
    }
  }

  update(changes: readonly RouteUpdate[]): void {
    const unknown = changes.find(({ peer }) => !this.#peers.has(peer) && !this.#refused.has(peer));
    if (unknown !== undefined) throw new Error(`BUG: peer ${unknown.peer} is not of the last apply`);
    const translate = this.#translator.translator(this.#hops);
    for (const { peer: name, set, withdraw } of changes) {
      const refused = this.#refused.get(name);
      for (const prefix of withdraw) refused?.routes.delete(formatPrefix(prefix));
      for (const { prefix } of set) refused?.routes.set(formatPrefix(prefix), prefix);
      const peer = this.#peers.get(name);
      if (peer !== undefined) this.#speaker.updateRoutes(name, translate(peer, { set, withdraw }));
    }
  }

  status(): BackendStatus {
    const refused = Array.from(this.#refused, ([peer, { address, reason, routes }]): PeerReport => {
      const unsent = Array.from(routes.values(), (prefix) => ({ prefix, reason }));
      return { peer, address, state: "Idle", routes: routes.size, advertised: 0, lastError: reason, unsent };
    });
    const peers = this.#speaker.status().map((status): PeerReport => {
      const bfd = this.#watcher?.report(status.name);
      return { ...report(status), ...(bfd !== undefined && { bfd }) };
    });
    const bfd = this.#watcher?.timers();
    return { backend: this.name, peers: [...peers, ...refused], ...(bfd !== undefined && { bfd }) };
  }

  async refresh(): Promise<void> {
    await this.#watcher?.refresh();
  }

  subscribe(listener: (event: BackendEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** BGP first: FRR takes AdminDown for a failure (seen with 8.4), and would end a session that is there, with its routes. */
  async close(leave: Leave, text?: string): Promise<void> {
    await this.#speaker.close({ mode: leave, ...(text !== undefined && { text }) });
    await this.#watcher?.close();
  }

  #pass(event: BackendEvent | undefined): void {
    if (event === undefined) return;
    for (const listener of this.#listeners) listener(event);
  }
}
