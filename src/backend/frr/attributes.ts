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

/** One attribute. */
interface Row {
  /** The line that gives it to a peer in another AS, or in ours; undefined: the route has none. */
  readonly line: (attributes: RouteAttributes, external: boolean) => string | undefined;
  /** The line that takes away what was given before. */
  readonly none: string;
}

const ROWS: readonly Row[] = [
  {
    line: ({ communities: { standard } }) => {
      const all = [...new Set(standard)].sort((a, b) => a - b).map(community);
      return all.length === 0 ? undefined : `set community ${all.join(" ")}`;
    },
    none: "set community none",
  },
  {
    line: ({ communities: { large } }) => {
      const all = new Set(large.map((parts) => parts.join(":")));
      return all.size === 0 ? undefined : `set large-community ${[...all].join(" ")}`;
    },
    none: "set large-community none",
  },
  {
    line: ({ localPref = DEFAULT_LOCAL_PREF }, external) =>
      external ? undefined : `set local-preference ${localPref}`,
    none: `set local-preference ${DEFAULT_LOCAL_PREF}`,
  },
];

/** The "set" lines towards a peer in another AS, or in ours. `given`: what the route carries already. */
export function setLines(attributes: RouteAttributes, external: boolean, given?: RouteAttributes): string[] {
  return ROWS.flatMap(({ line, none }) => {
    const before = given === undefined ? undefined : line(given, external);
    return line(attributes, external) ?? (before === undefined ? [] : none);
  });
}
