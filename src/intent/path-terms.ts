/** What a BGPAdvertisement says of its routes, as far as it is possible with the pools and peers that it covers. */
import type { BGPAdvertisementObject } from "../api/parse.ts";
import type { Address, Family } from "../model/address.ts";
import { contains, formatAddress, sameAddress, width } from "../model/address.ts";
import { isLinkBandwidth } from "../model/communities.ts";
import type { BgpAdvertisement, Peer, Pool } from "../model/config.ts";
import { isExternal } from "../model/peer.ts";
import { distinct } from "./lists.ts";
import type { Report } from "./report.ts";
import { quote } from "./report.ts";
import { sharedNodes } from "./shared-nodes.ts";

const FAMILIES: readonly Family[] = [4, 6];

type PathTerms = Pick<
  BgpAdvertisement,
  | "asPathPrepend"
  | "healthCheckWait"
  | "localPref"
  | "med"
  | "moreSpecifics"
  | "nextHops"
  | "origin"
  | "weightByEndpoints"
>;

/** What an advertisement covers. */
interface Reach {
  readonly pools: readonly Pool[];
  /** All pools there are. */
  readonly everyPool: Iterable<Pool>;
  readonly peers: readonly Peer[];
}

export function aggregationLength(
  lengths: Pick<BgpAdvertisement, "aggregationLength" | "aggregationLengthV6">,
  family: Family,
): number {
  return family === 4 ? lengths.aggregationLength : lengths.aggregationLengthV6;
}

/** The peers that an advertisement may reach on some node. */
export function reachedPeers(
  { peers, nodeSelectors }: Pick<BgpAdvertisement, "peers" | "nodeSelectors">,
  all: ReadonlyMap<string, Peer>,
): Peer[] {
  return [...all.values()].filter(
    (peer) => (peers.size === 0 || peers.has(peer.name)) && sharedNodes(peer.nodeSelectors, nodeSelectors) !== "no",
  );
}

/** The extended communities, each once. */
export function extendedOf(object: BGPAdvertisementObject, report: Report): { readonly extended?: readonly bigint[] } {
  const field = "spec.extendedCommunities";
  const extended = distinct(object.spec.extendedCommunities, String, object, field, report);
  return extended.length === 0 ? {} : { extended };
}

/** Undefined: nothing is to be announced, since the routes would lead nowhere; the report says why. */
export function pathTermsOf(object: BGPAdvertisementObject, reach: Reach, report: Report): PathTerms | undefined {
  const { localPref, med, origin, waitForHealthCheck } = object.spec;
  const asPathPrepend = prependOf(object, reach.peers, report);
  const nextHops = nextHopsOf(object, reach, report);
  const weightByEndpoints = weightOf(object, reach.pools, report);
  const moreSpecifics = moreSpecificsOf(object, report);
  if (nextHops === "wrong") return undefined;
  return {
    ...(localPref === 0 ? {} : { localPref }),
    ...(med === undefined ? {} : { med }),
    ...(asPathPrepend === undefined ? {} : { asPathPrepend }),
    ...(origin === undefined ? {} : { origin }),
    ...(nextHops === undefined ? {} : { nextHops }),
    ...(weightByEndpoints === undefined ? {} : { weightByEndpoints }),
    ...(moreSpecifics === undefined ? {} : { moreSpecifics }),
    ...(waitForHealthCheck === undefined ? {} : { healthCheckWait: waitForHealthCheck }),
  };
}

/** RFC 4271 §9.1.2: a path with one's own AS in it is a loop. */
function prependOf(object: BGPAdvertisementObject, peers: readonly Peer[], report: Report): number | undefined {
  const { asPathPrepend } = object.spec;
  if (asPathPrepend === undefined) return undefined;
  const internal = peers.filter((peer) => !isExternal(peer)).map(({ name }) => name);
  if (internal.length === 0) return asPathPrepend;
  const what = `has no effect towards internal peers, which would take our own AS in a path for a loop: ${internal.join(", ")}`;
  if (internal.length < peers.length) {
    report.warning(object, "spec.asPathPrepend", what, "name the external peers in spec.peers");
    return asPathPrepend;
  }
  report.error(object, "spec.asPathPrepend", what, "remove it, and prefer among internal routes by localPref or med");
  return undefined;
}

function nextHopsOf(
  object: BGPAdvertisementObject,
  { everyPool, peers }: Reach,
  report: Report,
): BgpAdvertisement["nextHops"] | "wrong" {
  const { nextHop, nextHopV6 } = object.spec;
  const pools = [...everyPool];
  let wrong = false;
  const check = (hop: Address | undefined, field: string): void => {
    const fault = hop && whyNoNextHop(hop, pools, peers);
    if (hop === undefined || fault === undefined) return;
    wrong = true;
    const what = `${quote(formatAddress(hop))} is an address of ${fault}, and nothing is announced with it`;
    report.error(object, field, what, "write the address of the node, or of a router before it");
  };
  check(nextHop, "spec.nextHop");
  check(nextHopV6, "spec.nextHopV6");
  if (wrong) return "wrong";
  if (nextHop === undefined && nextHopV6 === undefined) return undefined;
  return { ...(nextHop && { 4: nextHop }), ...(nextHopV6 && { 6: nextHopV6 }) };
}

/** The end of a sentence. A router takes no route that leads to itself (RFC 4271 §5.1.3). */
function whyNoNextHop(hop: Address, pools: readonly Pool[], peers: readonly Peer[]): string | undefined {
  const pool = pools.find(({ ranges }) => ranges.some((range) => contains(range, hop)));
  if (pool !== undefined) return `IPAddressPool ${pool.name}, so that its routes would lead to themselves`;
  const peer = peers.find(({ address }) => address !== undefined && sameAddress(address, hop));
  return peer && `BGPPeer ${peer.name}, which takes no route that leads to itself`;
}

function weightOf(
  object: BGPAdvertisementObject,
  pools: readonly Pool[],
  report: Report,
): BgpAdvertisement["weightByEndpoints"] {
  const { weightByEndpoints, extendedCommunities, moreSpecifics } = object.spec;
  if (weightByEndpoints === undefined) return undefined;
  const field = "spec.weightByEndpoints";
  const index = extendedCommunities.findIndex(isLinkBandwidth);
  if (index >= 0) {
    const what = `is given beside the bandwidth of extendedCommunities[${index}]`;
    report.error(object, field, what, "write one of the two");
    return undefined;
  }
  const families = new Set(pools.flatMap(({ ranges }) => ranges.map(({ family }) => family)));
  const aggregated = [...families].every((family) => aggregationLength(object.spec, family) < width(family));
  if (families.size === 0 || !aggregated || moreSpecifics === "announce") return weightByEndpoints;
  const what = "has no effect on aggregates, which are not of one Service";
  report.error(
    object,
    field,
    what,
    "leave out aggregationLength and aggregationLengthV6, or write moreSpecifics: announce",
  );
  return undefined;
}

function moreSpecificsOf(object: BGPAdvertisementObject, report: Report): BgpAdvertisement["moreSpecifics"] {
  const { moreSpecifics } = object.spec;
  if (moreSpecifics === undefined) return undefined;
  if (FAMILIES.some((family) => aggregationLength(object.spec, family) < width(family))) return moreSpecifics;
  const what = "has no effect without an aggregate";
  report.warning(object, "spec.moreSpecifics", what, "write aggregationLength or aggregationLengthV6, or remove it");
  return undefined;
}
