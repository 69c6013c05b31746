/**
 * Lists of routes, shared by the peers that were given equal ones. A table is its newest state and the changes that led
 * to it; each peer stands at one of its versions. Peers are told of a change one after the other: the first makes the
 * version, the others find that their change is the same and move on to it.
 */
import { samePrefix, sameRoute } from "./equal.ts";
import { routeKey } from "./key.ts";
import type { PrefixKey } from "./key.ts";
import type { Route, RouteChange } from "./types.ts";

/** One prefix of a change: as it was, and as it is. Not both are absent, and they differ. */
export interface ChangeItem {
  readonly key: PrefixKey;
  readonly before: Route | undefined;
  readonly after: Route | undefined;
}

/** Equal changes of peers that share a table are one object, so that it is encoded once. */
export interface Change {
  readonly items: readonly ChangeItem[];
}

/** Changes kept for the peers that have not made them yet; those who stay behind longer get a table of their own. */
const KEPT_CHANGES = 64;

function grows({ items }: Change): number {
  let count = 0;
  for (const { before, after } of items) count += (after === undefined ? 0 : 1) - (before === undefined ? 0 : 1);
  return count;
}

export class RouteTable {
  /** Where a prefix stands in the two lists below: three flat structures take half the memory of an object each. */
  readonly #slots = new Map<PrefixKey, number>();
  readonly #routes: (Route | undefined)[] = [];
  /** The pass that saw a slot last. */
  #seen = new Uint32Array(16);
  readonly #free: number[] = [];
  #pass = 0;
  /** From version `#oldest` to `version`. */
  readonly #changes: Change[] = [];
  #oldest = 0;
  /** How many peers stand at which version. */
  readonly #members = new Map<number, number>();

  get version(): number {
    return this.#oldest + this.#changes.length;
  }

  /** The oldest version that a peer stands at. */
  get oldest(): number {
    return this.#oldest;
  }

  get size(): number {
    return this.#slots.size;
  }

  /** The number of routes there were at a version. */
  sizeAt(version: number): number {
    return this.after(version).reduce((size, change) => size - grows(change), this.size);
  }

  /** Calls back with each route of the newest version. */
  each(visit: (key: PrefixKey, route: Route) => void): void {
    for (const [key, slot] of this.#slots) {
      const route = this.#routes[slot];
      if (route !== undefined) visit(key, route);
    }
  }

  /** The changes from `version` on. */
  after(version: number): readonly Change[] {
    return version === this.version ? [] : this.#changes.slice(version - this.#oldest);
  }

  /**
   * Whether the newest version is this list, in the order in which its routes came: the quick look, without a search,
   * that suffices where many peers are given one list.
   */
  follows(list: readonly Route[]): boolean {
    const routes = this.#routes;
    if (list.length !== this.size || list.length !== routes.length) return false;
    for (let i = 0; i < list.length; i++) {
      const route = routes[i];
      const other = list[i];
      if (route === other) continue;
      if (route === undefined || other === undefined || !samePrefix(route.prefix, other.prefix)) return false;
      if (!sameRoute(route, other)) return false;
    }
    return true;
  }

  /** What has to happen to the newest version to make it this list; of a prefix named twice the last counts. */
  difference(list: readonly Route[]): ChangeItem[] {
    if (this.follows(list)) return [];
    const pass = ++this.#pass;
    const items = new Map<PrefixKey, ChangeItem>();
    let seen = 0;
    for (const route of list) {
      const key = routeKey(route.prefix);
      const slot = this.#slots.get(key);
      const before = slot === undefined ? undefined : this.#routes[slot];
      if (slot !== undefined && this.#seen[slot] !== pass) {
        this.#seen[slot] = pass;
        seen += 1;
      }
      if (before === undefined || !sameRoute(before, route)) items.set(key, { key, before, after: route });
      else if (items.size > 0) items.delete(key);
    }
    if (seen < this.#slots.size) {
      for (const [key, slot] of this.#slots) {
        if (this.#seen[slot] !== pass) items.set(key, { key, before: this.#routes[slot], after: undefined });
      }
    }
    return [...items.values()];
  }

  /** Whether the newest version is this list; stops at the first difference. */
  equals(list: readonly Route[]): boolean {
    if (this.follows(list)) return true;
    if (list.length !== this.#slots.size) return false;
    const pass = ++this.#pass;
    for (const route of list) {
      const slot = this.#slots.get(routeKey(route.prefix));
      const known = slot === undefined ? undefined : this.#routes[slot];
      if (slot === undefined || known === undefined || this.#seen[slot] === pass) return false;
      if (!sameRoute(known, route)) return false;
      this.#seen[slot] = pass;
    }
    return true;
  }

  /** The route of a prefix at a version. */
  at(version: number, key: PrefixKey): Route | undefined {
    return this.#reader(version)(key);
  }

  #get(key: PrefixKey): Route | undefined {
    const slot = this.#slots.get(key);
    return slot === undefined ? undefined : this.#routes[slot];
  }

  #set(key: PrefixKey, route: Route): void {
    const known = this.#slots.get(key);
    const slot = known ?? this.#free.pop() ?? this.#routes.length;
    if (known === undefined) this.#slots.set(key, slot);
    this.#routes[slot] = route;
    if (slot >= this.#seen.length) {
      const grown = new Uint32Array(2 * this.#seen.length);
      grown.set(this.#seen);
      this.#seen = grown;
    }
  }

  #delete(key: PrefixKey): void {
    const slot = this.#slots.get(key);
    if (slot === undefined) return;
    this.#slots.delete(key);
    this.#routes[slot] = undefined;
    this.#free.push(slot);
  }

  /** Reads a version: the newest state, but for the prefixes that changed after it. */
  #reader(version: number): (key: PrefixKey) => Route | undefined {
    const newest = (key: PrefixKey): Route | undefined => this.#get(key);
    const later = this.after(version);
    if (later.length === 0) return newest;
    const earlier = new Map<PrefixKey, Route | undefined>();
    for (const { items } of later.toReversed()) for (const { key, before } of items) earlier.set(key, before);
    return (key) => (earlier.has(key) ? earlier.get(key) : newest(key));
  }

  /** What a change means for a version: nothing for what is so already. A prefix in both lists is set. */
  resolve({ set, withdraw }: RouteChange, version: number): ChangeItem[] {
    const items = new Map<PrefixKey, ChangeItem>();
    const read = this.#reader(version);
    for (const prefix of withdraw) {
      const key = routeKey(prefix);
      const before = read(key);
      if (before !== undefined) items.set(key, { key, before, after: undefined });
    }
    for (const route of set) {
      const key = routeKey(route.prefix);
      const before = read(key);
      if (before !== undefined && sameRoute(before, route)) items.delete(key);
      else items.set(key, { key, before, after: route });
    }
    return [...items.values()];
  }

  /** The first routes; of a prefix named twice the last counts. */
  fill(list: readonly Route[]): void {
    for (const route of list) this.#set(routeKey(route.prefix), route);
  }

  /** Makes the next version. */
  append(items: readonly ChangeItem[]): Change {
    for (const { key, after } of items) {
      if (after === undefined) this.#delete(key);
      else this.#set(key, after);
    }
    const change = { items };
    this.#changes.push(change);
    return change;
  }

  join(version: number): void {
    this.#members.set(version, (this.#members.get(version) ?? 0) + 1);
  }

  /** Forgets the changes that nobody has left to make. */
  leave(version: number): void {
    const count = (this.#members.get(version) ?? 0) - 1;
    if (count > 0) {
      this.#members.set(version, count);
      return;
    }
    this.#members.delete(version);
    const oldest = Math.min(this.version, ...this.#members.keys());
    this.#changes.splice(0, oldest - this.#oldest);
    this.#oldest = oldest;
  }

  /** Peers stay behind so far that keeping the changes costs more than a table of their own. */
  get overgrown(): boolean {
    return this.#changes.length > KEPT_CHANGES;
  }

  /** A table with the routes of a version. */
  copy(version: number): RouteTable {
    const table = new RouteTable();
    this.each((key, route) => table.#set(key, route));
    for (const { items } of this.after(version).toReversed()) {
      for (const { key, before } of items) {
        if (before === undefined) table.#delete(key);
        else table.#set(key, before);
      }
    }
    return table;
  }
}
