/** A node that leaves does so alike whoever speaks BGP for it. */
import t from "tap";
import { frrPaths, until } from "../lab/index.ts";
import { Herald } from "../interop/herald.ts";
import { isRoot, pair } from "../interop/pair.ts";

const COUNT = 3;

if (isRoot(t)) {
  t.test("through FRR too the routes become a last resort first, and go after the wait", async (t) => {
    const { speaker, router } = await pair(t, "pair-frr-speaker.clab.yml");
    const more = ["--backend", "frr", "--frr-vty", speaker.folder, "--drain-time", "3"];
    const herald = new Herald(speaker, [{ name: "router", address: "10.0.0.1" }], COUNT, { onStop: "auto", more });
    const seen = { seen: () => herald.task.output() };
    await until("the routes", async () => ((await frrPaths(router, 4)).length === COUNT ? true : undefined), seen);
    const stopped = herald.task.stop("SIGINT");
    await until(
      "GRACEFUL_SHUTDOWN on every route",
      async () => {
        const paths = await frrPaths(router, 4);
        const lowered = paths.filter(({ communities }) => communities.includes("graceful-shutdown"));
        return (paths.length === COUNT && lowered.length === COUNT) || undefined;
      },
      seen,
    );
    t.equal(await stopped, 0);
    await until("the routes to go", async () => ((await frrPaths(router, 4)).length === 0 ? true : undefined));
    t.pass("nothing is left");
  });
}
