/**
 * Routes that are told to the same peers with the same attributes are a class, and a class has a tag: a daemon marks
 * the prefixes with it, and its policy towards each peer knows by it what to say. A tag is drawn from the class's
 * content, so that another run of Herald finds what it would write. A change costs as much as the routes in it.
 */
import type { Prefix } from "../../model/address.ts";
import type { RouteAttributes } from "../../model/announcement.ts";
import type { DesiredPeer, RouteUpdate } from "../backend.ts";
import { textOf } from "./text.ts";

export interface RouteClass {
  /** 1 to `LAST_TAG`. */
  readonly tag: number;
  /** What each peer is told; peers in the order of their names. */
  readonly members: ReadonlyMap<string, RouteAttributes>;
}

export interface ClassedRoute {
  readonly prefix: Prefix;
  readonly of: RouteClass;
}

/** Somebody of these peers is told it. */
export function isTold({ members }: RouteClass, peers: ReadonlyMap<string, unknown>): boolean {
  for (const peer of members.keys()) if (peers.has(peer)) return true;
  return false;
}

export const LAST_TAG = 65534;

/** FNV-1a, unsigned 32-bit. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}

interface Node extends RouteClass {
  readonly key: string;
  /** How many routes are of it. */
  count: number;
  /** The class of a route once one peer is told something else, by peer and attributes; found once. */
  readonly next: Map<string, Node>;
}

/** Classes that nobody uses are forgotten once there are this many, and more of them than of others. */
const SPARE = 1_000;
const NO_TAG = 0;

const keys = new WeakMap<RouteAttributes, string>();

/** The same for equal attributes, whatever the order of their fields. */
function keyOf(attributes: RouteAttributes): string {
  const known = keys.get(attributes);
  if (known !== undefined) return known;
  const fields = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  const key = JSON.stringify(fields, (_, value: unknown) => (typeof value === "bigint" ? `${value}` : value));
  keys.set(attributes, key);
  return key;
}

export class RouteClasses {
  readonly #routes = new Map<string, { readonly prefix: Prefix; of: Node }>();
  readonly #nodes = new Map<string, Node>();
  readonly #byTag = new Map<number, Node>();
  #inUse = 0;
  /** Of what is no route: where each begins. */
  readonly #nobody: Node = { key: "", tag: NO_TAG, members: new Map(), count: 0, next: new Map() };

  get size(): number {
    return this.#routes.size;
  }

  get(prefix: string): ClassedRoute | undefined {
    return this.#routes.get(prefix);
  }

  routes(): IterableIterator<[string, ClassedRoute]> {
    return this.#routes.entries();
  }

  /** Those that some route is of. */
  *used(): Generator<RouteClass> {
    for (const node of this.#nodes.values()) if (node.count > 0) yield node;
  }

  isUsed(tag: number): boolean {
    return (this.#byTag.get(tag)?.count ?? 0) > 0;
  }

  /** Replaces everything. What has a tag keeps it. Throws where there are more classes than tags. */
  replace(peers: readonly DesiredPeer[]): void {
    for (const { of } of this.#routes.values()) this.#count(of, -1);
    this.#routes.clear();
    for (const { peer, routes } of peers) {
      for (const { prefix, attributes } of routes) this.#set(peer.name, prefix, attributes);
    }
    this.#prune();
  }

  /** The prefixes whose class is another one now. */
  update(changes: readonly RouteUpdate[]): Set<string> {
    const before = new Map<string, RouteClass | undefined>();
    const note = (prefix: Prefix): void => {
      const text = textOf(prefix);
      if (!before.has(text)) before.set(text, this.#routes.get(text)?.of);
    };
    for (const { peer, set, withdraw } of changes) {
      for (const prefix of withdraw) {
        note(prefix);
        this.#set(peer, prefix, undefined);
      }
      for (const { prefix, attributes } of set) {
        note(prefix);
        this.#set(peer, prefix, attributes);
      }
    }
    this.#prune();
    return new Set([...before].flatMap(([text, of]) => (this.#routes.get(text)?.of === of ? [] : [text])));
  }

  #set(peer: string, prefix: Prefix, attributes: RouteAttributes | undefined): void {
    const text = textOf(prefix);
    const route = this.#routes.get(text);
    const before = route?.of ?? this.#nobody;
    const after = this.#step(before, peer, attributes);
    if (after === before) return;
    this.#count(before, -1);
    this.#count(after, 1);
    if (after === this.#nobody) this.#routes.delete(text);
    else if (route === undefined) this.#routes.set(text, { prefix, of: after });
    else route.of = after;
  }

  #step(from: Node, peer: string, attributes: RouteAttributes | undefined): Node {
    const own = attributes === undefined ? "" : keyOf(attributes);
    const way = `${peer}\n${own}`;
    const known = from.next.get(way);
    if (known !== undefined) return known;
    const members = new Map(from.members);
    if (attributes === undefined) members.delete(peer);
    else members.set(peer, attributes);
    const node = this.#node(new Map([...members].sort(([a], [b]) => (a < b ? -1 : 1))));
    from.next.set(way, node);
    return node;
  }

  #node(members: ReadonlyMap<string, RouteAttributes>): Node {
    if (members.size === 0) return this.#nobody;
    const key = Array.from(members, ([peer, attributes]) => `${peer}\n${keyOf(attributes)}`).join("\n\n");
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    const node = { key, tag: this.#tag(key), members, count: 0, next: new Map<string, Node>() };
    this.#nodes.set(key, node);
    this.#byTag.set(node.tag, node);
    return node;
  }

  #count(node: Node, by: 1 | -1): void {
    if (node.tag === NO_TAG) return;
    if (node.count === 0) this.#inUse += 1;
    node.count += by;
    if (node.count === 0) this.#inUse -= 1;
  }

  #tag(key: string): number {
    if (this.#byTag.size >= LAST_TAG) this.#prune();
    if (this.#byTag.size >= LAST_TAG) throw new Error(`more than ${LAST_TAG} different sets of attributes`);
    let tag = (hash(key) % LAST_TAG) + 1;
    while (this.#byTag.has(tag)) tag = (tag % LAST_TAG) + 1;
    return tag;
  }

  /** Not at once: a class often comes back, and what a daemon still has under a tag must not become another's. */
  #prune(): void {
    if (this.#nodes.size < SPARE || this.#nodes.size < 2 * this.#inUse) return;
    for (const [key, { tag, count }] of this.#nodes) {
      if (count > 0) continue;
      this.#nodes.delete(key);
      this.#byTag.delete(tag);
    }
    for (const node of this.#nodes.values()) node.next.clear();
    this.#nobody.next.clear();
  }
}
