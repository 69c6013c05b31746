/** What the two routers of the demo say. */
import { frrPaths, until } from "../lab/index.ts";
import type { BgpPath, Lab } from "../lab/index.ts";
import type { NodeName } from "./cluster.ts";

export const ROUTERS = ["tor1", "tor2"] as const;
export type RouterName = (typeof ROUTERS)[number];

/** A route that every router should have, in both its table of paths and its kernel. */
export interface Expected {
  readonly address: string;
  readonly nodes: readonly NodeName[];
  readonly communities: string;
}

export function familyOf(address: string): 4 | 6 {
  return address.includes(":") ? 6 : 4;
}

export function hostRoute(address: string): string {
  return `${address}/${familyOf(address) === 4 ? 32 : 128}`;
}

/** "n1" for 10.0.0.11 and fd00::11. */
export function nodeOf(nextHop: string): string {
  return nextHop.replace(/^(?:10\.0\.0\.|fd00::)1/, "n");
}

export async function pathsOf(lab: Lab, router: RouterName): Promise<BgpPath[]> {
  const families = await Promise.all(([4, 6] as const).map((family) => frrPaths(lab.node(router), family)));
  return families.flat();
}

/** One line for each prefix: which nodes take its traffic, and which communities it carries. */
export function summary(
  paths: readonly BgpPath[],
): Map<string, { nextHops: string; nodes: string; communities: string }> {
  const byPrefix = Map.groupBy(
    paths.filter(({ used }) => used),
    ({ prefix }) => prefix,
  );
  return new Map(
    [...byPrefix].map(([prefix, all]) => [
      prefix,
      {
        nextHops: all.map(({ nextHop }) => nextHop).join(", "),
        nodes: all.map(({ nextHop }) => nodeOf(nextHop)).join(" "),
        communities: [...new Set(all.map(({ communities }) => communities.join(" ")))].join(" | "),
      },
    ]),
  );
}

/** Waits until both routers have exactly these routes, from these nodes, and answers what each has. */
export async function converged(
  lab: Lab,
  expected: readonly Expected[],
  seen: () => string,
): Promise<Map<RouterName, BgpPath[]>> {
  const wanted = expected.map(({ address, nodes, communities }) => [hostRoute(address), nodes.join(" "), communities]);
  wanted.sort(([a = ""], [b = ""]) => (a < b ? -1 : 1));
  let last = "";
  const tables = await Promise.all(
    ROUTERS.map((router) =>
      until(
        `the routes on ${router}`,
        async () => {
          const paths = await pathsOf(lab, router);
          const has = [...summary(paths)].map(([prefix, { nodes, communities }]) => [prefix, nodes, communities]);
          has.sort(([a = ""], [b = ""]) => (a < b ? -1 : 1));
          last = `${router} has ${JSON.stringify(has)}, expected ${JSON.stringify(wanted)}`;
          return JSON.stringify(has) === JSON.stringify(wanted) ? ([router, paths] as const) : undefined;
        },
        { timeoutMs: 30_000, seen: () => `${last}\n${seen()}` },
      ),
    ),
  );
  return new Map(tables);
}

/** The kernel's route of a router to an address, as `ip route` prints it. */
export async function kernelRoute(lab: Lab, router: RouterName, address: string): Promise<string> {
  const { stdout } = await lab.node(router).exec("ip", [`-${familyOf(address)}`, "route", "show", hostRoute(address)]);
  return stdout;
}
