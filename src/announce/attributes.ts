/** Route attributes, merged and interned: equal ones are one object, so that routes may be grouped by identity. */
import type { RouteAttributes } from "../model/announcement.ts";
import { GRACEFUL_SHUTDOWN, uniteCommunities } from "../model/communities.ts";

function keyOf({ communities, localPref }: RouteAttributes): string {
  return `${communities.standard.join(" ")}|${communities.large.map((one) => one.join(":")).join(" ")}|${localPref}`;
}

/** Hands out one object for all equal attributes. */
export class AttributeStore {
  readonly #byKey = new Map<string, RouteAttributes>();
  /** What was asked for before, by identity: a planner gives the same object for many Services. */
  #seen = new WeakMap<RouteAttributes, RouteAttributes>();

  /**
   * The attributes of a route that several Services ask for: the union of their communities and the highest localPref,
   * whatever their order. At least one must be given.
   */
  merge(all: Iterable<RouteAttributes>): RouteAttributes {
    const distinct = new Set<RouteAttributes>();
    for (const attributes of all) distinct.add(this.#intern(attributes));
    const [first, ...others] = distinct;
    if (first === undefined) throw new Error("BUG: there are no attributes to merge");
    if (others.length === 0) return first;
    const communities = uniteCommunities([...distinct].map((one) => one.communities));
    const preferences = [...distinct].flatMap((one) => one.localPref ?? []);
    return this.#intern(
      preferences.length === 0 ? { communities } : { communities, localPref: Math.max(...preferences) },
    );
  }

  /** The same with GRACEFUL_SHUTDOWN and the least preference: a router that has another way takes it (RFC 8326 §4). */
  lowered(attributes: RouteAttributes): RouteAttributes {
    const communities = uniteCommunities([attributes.communities, GRACEFUL_SHUTDOWN]);
    return this.#intern({ ...attributes, communities, localPref: 0 });
  }

  /** Forgets all but the merged attributes that are still in use; these stay the objects they are. */
  retain(used: ReadonlySet<RouteAttributes>): void {
    for (const [key, one] of this.#byKey) {
      if (!used.has(one)) this.#byKey.delete(key);
    }
    this.#seen = new WeakMap();
  }

  #intern(attributes: RouteAttributes): RouteAttributes {
    const seen = this.#seen.get(attributes);
    if (seen !== undefined) return seen;
    const communities = uniteCommunities([attributes.communities]);
    const sorted = { ...attributes, communities };
    const key = keyOf(sorted);
    const one = this.#byKey.get(key) ?? sorted;
    this.#byKey.set(key, one);
    this.#seen.set(attributes, one);
    this.#seen.set(one, one);
    return one;
  }
}
