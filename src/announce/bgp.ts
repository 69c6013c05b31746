/** What this node announces over BGP: the routes of all Services together, and the difference to what was told before. */
import type { Backend, DesiredRoute, DesiredState, RouteUpdate } from "../backend/backend.ts";
import { formatPrefix } from "../model/address.ts";
import type { Prefix } from "../model/address.ts";
import type { RouteAttributes, ServicePlan } from "../model/announcement.ts";
import type { Peer } from "../model/config.ts";
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

/** A route towards one peer: who asks for it, and what the backend was told. */
interface Entry {
  readonly peer: string;
  readonly prefix: Prefix;
  readonly contributions: Map<string, RouteAttributes>;
  told: RouteAttributes | undefined;
}

/**
 * Turns plans into calls of a backend. A route stands as long as one Service asks for it, with the communities of all
 * that do. Nothing is told before `start`: a table that is not whole yet, and the End-of-RIB behind it, would make a
 * router drop what it kept for us over a restart.
 */
export class BgpAnnouncer {
  readonly #backend: Backend | undefined;
  readonly #attributes = new AttributeStore();
  /** By peer, then by prefix. */
  readonly #table = new Map<string, Map<string, Entry>>();
  readonly #entriesOf = new Map<string, readonly Entry[]>();
  readonly #dirty = new Set<Entry>();
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
    this.#presence = presence;
    for (const routes of this.#table.values()) for (const entry of routes.values()) this.#dirty.add(entry);
    this.#flush();
  }

  /** The plan for a Service replaces the one before. Costs no more than the two. */
  setService(plan: ServicePlan): void {
    this.#replace(plan.service, plan);
    this.#flush();
  }

  removeService(key: string): void {
    this.#replace(key, undefined);
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

  /** What is to be announced now, by peer in the order of configuration. */
  routes(): AnnouncedRoute[] {
    return [...this.#peers.keys()].flatMap((peer) =>
      this.#entries(peer).map((entry) => ({
        peer,
        prefix: entry.prefix,
        attributes: this.#attributesOf(entry),
        services: [...entry.contributions.keys()].sort(),
      })),
    );
  }

  #replace(service: string, plan: ServicePlan | undefined): void {
    for (const entry of this.#entriesOf.get(service) ?? []) {
      entry.contributions.delete(service);
      this.#dirty.add(entry);
    }
    const entries = plan?.announcements.map(({ peer, prefix, attributes }) => {
      const entry = this.#entry(peer, prefix);
      entry.contributions.set(service, attributes);
      this.#dirty.add(entry);
      return entry;
    });
    if (entries === undefined || entries.length === 0) this.#entriesOf.delete(service);
    else this.#entriesOf.set(service, entries);
  }

  #entry(peer: string, prefix: Prefix): Entry {
    const routes = this.#table.get(peer) ?? new Map<string, Entry>();
    this.#table.set(peer, routes);
    const key = formatPrefix(prefix);
    const entry = routes.get(key) ?? { peer, prefix, contributions: new Map(), told: undefined };
    routes.set(key, entry);
    return entry;
  }

  /** Entries of a peer that are to be said. */
  #entries(peer: string): Entry[] {
    const entries = this.#table.get(peer)?.values() ?? [];
    return [...entries].filter((entry) => this.#isSaid(entry));
  }

  #isSaid({ contributions }: Entry): boolean {
    return contributions.size > 0 && this.#presence !== "withdrawn";
  }

  #attributesOf({ contributions }: Entry): RouteAttributes {
    const merged = this.#attributes.merge(contributions.values());
    return this.#presence === "lowered" ? this.#attributes.lowered(merged) : merged;
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
    this.#prune();
    for (const routes of this.#table.values()) for (const entry of routes.values()) entry.told = undefined;
    const peers = [...this.#peers.values()].map((peer) => ({
      peer,
      routes: this.#entries(peer.name).map((entry) => ({ prefix: entry.prefix, attributes: this.#tell(entry) })),
    }));
    this.#attributes.retain(new Set(peers.flatMap(({ routes }) => routes.map(({ attributes }) => attributes))));
    this.#backend?.apply({ ...node, peers });
  }

  #tell(entry: Entry): RouteAttributes {
    entry.told = this.#attributesOf(entry);
    return entry.told;
  }

  #update(): void {
    const updates = new Map<string, { peer: string; set: DesiredRoute[]; withdraw: Prefix[] }>();
    for (const entry of this.#dirty) {
      const { peer, prefix, contributions, told } = entry;
      if (contributions.size === 0) this.#drop(entry);
      if (!this.#peers.has(peer)) continue;
      const update = updates.get(peer) ?? { peer, set: [], withdraw: [] };
      if (this.#isSaid(entry)) {
        const attributes = this.#tell(entry);
        if (attributes !== told) update.set.push({ prefix, attributes });
      } else if (told !== undefined) {
        entry.told = undefined;
        update.withdraw.push(prefix);
      }
      if (update.set.length + update.withdraw.length > 0) updates.set(peer, update);
    }
    this.#dirty.clear();
    const changes: readonly RouteUpdate[] = [...updates.values()];
    if (changes.length > 0) this.#backend?.update(changes);
  }

  #drop(entry: Entry): void {
    const routes = this.#table.get(entry.peer);
    routes?.delete(formatPrefix(entry.prefix));
    if (routes?.size === 0) this.#table.delete(entry.peer);
  }

  /** Clears away what no Service asks for. */
  #prune(): void {
    for (const entry of [...this.#table.values()].flatMap((routes) => [...routes.values()])) {
      if (entry.contributions.size === 0) this.#drop(entry);
    }
  }
}
