/** BGPAdvertisements to advertisements. */
import type { BGPAdvertisementObject } from "../api/parse.ts";
import type { Family } from "../model/address.ts";
import type { BgpAdvertisement, Peer, Pool } from "../model/config.ts";
import { nearest } from "../model/nearest.ts";
import { formatRef } from "../model/object.ts";
import { commonOf } from "./advertisements.ts";
import type { Aliases } from "./communities.ts";
import { resolveCommunities } from "./communities.ts";
import { distinctNames } from "./lists.ts";
import type { CompiledPool } from "./pools.ts";
import { widestPrefix } from "./pools.ts";
import { precedenceOf, uniqueByName } from "./precedence.ts";
import type { Report } from "./report.ts";
import { didYouMean, quote } from "./report.ts";
import { sharedNodes } from "./shared-nodes.ts";

interface World {
  readonly pools: ReadonlyMap<string, Pool>;
  /** The pools again, with the objects they are from. */
  readonly compiledPools: ReadonlyMap<string, CompiledPool>;
  readonly peers: ReadonlyMap<string, Peer>;
  readonly aliases: Aliases;
}

interface Compiled {
  readonly object: BGPAdvertisementObject;
  readonly advertisement: BgpAdvertisement & { readonly pools: Set<string> };
}

export function compileBgpAdvertisements(
  objects: readonly BGPAdvertisementObject[],
  world: World,
  report: Report,
): BgpAdvertisement[] {
  const compiled: Compiled[] = [];
  for (const object of uniqueByName(objects, report)) {
    const advertisement = compileOne(object, world, report);
    if (advertisement !== undefined) compiled.push({ object, advertisement });
  }
  settleLocalPref(compiled, world.pools, report);
  return compiled.map(({ advertisement }) => advertisement);
}

function compileOne(
  object: BGPAdvertisementObject,
  { pools, compiledPools, peers, aliases }: World,
  report: Report,
): Compiled["advertisement"] | undefined {
  const { aggregationLength, aggregationLengthV6, localPref, peers: named } = object.spec;
  const common = commonOf(object, pools, report);
  const communities = resolveCommunities(object.spec.communities, aliases, object, report);
  const peerNames = distinctNames(named, object, "spec.peers", report);
  for (const name of peerNames) {
    if (peers.has(name)) continue;
    report.warning(
      object,
      `spec.peers[${named.indexOf(name)}]`,
      `${quote(name)} names no BGPPeer in effect`,
      didYouMean(nearest(name, peers.keys()), "create that peer, or mend it where it has errors"),
    );
  }
  const aggregates = aggregationLength !== 32 || aggregationLengthV6 !== 128;
  if (common.serviceSelectors.length > 0 && aggregates) {
    report.error(
      object,
      "spec.serviceSelectors",
      "an aggregate cannot be announced for some Services only",
      "leave out serviceSelectors, or aggregationLength and aggregationLengthV6",
    );
    return undefined;
  }
  if (communities === undefined) return undefined;
  const advertisement = {
    ...common,
    aggregationLength,
    aggregationLengthV6,
    ...(localPref === 0 ? {} : { localPref }),
    communities,
    peers: new Set(peerNames.sort()),
  };
  if (aggregates) dropNarrowPools(object, advertisement, compiledPools, report);
  return advertisement;
}

function lengthFor(advertisement: BgpAdvertisement, family: Family): number {
  return family === 4 ? advertisement.aggregationLength : advertisement.aggregationLengthV6;
}

/** An aggregate wider than what a pool holds would draw traffic for addresses of others: not for that pool. */
function dropNarrowPools(
  object: BGPAdvertisementObject,
  advertisement: Compiled["advertisement"],
  pools: World["compiledPools"],
  report: Report,
): void {
  for (const name of advertisement.pools) {
    for (const family of [4, 6] as const) {
      const length = lengthFor(advertisement, family);
      const entries = pools.get(name)?.entries.filter(({ range }) => range.family === family) ?? [];
      const widths = entries.map(({ text, range }) => ({ text, widest: widestPrefix(range) }));
      const narrowest = widths.reduce((a, b) => (b.widest > a.widest ? b : a), { text: "", widest: 0 });
      if (length >= narrowest.widest) continue;
      advertisement.pools.delete(name);
      report.error(
        object,
        family === 4 ? "spec.aggregationLength" : "spec.aggregationLengthV6",
        `a /${length} reaches beyond ${quote(narrowest.text)} of IPAddressPool ${name}, which this does not announce`,
        `write ${narrowest.widest} or more, or leave that pool out`,
      );
    }
  }
}

/** Two different preferences for one route towards one peer: the advertisement without precedence gives up the pool. */
function settleLocalPref(compiled: readonly Compiled[], pools: ReadonlyMap<string, Pool>, report: Report): void {
  if (new Set(compiled.map(({ advertisement }) => advertisement.localPref)).size < 2) return;
  compiled.forEach((later, index) => {
    for (const earlier of compiled.slice(0, index)) {
      if (!mayConflict(earlier.advertisement, later.advertisement)) continue;
      const shared = [...later.advertisement.pools.intersection(earlier.advertisement.pools)].filter((name) =>
        pools.get(name)?.ranges.some(({ family }) => {
          return lengthFor(earlier.advertisement, family) === lengthFor(later.advertisement, family);
        }),
      );
      for (const name of shared) {
        later.advertisement.pools.delete(name);
        const mine = later.advertisement.localPref ?? "none";
        const theirs = earlier.advertisement.localPref ?? "none";
        report.error(
          later.object,
          "spec.localPref",
          `${mine} for IPAddressPool ${name} contradicts ${theirs} of ${formatRef(earlier.object.ref)}, ` +
            `${precedenceOf(earlier.object)} and keeps it`,
          "write the same localPref, or let the two differ in peers, nodes or aggregation length",
        );
      }
    }
  });
}

function mayConflict(a: BgpAdvertisement, b: BgpAdvertisement): boolean {
  if (a.localPref === b.localPref) return false;
  // Where Services choose, only the plan knows whether both meet.
  if (a.serviceSelectors.length > 0 || b.serviceSelectors.length > 0) return false;
  if (a.peers.size > 0 && b.peers.size > 0 && a.peers.isDisjointFrom(b.peers)) return false;
  return sharedNodes(a.nodeSelectors, b.nodeSelectors) === "yes";
}
