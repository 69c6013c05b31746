/** What the cluster's two routers have. */
import { frrPaths, until } from "../lab/index.ts";
import type { HeraldCluster } from "./herald.ts";

export const ROUTERS = ["tor1", "tor2"] as const;

/** By prefix: the workers that its traffic goes to, and the communities that they sent along; "w1 w2, 64500:100". */
export type Routes = Readonly<Record<string, string>>;

/** "w1" for 10.0.0.11 and fd00::11. */
function worker(nextHop: string): string {
  return nextHop.replace(/^(?:10\.0\.0\.|fd00::)1/, "w");
}

export function hostRoute(address: string): string {
  return `${address}/${address.includes(":") ? 128 : 32}`;
}

async function routesOf({ cluster }: HeraldCluster, router: string): Promise<Routes> {
  const node = cluster.node(router);
  const paths = (await Promise.all([frrPaths(node, 4), frrPaths(node, 6)])).flat().filter(({ used }) => used);
  const rows = [...Map.groupBy(paths, ({ prefix }) => prefix)].map(([prefix, all]) => {
    const communities = [...new Set(all.map((path) => path.communities.join(" ")))].filter((text) => text !== "");
    const workers = all.map(({ nextHop }) => worker(nextHop)).join(" ");
    return [prefix, [workers, ...communities].join(", ")] as const;
  });
  return Object.fromEntries(rows.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** How many next hops the kernel's route of each prefix has. FRR tells it 50 ms after its own table changed, or later. */
async function hopsOf({ cluster }: HeraldCluster, router: string): Promise<ReadonlyMap<string, number>> {
  const node = cluster.node(router);
  const hops = new Map<string, number>();
  for (const { dst, nexthops } of [...(await node.routes(4)), ...(await node.routes(6))]) {
    const prefix = dst.includes("/") ? dst : hostRoute(dst);
    hops.set(prefix, (hops.get(prefix) ?? 0) + (nexthops?.length ?? 1));
  }
  return hops;
}

function workersOf(text: string): number {
  return text.split(",")[0]?.split(" ").length ?? 0;
}

/** Waits until both routers have exactly these routes, their kernels too. */
export async function converged(herald: HeraldCluster, expected: Routes, timeoutMs = 20_000): Promise<void> {
  const wanted = JSON.stringify(Object.fromEntries(Object.entries(expected).toSorted(([a], [b]) => (a < b ? -1 : 1))));
  for (const router of ROUTERS) {
    let last = "";
    await until(
      `the routes of ${router}`,
      async () => {
        last = JSON.stringify(await routesOf(herald, router));
        if (last !== wanted) return undefined;
        const hops = await hopsOf(herald, router);
        return Object.entries(expected).every(([prefix, text]) => hops.get(prefix) === workersOf(text)) || undefined;
      },
      { timeoutMs, seen: () => `${last}, expected ${wanted}\n${herald.logs()}` },
    );
  }
}

/** Waits until the kernels of both routers have so many host routes of BGP; where there are too many to compare each. */
export async function kernelRoutes(herald: HeraldCluster, count: number): Promise<void> {
  for (const router of ROUTERS) {
    let last = 0;
    const complete = async (): Promise<true | undefined> => {
      const { stdout } = await herald.cluster.node(router).exec("ip", ["-4", "route", "show", "proto", "bgp"]);
      last = stdout.match(/^\d/gm)?.length ?? 0;
      return last === count ? true : undefined;
    };
    await until(`${count} routes in the kernel of ${router}`, complete, {
      timeoutMs: 30_000,
      seen: () => `${last}\n${herald.logs()}`,
    });
  }
}
