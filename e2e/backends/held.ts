/** What the router holds of what the manifests say. */
import { frrPaths, until } from "../lab/index.ts";
import type { LabNode } from "../lab/index.ts";
import type { Herald } from "../interop/herald.ts";

/** The prefixes that came with the attributes of the manifests, sorted. */
export async function held(router: LabNode): Promise<string[]> {
  const paths = [...(await frrPaths(router, 4)), ...(await frrPaths(router, 6))];
  return paths
    .filter(({ nextHop, asPath, communities, largeCommunities }) => {
      const attributes = [asPath, ...communities, ...largeCommunities].join(" ");
      return ["10.0.0.11", "fd00::11"].includes(nextHop) && attributes === "64500 64500:100 no-export 64500:1:100";
    })
    .map(({ prefix }) => prefix)
    .sort();
}

function prefixes(count: number): string[] {
  return Array.from({ length: count }, (_, n) => [`10.20.0.${n}/32`, `fd00:20::${n === 0 ? "" : n}/128`])
    .flat()
    .sort();
}

/** Waits until the router holds the routes of that many Services, but for those in `without`, and no other. */
export async function learns(
  router: LabNode,
  herald: Herald,
  count: number,
  without: readonly string[] = [],
): Promise<void> {
  let last: string[] = [];
  const wanted = prefixes(count).filter((prefix) => !without.includes(prefix));
  await until(
    `${count} routes of each family`,
    async () => {
      last = await held(router);
      return last.join() === wanted.join() || undefined;
    },
    { timeoutMs: 40_000, seen: () => `${last.join(" ")}\n${herald.task.output()}` },
  );
}
