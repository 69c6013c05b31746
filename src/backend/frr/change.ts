/** The short way: commands for a change of some prefixes. They cost what the change costs, whatever else there is. */
import type { Family } from "../../model/address.ts";
import type { Peer } from "../../model/config.ts";
import { isTold } from "../daemon/classes.ts";
import type { RouteClass, RouteClasses } from "../daemon/classes.ts";
import type { RunningConfig } from "./config.ts";
import { inFamily } from "./diff.ts";
import { classHeaders, classMaps, originMap, tagOf } from "./policy.ts";

export interface Change {
  readonly commands: readonly string[];
  /** Notes in the running configuration that they were done. */
  readonly done: () => void;
}

const FAMILIES: readonly Family[] = [4, 6];

/** `peers` has those with a session. */
export function change(
  running: RunningConfig,
  classes: RouteClasses,
  changed: ReadonlySet<string>,
  peers: ReadonlyMap<string, Peer>,
): Change {
  const withdrawn: Record<Family, string[]> = { 4: [], 6: [] };
  const announced: Record<Family, [prefix: string, map: string][]> = { 4: [], 6: [] };
  const fresh = new Map<number, RouteClass>();
  const gone = new Set<number>();
  for (const text of changed) {
    const route = running.foreignNetworks.has(text) ? undefined : classes.get(text);
    const of = route !== undefined && isTold(route.of, peers) ? route.of : undefined;
    const family = text.includes(":") ? 6 : 4;
    const before = running.networks[family].get(text);
    const after = of === undefined ? undefined : originMap(of.tag);
    if (before === after) continue;
    if (of === undefined || after === undefined) withdrawn[family].push(text);
    else {
      announced[family].push([text, after]);
      if (!running.routeMaps.has(`route-map ${after} permit 1`)) fresh.set(of.tag, of);
    }
    const tag = before === undefined ? undefined : tagOf(before);
    if (tag !== undefined && !classes.isUsed(tag)) gone.add(tag);
  }
  const maps = [...fresh.values()].flatMap((of) => classMaps(of, peers));
  const old = [...gone]
    .flatMap((tag) => classHeaders(tag, peers.keys()))
    .filter((header) => running.routeMaps.has(header));
  const networks = FAMILIES.flatMap((family) => [
    ...inFamily(
      family,
      withdrawn[family].map((prefix) => `no network ${prefix}`),
    ),
  ]);
  const added = FAMILIES.flatMap((family) => [
    ...inFamily(
      family,
      announced[family].map(([prefix, map]) => `network ${prefix} route-map ${map}`),
    ),
  ]);
  const router = `router bgp ${running.asn}`;
  return {
    commands: [
      ...(networks.length > 0 ? [router, ...networks, "exit"] : []),
      ...maps.flatMap(([header, lines]) => [header, ...lines, "exit"]),
      ...(added.length > 0 ? [router, ...added, "exit"] : []),
      ...old.map((header) => `no ${header}`),
    ],
    done() {
      for (const [header, lines] of maps) running.routeMaps.set(header, lines);
      for (const header of old) running.routeMaps.delete(header);
      for (const family of FAMILIES) {
        for (const prefix of withdrawn[family]) running.networks[family].delete(prefix);
        for (const [prefix, map] of announced[family]) running.networks[family].set(prefix, map);
      }
    },
  };
}
