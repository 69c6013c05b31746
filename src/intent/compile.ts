/** All objects of the operator to one configuration. Nothing but the objects decides, not even their order. */
import type {
  ApiObject,
  BFDProfileObject,
  BGPAdvertisementObject,
  BGPPeerObject,
  CommunityObject,
  IPAddressPoolObject,
  L2AdvertisementObject,
  SecretObject,
} from "../api/parse.ts";
import type { Config } from "../model/config.ts";
import type { Problem } from "../model/problem.ts";
import { compileL2Advertisements } from "./advertisements.ts";
import { compileBgpAdvertisements } from "./bgp-advertisements.ts";
import { compileAliases } from "./communities.ts";
import { compileBfdProfiles, compilePeers, withoutIpv6Echo } from "./peers.ts";
import { compilePools } from "./pools.ts";
import { compareText, Report } from "./report.ts";

export interface CompileOptions {
  /** The operator's own namespace: objects elsewhere have no effect. Absent: any namespace will do. */
  readonly namespace?: string;
  /** "unseen": this role may read no Secret, so that none is missed, and peers are without the passwords in them. */
  readonly secrets?: "unseen";
}

export interface Compiled {
  readonly config: Config;
  readonly problems: readonly Problem[];
}

/** A problem in one object takes nothing from the others, except what refers to it. */
export function compile(objects: Iterable<ApiObject>, options: CompileOptions = {}): Compiled {
  const report = new Report();
  const sorted = sortByKind(objects, options.namespace, report);
  const compiledPools = compilePools(sorted.pools, report);
  const pools = new Map([...compiledPools].map(([name, { pool }]) => [name, pool]));
  const aliases = compileAliases(sorted.communities, report);
  const profiles = compileBfdProfiles(sorted.profiles, report);
  const secrets = options.secrets === "unseen" ? undefined : sorted.secrets;
  const compiledPeers = compilePeers(sorted.peers, { profiles, secrets }, report);
  const peers = new Map([...compiledPeers].map(([name, { peer }]) => [name, peer]));
  const bgpAdvertisements = compileBgpAdvertisements(sorted.bgp, { pools, compiledPools, peers, aliases }, report).sort(
    byName,
  );
  const l2Advertisements = compileL2Advertisements(sorted.l2, pools, report).sort(byName);
  const announced = new Set([...bgpAdvertisements, ...l2Advertisements].flatMap((each) => [...each.pools]));
  for (const { object, pool } of compiledPools.values()) {
    if (announced.has(pool.name)) continue;
    report.warning(object, "", "gives addresses that nobody announces", "add a BGPAdvertisement or an L2Advertisement");
  }
  const config: Config = {
    pools,
    bgpAdvertisements,
    l2Advertisements,
    peers: withoutIpv6Echo(compiledPeers, bgpAdvertisements, pools, report),
  };
  return { config, problems: report.sorted() };
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return compareText(a.name, b.name);
}

interface ByKind {
  readonly pools: IPAddressPoolObject[];
  readonly bgp: BGPAdvertisementObject[];
  readonly l2: L2AdvertisementObject[];
  readonly peers: BGPPeerObject[];
  readonly profiles: BFDProfileObject[];
  readonly communities: CommunityObject[];
  readonly secrets: Map<string, SecretObject>;
}

function sortByKind(objects: Iterable<ApiObject>, namespace: string | undefined, report: Report): ByKind {
  const sorted: ByKind = { pools: [], bgp: [], l2: [], peers: [], profiles: [], communities: [], secrets: new Map() };
  for (const object of objects) {
    if (object.kind === "Secret") {
      sorted.secrets.set(`${object.ref.namespace}/${object.ref.name}`, object);
      continue;
    }
    const take = placing(sorted, object);
    if (take === undefined) continue;
    if (namespace === undefined || object.ref.namespace === namespace) {
      take();
      continue;
    }
    const what = `${JSON.stringify(object.ref.namespace)} is not the namespace that Herald reads`;
    report.error(object, "metadata.namespace", what, `create the object in ${namespace}`);
  }
  return sorted;
}

/** Puts an object of configuration where it belongs; undefined for all others. */
function placing(sorted: ByKind, object: ApiObject): (() => number) | undefined {
  switch (object.kind) {
    case "IPAddressPool":
      return () => sorted.pools.push(object);
    case "BGPAdvertisement":
      return () => sorted.bgp.push(object);
    case "L2Advertisement":
      return () => sorted.l2.push(object);
    case "BGPPeer":
      return () => sorted.peers.push(object);
    case "BFDProfile":
      return () => sorted.profiles.push(object);
    case "Community":
      return () => sorted.communities.push(object);
    default:
      return undefined;
  }
}
