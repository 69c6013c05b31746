/** Another backend on a node that announces: the router keeps the routes (graceful restart), whoever follows whom. */
import t from "tap";
import { until } from "../lab/index.ts";
import type { LabNode } from "../lab/index.ts";
import { Herald } from "../interop/herald.ts";
import { isRoot, pair } from "../interop/pair.ts";
import { DRIVEN } from "./daemons.ts";
import { learns } from "./held.ts";

const DUAL = { name: "router", address: "10.0.0.1", dualStack: true };

/** None of the router's routes is from before the change any more. */
async function allFresh(router: LabNode): Promise<true | undefined> {
  const { routes = {} } = (await router.vtyshJson("show bgp ipv4 unicast json")) as {
    routes?: Readonly<Record<string, readonly { readonly stale?: boolean }[]>>;
  };
  const paths = Object.values(routes).flat();
  return (paths.length === 3 && paths.every(({ stale }) => stale !== true)) || undefined;
}

if (isRoot(t)) {
  t.setTimeout(300_000);
  for (const driven of DRIVEN) {
    t.test(`native → ${driven.name} → native`, async (t) => {
      const { speaker, router } = await pair(t, driven.topology);
      const herald = new Herald(speaker, [DUAL], 3, { onStop: "keep" });
      await learns(router, herald, 3);
      await using changes = await router.watchRoutes();
      const gaps = (): string[] =>
        changes.seen().flatMap(({ text }) => (text.startsWith("Deleted 10.20.") ? text : []));
      const settled = async (): Promise<void> => {
        const seen = { timeoutMs: 60_000, seen: () => herald.task.output() };
        await until("the session of the next", () => herald.sessions > 0 || undefined, seen);
        await until("every route from it", () => allFresh(router), seen);
        await learns(router, herald, 3);
      };
      await herald.restart("SIGTERM", { more: driven.options(speaker) });
      await settled();
      t.same(gaps(), [], "the router's kernel kept every route on the way there");
      await herald.restart("SIGTERM", { more: [] }, async () => driven.task(speaker)?.stop("SIGKILL"));
      await settled();
      t.same(gaps(), [], "and on the way back");
    });
  }
}
