/** Advertisements that say different things of one route: the one without precedence gives up the pool. */
import type { BGPAdvertisementObject } from "../api/parse.ts";
import type { BgpAdvertisement, Pool } from "../model/config.ts";
import { formatRef } from "../model/object.ts";
import { disagreement } from "../model/terms.ts";
import { aggregationLength } from "./path-terms.ts";
import { precedenceOf } from "./precedence.ts";
import type { Report } from "./report.ts";
import { sharedNodes } from "./shared-nodes.ts";

/** An advertisement and the object it is from. */
export interface CompiledAdvertisement {
  readonly object: BGPAdvertisementObject;
  readonly advertisement: BgpAdvertisement & { readonly pools: Set<string> };
}

/** `compiled` is in order of precedence. */
export function settleContradictions(
  compiled: readonly CompiledAdvertisement[],
  pools: ReadonlyMap<string, Pool>,
  report: Report,
): void {
  compiled.forEach((later, index) => {
    for (const earlier of compiled.slice(0, index)) settle(later, earlier, pools, report);
  });
}

function settle(
  { object, advertisement: later }: CompiledAdvertisement,
  { object: winner, advertisement: earlier }: CompiledAdvertisement,
  pools: ReadonlyMap<string, Pool>,
  report: Report,
): void {
  const families = ([4, 6] as const).filter(
    (family) => aggregationLength(earlier, family) === aggregationLength(later, family),
  );
  const differing = new Map(
    families.flatMap((family) => {
      const differs = disagreement([later, earlier], family);
      return differs === undefined ? [] : [[family, differs] as const];
    }),
  );
  if (differing.size === 0 || !mayMeet(earlier, later)) return;
  for (const name of later.pools.intersection(earlier.pools)) {
    const range = pools.get(name)?.ranges.find(({ family }) => differing.has(family));
    const differs = range && differing.get(range.family);
    if (differs === undefined) continue;
    later.pools.delete(name);
    const [mine = "none", theirs = "none"] = differs.said;
    report.error(
      object,
      `spec.${differs.field}`,
      `${mine} for IPAddressPool ${name} contradicts ${theirs} of ${formatRef(winner.ref)}, ` +
        `${precedenceOf(winner)} and keeps it`,
      `write the same ${differs.field}, or let the two differ in peers, nodes or aggregation length`,
    );
  }
}

function mayMeet(a: BgpAdvertisement, b: BgpAdvertisement): boolean {
  // Where Services choose, only the plan knows whether both meet.
  if (a.serviceSelectors.length > 0 || b.serviceSelectors.length > 0) return false;
  if (a.peers.size > 0 && b.peers.size > 0 && a.peers.isDisjointFrom(b.peers)) return false;
  return sharedNodes(a.nodeSelectors, b.nodeSelectors) === "yes";
}
