/** What leads from what gobgpd has to what it should have; a plan is made at once, from values. */
import { formatAddress } from "../../model/address.ts";
import type { Peer } from "../../model/config.ts";
import { isTold } from "../daemon/classes.ts";
import type { ClassedRoute, RouteClass, RouteClasses } from "../daemon/classes.ts";
import type { Dialect } from "./messages.ts";
import { NO_PREFERENCE, carriedBy, ownPath } from "./paths.ts";
import type { OwnPath } from "./paths.ts";
import { peerMessage, samePeer } from "./peer.ts";
import type { PeerMessage } from "./peer.ts";
import { PREFIX, classSet, classStatements, lowest, markSet, peerSets } from "./policy.ts";
import type { DefinedSet, NextHops, Statement } from "./policy.ts";
import type { GobgpState } from "./state.ts";

interface Announcement {
  readonly prefix: string;
  readonly path: OwnPath;
  /** Attributes besides what every path has. */
  readonly carried: readonly Uint8Array[];
}

/** In the order of their doing. */
export interface Plan {
  readonly sets: readonly DefinedSet[];
  readonly statements: readonly Statement[];
  /** Neighbours to remove, by address. */
  readonly gone: readonly string[];
  readonly withdraw: readonly { readonly prefix: string; readonly path: OwnPath }[];
  readonly announce: readonly Announcement[];
  readonly peers: readonly PeerMessage[];
  /** What statements there are of these tags, afterwards. */
  readonly told: ReadonlyMap<number, readonly string[]>;
  readonly oldStatements: readonly string[];
  /** Whole sets, or what of a set is to go. */
  readonly oldSets: readonly { readonly set: DefinedSet; readonly all: boolean }[];
  /** Addresses of neighbours that are to be told anew: statements of routes that stay are replaced. */
  readonly refresh: readonly string[];
}

export interface Setting {
  readonly dialect: Dialect;
  /** With a session. */
  readonly peers: ReadonlyMap<string, Peer>;
  readonly hops: NextHops;
}

/** The route as it is to be told. Not one that nobody here is told, nor one that is somebody else's here. */
function wantedRoute(
  has: GobgpState,
  classes: RouteClasses,
  { peers }: Setting,
  prefix: string,
): ClassedRoute | undefined {
  const route = has.foreignPaths.has(prefix) ? undefined : classes.get(prefix);
  return route !== undefined && isTold(route.of, peers) ? route : undefined;
}

type PathPlan = Pick<Plan, "announce" | "withdraw">;
type TagPlan = Pick<Plan, "statements" | "told" | "oldStatements" | "refresh"> & {
  readonly sets: readonly DefinedSet[];
  readonly oldSets: Plan["oldSets"];
};

function planPaths(has: GobgpState, classes: RouteClasses, setting: Setting, prefixes: Iterable<string>): PathPlan {
  const announce: Announcement[] = [];
  const carriedByClass = new Map<RouteClass, readonly Uint8Array[] | undefined>();
  const withdraw: { prefix: string; path: OwnPath }[] = [];
  for (const prefix of prefixes) {
    const before = has.paths.get(prefix);
    const wanted = wantedRoute(has, classes, setting, prefix);
    const known = wanted && carriedByClass.get(wanted.of);
    const carried = known ?? (wanted && carriedWhole(wanted.of, has.asn, setting));
    if (wanted !== undefined) carriedByClass.set(wanted.of, carried);
    if (wanted === undefined || carried === undefined) {
      if (before !== undefined) withdraw.push({ prefix, path: before });
    } else if (before?.tag !== wanted.of.tag) {
      announce.push({ prefix, path: ownPath(wanted.prefix, wanted.of.tag), carried });
    }
  }
  return { announce, withdraw };
}

function carriedWhole(of: RouteClass, asn: number, { peers }: Setting): readonly Uint8Array[] | undefined {
  const carried = carriedBy(of, asn);
  return carried !== undefined && lowest(of, peers) ? [...carried, NO_PREFERENCE] : carried;
}

function planTags(has: GobgpState, used: Iterable<RouteClass>, gone: Iterable<number>, setting: Setting): TagPlan {
  const { dialect, peers } = setting;
  const statements: Statement[] = [];
  const sets: DefinedSet[] = [];
  const told = new Map<number, readonly string[]>();
  const oldStatements: string[] = [];
  const oldSets: { set: DefinedSet; all: boolean }[] = [];
  let refresh = false;
  for (const one of used) {
    const wanted = classStatements(one, { ...setting, asn: has.asn });
    const names = wanted.map(({ name = "" }) => name);
    const before = has.told.get(one.tag) ?? [];
    const old = before.filter((name) => !names.includes(name));
    const fresh = wanted.filter(({ name = "" }) => !before.includes(name));
    statements.push(...fresh);
    oldStatements.push(...old);
    told.set(one.tag, names);
    if (!has.sets.has(markSet(one.tag))) sets.push(classSet(one, dialect));
    refresh ||= before.length > 0 && old.length + fresh.length > 0;
  }
  for (const tag of gone) {
    if (told.has(tag)) continue;
    told.set(tag, []);
    oldStatements.push(...(has.told.get(tag) ?? []));
    const set = has.sets.get(markSet(tag));
    if (set !== undefined) oldSets.push({ set, all: true });
  }
  const anew = refresh ? [...peers.values()].map(addressOf) : [];
  return { statements, sets, told, oldStatements, oldSets, refresh: anew };
}

/** For a change of these prefixes. */
export function planChange(
  has: GobgpState,
  classes: RouteClasses,
  prefixes: ReadonlySet<string>,
  setting: Setting,
): Plan {
  const used = new Map<number, RouteClass>();
  const gone = new Set<number>();
  for (const prefix of prefixes) {
    const of = wantedRoute(has, classes, setting, prefix)?.of;
    if (of !== undefined && !has.told.has(of.tag)) used.set(of.tag, of);
    const before = has.paths.get(prefix)?.tag;
    if (before !== undefined && !classes.isUsed(before)) gone.add(before);
  }
  const tags = planTags(has, used.values(), gone, setting);
  return { ...tags, ...planPaths(has, classes, setting, prefixes), gone: [], peers: [] };
}

/** For everything. */
export function planAll(has: GobgpState, classes: RouteClasses, setting: Setting): Plan {
  const { dialect, peers } = setting;
  const used = [...classes.used()].filter((one) => isTold(one, peers));
  const tags = planTags(has, used, has.told.keys(), setting);
  const prefixes = new Set([...has.paths.keys(), ...Array.from(classes.routes(), ([prefix]) => prefix)]);
  const own = [...peers.values()].filter(({ existing }) => existing !== true);
  const messages = new Map(own.map((peer) => [addressOf(peer), peerMessage(peer)]));
  const gone = [...has.peers].filter(([address, before]) => {
    const wanted = messages.get(address);
    return wanted === undefined || !samePeer(before, wanted);
  });
  const stays = (address: string): boolean => has.peers.has(address) && !gone.some(([one]) => one === address);
  const added = [...messages].filter(([address]) => !stays(address)).map(([, peer]) => peer);
  const { sets, oldSets } = planPeerSets(has, peerSets([...peers.values()], dialect));
  return {
    ...tags,
    ...planPaths(has, classes, setting, prefixes),
    sets: [...sets, ...tags.sets],
    oldSets: [...oldSets, ...tags.oldSets],
    gone: gone.map(([address]) => address),
    peers: added,
  };
}

function addressOf({ address }: Peer): string {
  return address === undefined ? "" : formatAddress(address);
}

function planPeerSets(has: GobgpState, wanted: readonly DefinedSet[]): Pick<Plan, "sets" | "oldSets"> {
  const sets: DefinedSet[] = [];
  const oldSets: { set: DefinedSet; all: boolean }[] = [];
  const names = new Set(wanted.map(({ name = "" }) => name));
  for (const set of wanted) {
    const before = has.sets.get(set.name ?? "")?.list ?? [];
    const list = set.list?.filter((one) => !before.includes(one)) ?? [];
    const old = before.filter((one) => set.list?.includes(one) !== true);
    if (list.length > 0) sets.push({ ...set, list });
    if (old.length > 0) oldSets.push({ set: { ...set, list: old }, all: false });
  }
  for (const [name, set] of has.sets) {
    if (name.startsWith(`${PREFIX}peer`) && !names.has(name)) oldSets.push({ set, all: true });
  }
  return { sets, oldSets };
}
