/**
 * Neighbours that a routing daemon has already, where the backend writes no policy towards them: what a route carries
 * then stands where the prefix comes from, before the daemon decides whom to tell.
 */
import type { Reason, RouteAttributes } from "../model/announcement.ts";
import { wellKnownCommunities } from "../model/communities.ts";
import type { Peer } from "../model/config.ts";
import type { Refusal } from "./merge.ts";
import { list } from "./text.ts";

/** A daemon obeys them on routes of its own, towards everybody. */
const OBEYED = ["no-export", "no-advertise", "no-export-subconfed"].map((name) => wellKnownCommunities.get(name));

/** Why such a neighbour is not told a route with these attributes, or undefined. */
export function existingRefusal(attributes: RouteAttributes): Refusal | undefined {
  const { communities, asPathPrepend = 0, nextHop } = attributes;
  const { standard, extended = [] } = communities;
  const asked = [
    ...(extended.length > 0 ? ["extended communities"] : []),
    ...(asPathPrepend > 0 ? ["asPathPrepend"] : []),
    ...(nextHop === undefined ? [] : ["another next hop"]),
    ...(standard.some((one) => OBEYED.includes(one)) ? ["no-export, no-advertise or no-export-subconfed"] : []),
  ];
  if (asked.length === 0) return undefined;
  const text = `${list(asked)} are more than the backend can do for a neighbour that the daemon has already (existing)`;
  return { code: "unsupportedByBackend", text };
}

export interface Unweighted {
  readonly attributes: RouteAttributes;
  readonly reason?: Reason;
}

/** The same without the weight, with the reason where there was one. */
export function unweighted(peer: Peer, prefix: string, attributes: RouteAttributes): Unweighted {
  const { linkBandwidth, ...rest } = attributes;
  if (linkBandwidth === undefined) return { attributes };
  const text = `${prefix} carries no weight to ${peer.name}: it is a neighbour that the daemon has already (existing)`;
  return { attributes: rest, reason: { code: "notWeighted", text, peer: peer.name } };
}
