/** What both kinds of advertisements refer to, and L2Advertisements to advertisements. */
import type { BGPAdvertisementObject, L2AdvertisementObject } from "../api/parse.ts";
import type { L2Advertisement, Pool } from "../model/config.ts";
import { nearest } from "../model/nearest.ts";
import { anySelects } from "../model/selector.ts";
import type { Selector } from "../model/selector.ts";
import { distinctNames, distinctSelectors } from "./lists.ts";
import { uniqueByName } from "./precedence.ts";
import type { Report } from "./report.ts";
import { didYouMean, quote } from "./report.ts";

type Pools = ReadonlyMap<string, Pool>;

interface Common {
  readonly name: string;
  readonly pools: Set<string>;
  readonly nodeSelectors: readonly Selector[];
  readonly serviceSelectors: readonly Selector[];
}

/** Resolves pools; a name that no pool has is a warning, since the rest works without it. */
export function commonOf(object: BGPAdvertisementObject | L2AdvertisementObject, pools: Pools, report: Report): Common {
  const { spec } = object;
  const names = distinctNames(spec.ipAddressPools, object, "spec.ipAddressPools", report);
  const selectors = distinctSelectors(spec.ipAddressPoolSelectors, object, "spec.ipAddressPoolSelectors", report);
  for (const name of names) {
    if (pools.has(name)) continue;
    report.warning(
      object,
      `spec.ipAddressPools[${spec.ipAddressPools.indexOf(name)}]`,
      `${quote(name)} names no IPAddressPool in effect`,
      didYouMean(nearest(name, pools.keys()), "create that pool, or mend it where it has errors"),
    );
  }
  const chosen = names.filter((name) => pools.has(name));
  if (names.length === 0 || selectors.length > 0) {
    for (const pool of pools.values()) if (anySelects(selectors, pool.labels)) chosen.push(pool.name);
  }
  return {
    name: object.ref.name,
    pools: new Set(chosen.sort()),
    nodeSelectors: distinctSelectors(spec.nodeSelectors, object, "spec.nodeSelectors", report),
    serviceSelectors: distinctSelectors(spec.serviceSelectors, object, "spec.serviceSelectors", report),
  };
}

export function compileL2Advertisements(
  objects: readonly L2AdvertisementObject[],
  pools: Pools,
  report: Report,
): L2Advertisement[] {
  return uniqueByName(objects, report).map((object) => ({
    ...commonOf(object, pools, report),
    interfaces: distinctNames(object.spec.interfaces, object, "spec.interfaces", report),
    preferredNodeSelectors: object.spec.preferredNodeSelectors,
  }));
}
