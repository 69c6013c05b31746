/** What this node announces over BGP: the routes of all Services together, and the difference to what was told before. */
import type { Backend, DesiredPeer, DesiredRoute, DesiredState, RouteUpdate } from "../backend/backend.ts";
import { prefixKey } from "../model/address.ts";
import type { Prefix, PrefixKey } from "../model/address.ts";
import type { BgpAnnouncement, ServicePlan } from "../model/announcement.ts";
import type { Peer } from "../model/config.ts";
import { AskedRoutes } from "./asked-routes.ts";
import { AttributeStore } from "./attributes.ts";

/** What a backend needs to know of this node. */
export type NodeInfo = Omit<DesiredState, "peers">;

/** A route towards one peer and the Services it is for. */
export interface AnnouncedRoute extends DesiredRoute {
  readonly peer: string;
  /** Sorted. */
  readonly services: readonly string[];
}

/** How much of what is asked for is said: all of it, all of it as a last resort (RFC 8326), or nothing. */
export type Presence = "serving" | "lowered" | "withdrawn";

type SaidRoute = Omit<AnnouncedRoute, "services">;

/**
 * Turns plans into calls of a backend. A route stands as long as one Service asks for it, with the communities of all
 * that do. Nothing is told before `start`: a table that is not whole yet, and the End-of-RIB behind it, would make a
 * router drop what it kept for us over a restart.
 */
export class BgpAnnouncer {
  readonly #backend: Backend | undefined;
  readonly #attributes = new AttributeStore();
  readonly #asked = new AskedRoutes();
  /** Prefixes of which something else may be asked now, with what was said of them before. */
  readonly #dirty = new Map<PrefixKey, readonly SaidRoute[]>();
  #peers: ReadonlyMap<string, Peer> = new Map();
  #node: NodeInfo | undefined;
  #presence: Presence = "serving";
  #started = false;
  #applyDue = false;
  #depth = 0;

  /** Without a backend nothing is told: `routes` shows what would be. */
  constructor(backend?: Backend) {
    this.#backend = backend;
  }

  /**
   * The peers of this node and the node itself. Inside a `batch`, with the plans that follow from the same change,
   * the backend hears of all of it at once.
   */
  configure(peers: readonly Peer[], node: NodeInfo): void {
    this.#peers = new Map(peers.map((peer) => [peer.name, peer]));
    this.#node = node;
    this.#applyDue = true;
    this.#flush();
  }

  /** All sources are synced and all plans are set: from now on the backend is told. */
  start(): void {
    this.#started = true;
    this.#applyDue = true;
    this.#flush();
  }

  /** Every route is said anew where that makes a difference; what Services ask for is not forgotten. */
  setPresence(presence: Presence): void {
    if (presence === this.#presence) return;
    for (const prefix of this.#asked.prefixes()) this.#touch(prefix);
    this.#presence = presence;
    this.#flush();
  }

  /** The plan for a Service replaces the one before. Costs no more than the two. */
  setService(plan: ServicePlan): void {
    this.#replace(plan.service, plan.announcements);
    this.#flush();
  }

  removeService(key: string): void {
    this.#replace(key, []);
    this.#flush();
  }

  /** Runs `changes` and tells the backend once of what they come to, even if they throw. May be nested. */
  batch(changes: () => void): void {
    this.#depth += 1;
    try {
      changes();
    } finally {
      this.#depth -= 1;
      this.#flush();
    }
  }

  /** Whether anything is asked for a Service. */
  announces(key: string): boolean {
    return this.#asked.of(key).length > 0;
  }

  /** What is to be announced now, by peer in the order of configuration. */
  routes(): AnnouncedRoute[] {
    return this.#byPeer().flatMap(({ peer: { name }, routes }) => {
      return routes.map((route) => {
        return { peer: name, ...route, services: this.#asked.services(prefixKey(route.prefix), name) };
      });
    });
  }

  #replace(service: string, announcements: readonly BgpAnnouncement[]): void {
    for (const { prefix } of this.#asked.of(service)) this.#touch(prefixKey(prefix));
    for (const { prefix } of announcements) this.#touch(prefixKey(prefix));
    this.#asked.set(service, announcements);
  }

  /** To be called before what is said of it changes. */
  #touch(prefix: PrefixKey): void {
    if (!this.#dirty.has(prefix)) this.#dirty.set(prefix, this.#said(prefix));
  }

  /** What is to be said of a prefix: at most one route a peer. */
  #said(prefix: PrefixKey): readonly SaidRoute[] {
    if (this.#presence === "withdrawn") return [];
    return this.#asked.for(prefix).map((route) => {
      const merged = this.#attributes.merge(route.attributes);
      const attributes = this.#presence === "lowered" ? this.#attributes.lowered(merged) : merged;
      return { peer: route.peer, prefix: route.prefix, attributes };
    });
  }

  /** All that is to be said to the peers there are, in the order of configuration. */
  #byPeer(): DesiredPeer[] {
    const routes = new Map<string, DesiredRoute[]>();
    const peers = Array.from(this.#peers.values(), (peer) => {
      const list: DesiredRoute[] = [];
      routes.set(peer.name, list);
      return { peer, routes: list };
    });
    for (const key of this.#asked.prefixes()) {
      for (const { peer, prefix, attributes } of this.#said(key)) routes.get(peer)?.push({ prefix, attributes });
    }
    return peers;
  }

  #flush(): void {
    if (this.#depth > 0 || !this.#started || this.#node === undefined) return;
    const apply = this.#applyDue;
    this.#applyDue = true; // After an exception the next change states the whole again.
    if (apply) this.#apply(this.#node);
    else this.#update();
    this.#applyDue = false;
  }

  #apply(node: NodeInfo): void {
    this.#dirty.clear();
    const peers = this.#byPeer();
    this.#attributes.retain(new Set(peers.flatMap(({ routes }) => routes.map(({ attributes }) => attributes))));
    this.#backend?.apply({ ...node, peers });
  }

  #update(): void {
    const updates = new Map<string, { peer: string; set: DesiredRoute[]; withdraw: Prefix[] }>();
    const updateOf = (peer: string): { set: DesiredRoute[]; withdraw: Prefix[] } => {
      const update = updates.get(peer) ?? { peer, set: [], withdraw: [] };
      if (this.#peers.has(peer)) updates.set(peer, update);
      return update;
    };
    for (const [key, before] of this.#dirty) {
      const now = this.#said(key);
      for (const { peer, prefix, attributes } of now) {
        const told = before.find((one) => one.peer === peer);
        if (attributes !== told?.attributes) updateOf(peer).set.push({ prefix, attributes });
      }
      for (const { peer, prefix } of before) {
        if (now.every((one) => one.peer !== peer)) updateOf(peer).withdraw.push(prefix);
      }
    }
    this.#dirty.clear();
    const changes: readonly RouteUpdate[] = [...updates.values()];
    if (changes.length > 0) this.#backend?.update(changes);
  }
}
