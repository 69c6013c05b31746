/** Route attributes, merged and interned: equal ones are one object, so that routes may be grouped by identity. */
import { compareAddresses, formatAddress } from "../model/address.ts";
import type { LinkBandwidth, RouteAttributes } from "../model/announcement.ts";
import { GRACEFUL_SHUTDOWN, uniteCommunities } from "../model/communities.ts";

function keyOf({ communities, nextHop, linkBandwidth, ...others }: RouteAttributes): string {
  const { standard, large, extended = [] } = communities;
  const { localPref, med, asPathPrepend, origin } = others;
  const lists = [standard.join(" "), large.map((one) => one.join(":")).join(" "), extended.join(" ")];
  const hop = nextHop && formatAddress(nextHop);
  const weight = linkBandwidth && `${linkBandwidth.bytesPerSecond} ${linkBandwidth.transitivity}`;
  return [...lists, localPref, med, asPathPrepend, origin, hop, weight].join("|");
}

const ORIGINS = ["igp", "egp", "incomplete"] as const;

function byBandwidth(a: LinkBandwidth, b: LinkBandwidth): number {
  return b.bytesPerSecond - a.bytesPerSecond || (a.transitivity === "transitive" ? -1 : 1);
}

/**
 * What several Services ask of one route: all communities, and of the rest what makes it the better one (RFC 4271
 * §9.1.2, where no MED is the lowest). Next hops have no better and worse: the lowest.
 */
function united(all: readonly RouteAttributes[]): RouteAttributes {
  const [localPref] = all.flatMap((one) => one.localPref ?? []).sort((a, b) => b - a);
  const med = Math.min(...all.map((one) => one.med ?? -1));
  const asPathPrepend = Math.min(...all.map((one) => one.asPathPrepend ?? 0));
  const origin = ORIGINS[Math.min(...all.map((one) => ORIGINS.indexOf(one.origin ?? "igp")))];
  const [nextHop] = all.flatMap((one) => one.nextHop ?? []).sort(compareAddresses);
  const [linkBandwidth] = all.flatMap((one) => one.linkBandwidth ?? []).sort(byBandwidth);
  return {
    communities: uniteCommunities(all.map((one) => one.communities)),
    ...(localPref !== undefined && { localPref }),
    ...(med >= 0 && { med }),
    ...(asPathPrepend > 0 && { asPathPrepend }),
    ...(origin !== undefined && origin !== "igp" && { origin }),
    ...(nextHop !== undefined && { nextHop }),
    ...(linkBandwidth !== undefined && { linkBandwidth }),
  };
}

/** Hands out one object for all equal attributes. */
export class AttributeStore {
  readonly #byKey = new Map<string, RouteAttributes>();
  /** What was asked for before, by identity: a planner gives the same object for many Services. */
  #seen = new WeakMap<RouteAttributes, RouteAttributes>();
  #lowered = new WeakMap<RouteAttributes, RouteAttributes>();

  /** The attributes of a route that several Services ask for, whatever their order. At least one must be given. */
  merge(all: Iterable<RouteAttributes>): RouteAttributes {
    const distinct = new Set<RouteAttributes>();
    for (const attributes of all) distinct.add(this.#intern(attributes));
    const [one, ...others] = distinct;
    if (one === undefined) throw new Error("BUG: there are no attributes to merge");
    return others.length === 0 ? one : this.#intern(united([...distinct]));
  }

  /** The same with GRACEFUL_SHUTDOWN and the least preference: a router that has another way takes it (RFC 8326 §4). */
  lowered(attributes: RouteAttributes): RouteAttributes {
    const known = this.#lowered.get(attributes);
    if (known !== undefined) return known;
    const communities = uniteCommunities([attributes.communities, GRACEFUL_SHUTDOWN]);
    const lowered = this.#intern({ ...attributes, communities, localPref: 0 });
    this.#lowered.set(attributes, lowered);
    return lowered;
  }

  /** Forgets all but the merged attributes that are still in use; these stay the objects they are. */
  retain(used: ReadonlySet<RouteAttributes>): void {
    for (const [key, one] of this.#byKey) {
      if (!used.has(one)) this.#byKey.delete(key);
    }
    this.#seen = new WeakMap();
    this.#lowered = new WeakMap();
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
