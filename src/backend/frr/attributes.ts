/** What a route carries to one peer, as lines of a route-map, in the words that FRR prints. */
import { formatAddress } from "../../model/address.ts";
import type { LinkBandwidth, RouteAttributes } from "../../model/announcement.ts";
import { targetOrOrigin } from "../../model/communities.ts";
import type { Peer } from "../../model/config.ts";
import { isExternal, localAs } from "../../model/peer.ts";

/** FRR's names; every other community is printed as two numbers. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [0, "internet"],
  [0xffff0000, "graceful-shutdown"],
  [0xffff0001, "accept-own"],
  [0xffff0002, "route-filter-translated-v4"],
  [0xffff0003, "route-filter-v4"],
  [0xffff0004, "route-filter-translated-v6"],
  [0xffff0005, "route-filter-v6"],
  [0xffff0006, "llgr-stale"],
  [0xffff0007, "no-llgr"],
  [0xffff0008, "accept-own-nexthop"],
  [0xffff029a, "blackhole"],
  [0xffffff01, "no-export"],
  [0xffffff02, "no-advertise"],
  [0xffffff03, "local-AS"],
  [0xffffff04, "no-peer"],
]);

const DEFAULT_LOCAL_PREF = 100;

function community(value: number): string {
  return NAMES.get(value) ?? `${value >>> 16}:${value & 0xffff}`;
}

/** FRR's unit of bandwidth in bytes per second: a megabit. */
const MEGABIT = 125_000;

function extendedLines(extended: readonly bigint[]): string[] {
  const named = Map.groupBy(
    extended.flatMap((one) => targetOrOrigin(one) ?? []),
    ({ kind }) => kind,
  );
  return [...named].map(([kind, all]) => `set extcommunity ${kind} ${all.map(({ text }) => text).join(" ")}`);
}

function bandwidthLine({ bytesPerSecond, transitivity }: LinkBandwidth): string {
  const rate = `set extcommunity bandwidth ${Math.round(bytesPerSecond / MEGABIT)}`;
  return transitivity === "transitive" ? rate : `${rate} non-transitive`;
}

/** The "set" lines towards a peer. */
export function setLines(attributes: RouteAttributes, peer: Peer): string[] {
  const { communities, localPref, med, asPathPrepend = 0, origin, nextHop, linkBandwidth } = attributes;
  const standard = [...new Set(communities.standard)].sort((a, b) => a - b).map(community);
  const large = [...new Set(communities.large.map((parts) => parts.join(":")))];
  const external = isExternal(peer);
  const prepended = external ? Array.from({ length: asPathPrepend }, () => localAs(peer)) : [];
  return [
    ...(standard.length > 0 ? [`set community ${standard.join(" ")}`] : []),
    ...(large.length > 0 ? [`set large-community ${large.join(" ")}`] : []),
    ...extendedLines(communities.extended ?? []),
    ...(linkBandwidth === undefined ? [] : [bandwidthLine(linkBandwidth)]),
    ...(external ? [] : [`set local-preference ${localPref ?? DEFAULT_LOCAL_PREF}`]),
    ...(med === undefined ? [] : [`set metric ${med}`]),
    ...(prepended.length > 0 ? [`set as-path prepend ${prepended.join(" ")}`] : []),
    ...(origin === undefined ? [] : [`set origin ${origin}`]),
    ...(nextHop === undefined ? [] : [`set ip next-hop ${formatAddress(nextHop)}`]),
  ];
}
