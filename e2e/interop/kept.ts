/** Graceful restart as FRR's kernel shows it. */
import type { Test } from "tap";
import { until } from "../lab/index.ts";
import type { LabNode } from "../lab/index.ts";
import type { Herald } from "./herald.ts";

/** Restarts Herald once its routes are in the kernel of FRR, that many, and waits until FRR has all of them anew. */
export async function keptOverRestart(t: Test, herald: Herald, router: LabNode, count: number): Promise<void> {
  const held = async (): Promise<number> =>
    (await router.routes()).filter(({ dst }) => dst.startsWith("10.20.")).length;
  const seen = { seen: () => herald.task.output() };
  await until("the routes in the kernel", async () => ((await held()) === count ? true : undefined), seen);

  await using changes = await router.watchRoutes();
  await herald.restart();
  await until("the session after the restart", () => (herald.sessions > 0 ? true : undefined), seen);
  await until("the routes to be announced anew", async () => {
    const { routes } = (await router.vtyshJson("show bgp ipv4 unicast json")) as {
      routes: Readonly<Record<string, readonly { readonly stale?: boolean }[]>>;
    };
    const fresh = Object.values(routes).filter((paths) => paths.every(({ stale }) => stale !== true));
    return fresh.length === count || undefined;
  });
  t.equal(changes.find(/^Deleted 10\.20\./), undefined, "no route left the kernel meanwhile");
  t.equal(await held(), count);
}
