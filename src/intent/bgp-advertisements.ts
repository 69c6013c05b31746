/** BGPAdvertisements to advertisements. */
import type { BGPAdvertisementObject } from "../api/parse.ts";
import { uniteCommunities } from "../model/communities.ts";
import type { BgpAdvertisement, Peer, Pool } from "../model/config.ts";
import { nearest } from "../model/nearest.ts";
import { commonOf } from "./advertisements.ts";
import type { Aliases } from "./communities.ts";
import { resolveCommunities } from "./communities.ts";
import { settleContradictions } from "./contradictions.ts";
import type { CompiledAdvertisement } from "./contradictions.ts";
import { distinctNames } from "./lists.ts";
import { aggregationLength, extendedOf, pathTermsOf, reachedPeers } from "./path-terms.ts";
import type { CompiledPool } from "./pools.ts";
import { widestPrefix } from "./pools.ts";
import { uniqueByName } from "./precedence.ts";
import type { Report } from "./report.ts";
import { didYouMean, quote } from "./report.ts";

interface World {
  readonly pools: ReadonlyMap<string, Pool>;
  /** The pools again, with the objects they are from. */
  readonly compiledPools: ReadonlyMap<string, CompiledPool>;
  readonly peers: ReadonlyMap<string, Peer>;
  readonly aliases: Aliases;
}

export function compileBgpAdvertisements(
  objects: readonly BGPAdvertisementObject[],
  world: World,
  report: Report,
): BgpAdvertisement[] {
  const compiled: CompiledAdvertisement[] = [];
  for (const object of uniqueByName(objects, report)) {
    const advertisement = compileOne(object, world, report);
    if (advertisement !== undefined) compiled.push({ object, advertisement });
  }
  settleContradictions(compiled, world.pools, report);
  return compiled.map(({ advertisement }) => advertisement);
}

function compileOne(
  object: BGPAdvertisementObject,
  { pools, compiledPools, peers, aliases }: World,
  report: Report,
): CompiledAdvertisement["advertisement"] | undefined {
  const { peers: named } = object.spec;
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
  const lengths = {
    aggregationLength: object.spec.aggregationLength,
    aggregationLengthV6: object.spec.aggregationLengthV6,
  };
  const aggregates = lengths.aggregationLength !== 32 || lengths.aggregationLengthV6 !== 128;
  if (common.serviceSelectors.length > 0 && aggregates) {
    report.error(
      object,
      "spec.serviceSelectors",
      "an aggregate cannot be announced for some Services only",
      "leave out serviceSelectors, or aggregationLength and aggregationLengthV6",
    );
    return undefined;
  }
  const peerSet = new Set(peerNames.sort());
  const reach = {
    pools: [...pools.values()].filter(({ name }) => common.pools.has(name)),
    everyPool: pools.values(),
    peers: reachedPeers({ ...common, peers: peerSet }, peers),
  };
  const terms = pathTermsOf(object, reach, report);
  const extended = extendedOf(object, report);
  if (communities === undefined || terms === undefined) return undefined;
  const advertisement = {
    ...common,
    ...lengths,
    ...terms,
    communities: uniteCommunities([communities, { standard: [], large: [], ...extended }]),
    peers: peerSet,
  };
  if (aggregates) dropNarrowPools(object, advertisement, compiledPools, report);
  return advertisement;
}

/** An aggregate wider than what a pool holds would draw traffic for addresses of others: not for that pool. */
function dropNarrowPools(
  object: BGPAdvertisementObject,
  advertisement: CompiledAdvertisement["advertisement"],
  pools: World["compiledPools"],
  report: Report,
): void {
  for (const name of advertisement.pools) {
    for (const family of [4, 6] as const) {
      const length = aggregationLength(advertisement, family);
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
