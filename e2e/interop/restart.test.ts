import t from "tap";
import { frrPaths, until } from "../lab/index.ts";
import { Herald } from "./herald.ts";
import { isRoot, pair } from "./pair.ts";

const PEER = { name: "router", address: "10.0.0.1" };

if (isRoot(t)) {
  t.test("a restart with --on-stop keep leaves FRR's kernel routes alone (graceful restart)", async (t) => {
    const { speaker, router } = await pair(t, "pair.clab.yml");
    const herald = new Herald(speaker, [PEER], 3, { onStop: "keep" });
    const held = async (): Promise<number> =>
      (await router.routes()).filter(({ dst }) => dst.startsWith("10.20.")).length;
    const seen = { seen: () => herald.task.output() };
    await until("the routes in the kernel", async () => ((await held()) === 3 ? true : undefined), seen);

    await using changes = await router.watchRoutes();
    await herald.restart();
    await until("the session after the restart", () => (herald.sessions > 0 ? true : undefined), seen);
    await until("the routes to be announced anew", async () => {
      const { routes } = (await router.vtyshJson("show bgp ipv4 unicast json")) as {
        routes: Readonly<Record<string, readonly { readonly stale?: boolean }[]>>;
      };
      const fresh = Object.values(routes).filter((paths) => paths.every(({ stale }) => stale !== true));
      return fresh.length === 3 || undefined;
    });
    t.equal((await frrPaths(router, 4)).length, 3);
    t.equal(changes.find(/^Deleted 10\.20\./), undefined, "no route left the kernel meanwhile");
    t.equal(await held(), 3);
  });
}
