/** What a route carries to one peer, as lines of a route-map, in the words that FRR prints. */
import { formatAddress } from "../../model/address.ts";
import type { RouteAttributes } from "../../model/announcement.ts";
import { targetOrOrigin } from "../../model/communities.ts";
import type { TargetOrOrigin } from "../../model/communities.ts";
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

function targetsOrOrigins({ communities: { extended = [] } }: RouteAttributes, wanted: TargetOrOrigin["kind"]): string {
  const all = extended.flatMap((one) => targetOrOrigin(one) ?? []).filter(({ kind }) => kind === wanted);
  return all.map(({ text }) => text).join(" ");
}

/** One attribute. */
interface Row {
  /** The line that gives it to a peer; undefined: the route has none. */
  readonly line: (attributes: RouteAttributes, peer: Peer) => string | undefined;
  /** The line that takes away what was given before; absent: FRR has none. */
  readonly none?: string;
}

const ROWS: readonly Row[] = [
  {
    line({ communities: { standard } }) {
      const all = [...new Set(standard)].sort((a, b) => a - b).map(community);
      return all.length === 0 ? undefined : `set community ${all.join(" ")}`;
    },
    none: "set community none",
  },
  {
    line({ communities: { large } }) {
      const all = new Set(large.map((parts) => parts.join(":")));
      return all.size === 0 ? undefined : `set large-community ${[...all].join(" ")}`;
    },
    none: "set large-community none",
  },
  ...(["rt", "soo"] as const).map((kind): Row => ({
    line(attributes) {
      const all = targetsOrOrigins(attributes, kind);
      return all === "" ? undefined : `set extcommunity ${kind} ${all}`;
    },
  })),
  {
    line({ linkBandwidth: weight }) {
      if (weight === undefined) return undefined;
      const rate = `set extcommunity bandwidth ${Math.round(weight.bytesPerSecond / MEGABIT)}`;
      return weight.transitivity === "transitive" ? rate : `${rate} non-transitive`;
    },
  },
  {
    line: ({ localPref = DEFAULT_LOCAL_PREF }, peer) =>
      isExternal(peer) ? undefined : `set local-preference ${localPref}`,
    none: `set local-preference ${DEFAULT_LOCAL_PREF}`,
  },
  // A route without one counts as 0 (RFC 4271 §9.1.2.2).
  { line: ({ med }) => (med === undefined ? undefined : `set metric ${med}`), none: "set metric 0" },
  {
    line({ asPathPrepend = 0 }, peer) {
      if (asPathPrepend === 0 || !isExternal(peer)) return undefined;
      return `set as-path prepend ${Array.from({ length: asPathPrepend }, () => localAs(peer)).join(" ")}`;
    },
  },
  { line: ({ origin }) => (origin === undefined ? undefined : `set origin ${origin}`), none: "set origin igp" },
  { line: ({ nextHop }) => (nextHop === undefined ? undefined : `set ip next-hop ${formatAddress(nextHop)}`) },
];

/** The "set" lines towards a peer. `given`: what the route carries already, by `originLines`. */
export function setLines(attributes: RouteAttributes, peer: Peer, given?: Told): string[] {
  return ROWS.flatMap(({ line, none }) => {
    const before = given === undefined || none === undefined ? undefined : line(given.attributes, given.peer);
    return line(attributes, peer) ?? (before === undefined || none === undefined ? [] : none);
  });
}

/** What a peer is told. */
export interface Told {
  readonly peer: Peer;
  readonly attributes: RouteAttributes;
}

/** The "set" lines of a route itself, for a neighbour whose own route-map is not ours: all that can be taken off again. */
export function originLines({ attributes, peer }: Told): string[] {
  return ROWS.flatMap(({ line, none }) => (none === undefined ? [] : (line(attributes, peer) ?? [])));
}
