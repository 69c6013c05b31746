/** What Services ask for, by Service and by prefix. */
import { prefixKey } from "../model/address.ts";
import type { Prefix, PrefixKey } from "../model/address.ts";
import type { BgpAnnouncement, RouteAttributes } from "../model/announcement.ts";

/** Of one Service; at most one a peer and prefix. */
type Asked = readonly BgpAnnouncement[];

/** A route towards one peer that somebody asks for, with what it is to carry: once each, never nothing. */
export interface AskedRoute {
  readonly peer: string;
  readonly prefix: Prefix;
  readonly attributes: Iterable<RouteAttributes>;
}

const NOTHING: Asked = [];

/** A prefix that several Services ask for; it may be thousands, so that what they ask for is counted and not looked up. */
class SharedPrefix {
  readonly #byService = new Map<string, Asked>();
  /** By peer, how many ask for which attributes. */
  readonly #counts = new Map<string, { readonly prefix: Prefix; readonly asking: Map<RouteAttributes, number> }>();

  lists(): readonly Asked[] {
    return [...this.#byService.values()];
  }

  routes(): AskedRoute[] {
    return Array.from(this.#counts, ([peer, { prefix, asking }]) => ({ peer, prefix, attributes: asking.keys() }));
  }

  set(service: string, asked: Asked): void {
    this.delete(service);
    this.#byService.set(service, asked);
    for (const { peer, prefix, attributes } of asked) {
      const counts = this.#counts.get(peer) ?? { prefix, asking: new Map<RouteAttributes, number>() };
      this.#counts.set(peer, counts);
      counts.asking.set(attributes, (counts.asking.get(attributes) ?? 0) + 1);
    }
  }

  delete(service: string): void {
    for (const { peer, attributes } of this.#byService.get(service) ?? NOTHING) {
      const asking = this.#counts.get(peer)?.asking;
      const others = (asking?.get(attributes) ?? 0) - 1;
      if (others > 0) asking?.set(attributes, others);
      else asking?.delete(attributes);
      if (asking?.size === 0) this.#counts.delete(peer);
    }
    this.#byService.delete(service);
  }

  /** What the only Service that is left asks for; undefined: there are several. */
  get last(): Asked | undefined {
    return this.#byService.size > 1 ? undefined : this.#byService.values().next().value;
  }
}

export class AskedRoutes {
  readonly #byService = new Map<string, Asked>();
  /** Nearly always one Service asks for a prefix, and for nothing else: then its list stands in both. */
  readonly #byPrefix = new Map<PrefixKey, Asked | SharedPrefix>();

  /** In the order in which they were first asked for. */
  prefixes(): Iterable<PrefixKey> {
    return this.#byPrefix.keys();
  }

  of(service: string): Asked {
    return this.#byService.get(service) ?? NOTHING;
  }

  /** One route a peer; costs no more than the peers, however many ask. */
  for(prefix: PrefixKey): AskedRoute[] {
    const asked = this.#byPrefix.get(prefix) ?? NOTHING;
    if (asked instanceof SharedPrefix) return asked.routes();
    return asked.map(({ peer, prefix, attributes }) => ({ peer, prefix, attributes: [attributes] }));
  }

  /** Who asks for a route, sorted. */
  services(prefix: PrefixKey, peer: string): string[] {
    const asked = this.#byPrefix.get(prefix) ?? NOTHING;
    const lists = asked instanceof SharedPrefix ? asked.lists() : [asked];
    return lists.flatMap((list) => list.find((one) => one.peer === peer)?.service ?? []).sort();
  }

  /** What a Service asks for replaces what it asked for before. */
  set(service: string, announcements: Asked): void {
    const before = new Set(this.of(service).map(({ prefix }) => prefixKey(prefix)));
    // A list that grew has room for more.
    const all = announcements.slice();
    const now = Map.groupBy(all, ({ prefix }) => prefixKey(prefix));
    for (const [prefix, asked] of now) this.#add(prefix, service, now.size === 1 ? all : asked);
    for (const prefix of before) if (!now.has(prefix)) this.#drop(prefix, service);
    if (all.length === 0) this.#byService.delete(service);
    else this.#byService.set(service, all);
  }

  #add(prefix: PrefixKey, service: string, asked: Asked): void {
    const known = this.#byPrefix.get(prefix) ?? NOTHING;
    if (known instanceof SharedPrefix) {
      known.set(service, asked);
      return;
    }
    const other = known[0]?.service ?? service;
    if (other === service) {
      this.#byPrefix.set(prefix, asked);
      return;
    }
    const shared = new SharedPrefix();
    shared.set(other, known);
    shared.set(service, asked);
    this.#byPrefix.set(prefix, shared);
  }

  #drop(prefix: PrefixKey, service: string): void {
    const known = this.#byPrefix.get(prefix);
    if (!(known instanceof SharedPrefix)) {
      this.#byPrefix.delete(prefix);
      return;
    }
    known.delete(service);
    if (known.last !== undefined) this.#byPrefix.set(prefix, known.last);
  }
}
