/** Routes of the model as Herald's own speaker is told of them. */
import { Afi, Origin, SegmentType } from "bgp-ts-codec";
import type { AsPathSegment, NextHop, PathAttributes, Prefix as WirePrefix } from "bgp-ts-codec";
import type { Route } from "@herald/bgp";
import type { Address, Family, Prefix } from "../../model/address.ts";
import type { RouteAttributes } from "../../model/announcement.ts";
import { bandwidthCommunity } from "../../model/communities.ts";
import type { Peer } from "../../model/config.ts";
import { isExternal, localAs, placeFamily } from "../../model/peer.ts";
import type { DesiredRoute } from "../backend.ts";

/** LOCAL_PREF where nobody set one. */
const DEFAULT_LOCAL_PREF = 100;

export function toWirePrefix({ family, value, length }: Prefix): WirePrefix {
  return family === 4 ? { afi: Afi.Ipv4, address: Number(value), length } : { afi: Afi.Ipv6, address: value, length };
}

export function fromWirePrefix({ afi, address, length }: WirePrefix): Prefix {
  return { family: afi === Afi.Ipv4 ? 4 : 6, value: BigInt(address), length };
}

const ORIGINS = { igp: Origin.Igp, egp: Origin.Egp, incomplete: Origin.Incomplete } as const;

function pathAttributes(attributes: RouteAttributes, peer: Peer): PathAttributes {
  const { communities, localPref, med, asPathPrepend = 0, origin, linkBandwidth } = attributes;
  const { standard, large, extended = [] } = communities;
  const external = isExternal(peer);
  const weight = linkBandwidth === undefined ? [] : [bandwidthCommunity(linkBandwidth, localAs(peer))];
  const extendedCommunities = [...extended, ...weight];
  return {
    ...(!external && { localPref: localPref ?? DEFAULT_LOCAL_PREF }),
    ...(external && asPathPrepend > 0 && { asPath: [ownAs(peer, asPathPrepend)] }),
    ...(origin !== undefined && { origin: ORIGINS[origin] }),
    ...(med !== undefined && { med }),
    ...(standard.length > 0 && { communities: standard }),
    ...(extendedCommunities.length > 0 && { extendedCommunities }),
    ...(large.length > 0 && {
      largeCommunities: large.map(([global, local1, local2]) => ({ global, local1, local2 })),
    }),
  };
}

/** The session puts our AS before it once more. */
function ownAs(peer: Peer, times: number): AsPathSegment {
  return { type: SegmentType.Sequence, asns: Array.from({ length: times }, () => localAs(peer)) };
}

/** fe80::/10: no next hop for anyone beyond the link. */
function isLinkLocal({ family, value }: Address): boolean {
  return family === 6 && value >> 118n === 0x3fan;
}

export type NextHops = Partial<Record<Family, NextHop>>;

/** The first address of each family that can be a next hop. */
export function nextHops(nodeAddresses: readonly Address[]): NextHops {
  const v4 = nodeAddresses.find(({ family }) => family === 4);
  const v6 = nodeAddresses.find((address) => address.family === 6 && !isLinkLocal(address));
  return {
    ...(v4 !== undefined && { 4: toNextHop(v4) }),
    ...(v6 !== undefined && { 6: toNextHop(v6) }),
  };
}

function toNextHop({ family, value }: Address): NextHop {
  return family === 4 ? { afi: Afi.Ipv4, address: Number(value) } : { afi: Afi.Ipv6, address: value };
}

/** Routes to set and to withdraw, of the model. */
interface Lists {
  readonly set: readonly DesiredRoute[];
  readonly withdraw: readonly Prefix[];
}

/** The same, of the speaker. */
export interface WireLists {
  readonly set: readonly Route[];
  readonly withdraw: readonly WirePrefix[];
}

/**
 * Translates routes. Equal attributes objects become equal objects, and within one `translator()` the equal lists of
 * peers that are told the same become the same arrays: the speaker groups by identity.
 */
export class RouteTranslator {
  /** By what of a peer they depend on. */
  readonly #attributes = new Map<string, WeakMap<RouteAttributes, PathAttributes>>();
  /** Next hops that are asked for, so that equal ones are one object. */
  readonly #nextHops = new WeakMap<RouteAttributes, NextHop>();

  /** Translates the lists of several peers, for one call of the speaker. */
  translator(hops: NextHops): (peer: Peer, lists: Lists) => WireLists {
    const made: { readonly kind: string; readonly lists: Lists; readonly wire: WireLists }[] = [];
    return (peer, lists) => {
      const kind = `${kindOf(peer)} ${placeFamily(peer)}`;
      const known = made.find((one) => one.kind === kind && sameLists(one.lists, lists));
      if (known !== undefined) return known.wire;
      const set = lists.set.map((route) => this.#route(route, peer, hops));
      const wire = { set, withdraw: lists.withdraw.map(toWirePrefix) };
      made.push({ kind, lists, wire });
      return wire;
    };
  }

  /**
   * On a session over the route's own family, or with whoever is at the other end of an interface, the next hop is the
   * session's local address, on one over the other family the node's; where the node has none, the speaker reports the
   * route as unsent. One that is asked for comes first.
   */
  #route({ prefix, attributes }: DesiredRoute, peer: Peer, hops: NextHops): Route {
    const place = placeFamily(peer) ?? prefix.family;
    const own = prefix.family === place ? undefined : hops[prefix.family];
    const nextHop = attributes.nextHop === undefined ? own : this.#nextHop(attributes, attributes.nextHop);
    return {
      prefix: toWirePrefix(prefix),
      attributes: this.#pathAttributes(attributes, peer),
      ...(nextHop !== undefined && { nextHop }),
    };
  }

  #nextHop(attributes: RouteAttributes, address: Address): NextHop {
    const known = this.#nextHops.get(attributes) ?? toNextHop(address);
    this.#nextHops.set(attributes, known);
    return known;
  }

  #pathAttributes(attributes: RouteAttributes, peer: Peer): PathAttributes {
    const kind = kindOf(peer);
    const cache = this.#attributes.get(kind) ?? new WeakMap<RouteAttributes, PathAttributes>();
    this.#attributes.set(kind, cache);
    const known = cache.get(attributes) ?? pathAttributes(attributes, peer);
    cache.set(attributes, known);
    return known;
  }
}

/** What of a peer the attributes of its routes depend on. */
function kindOf(peer: Peer): string {
  return `${isExternal(peer)} ${localAs(peer)}`;
}

function samePrefix(a: Prefix | undefined, b: Prefix): boolean {
  return a === b || (a?.value === b.value && a.length === b.length && a.family === b.family);
}

/** Equal, and in the same order. */
function sameLists(a: Lists, b: Lists): boolean {
  return (
    a.set.length === b.set.length &&
    a.withdraw.length === b.withdraw.length &&
    b.set.every(({ prefix, attributes }, i) => {
      const other = a.set[i];
      return other?.attributes === attributes && samePrefix(other.prefix, prefix);
    }) &&
    b.withdraw.every((prefix, i) => samePrefix(a.withdraw[i], prefix))
  );
}
