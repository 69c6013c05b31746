/** What a route carries to one peer, as lines of a route-map, in the words that FRR prints. */
import type { RouteAttributes } from "../../model/announcement.ts";

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

/** The "set" lines towards a peer in another AS, or in ours. */
export function setLines({ communities, localPref }: RouteAttributes, external: boolean): string[] {
  const standard = [...new Set(communities.standard)].sort((a, b) => a - b).map(community);
  const large = [...new Set(communities.large.map((parts) => parts.join(":")))];
  return [
    ...(standard.length > 0 ? [`set community ${standard.join(" ")}`] : []),
    ...(large.length > 0 ? [`set large-community ${large.join(" ")}`] : []),
    ...(external ? [] : [`set local-preference ${localPref ?? DEFAULT_LOCAL_PREF}`]),
  ];
}
