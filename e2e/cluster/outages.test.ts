import { setTimeout as pause } from "node:timers/promises";
import t from "tap";
import { WORKERS } from "../lab/index.ts";
import { HeraldCluster } from "./herald.ts";
import { LONG } from "./long.ts";
import { SteadyClient } from "./requests.ts";
import { converged, hostRoute } from "./routes.ts";
import type { Routes } from "./routes.ts";
import { deployment, service } from "./workloads.ts";
import { leaveTimings } from "./timings.ts";

const ALL = `${WORKERS.join(" ")}, 64500:200 no-export`;
/** Longer than a lease of the controller. */
const OUTAGE_MS = LONG ? 60_000 : 18_000;
/** Until every node has been heard of again. */
const HEARTBEAT_MS = 4_000;

if (process.getuid?.() !== 0) t.plan(0, "needs root: a cluster is made of network namespaces");
else {
  t.setTimeout(LONG ? 600_000 : 240_000);
  t.test("what Herald needs goes away and comes back", async (t) => {
    leaveTimings(t, import.meta.filename);
    await using herald = await HeraldCluster.up();
    const { cluster } = herald;
    const { api } = cluster;
    await cluster.apply(deployment("web"));
    await cluster.apply(service("web"));
    await cluster.kubectl(["rollout", "status", "deployment/web", "--timeout=60s"]);
    const [address = ""] = await herald.addresses("web");
    let routes: Routes = { [hostRoute(address)]: ALL };
    await converged(herald, routes);

    const outages: Readonly<Record<string, readonly [begin: () => Promise<void>, end: () => Promise<void>]>> = {
      "the API server answers nobody": [
        async () => {
          api.task("kube-apiserver").signal("SIGSTOP");
          await pause(OUTAGE_MS);
        },
        async () => api.task("kube-apiserver").signal("SIGCONT"),
      ],
      "the API server is killed and starts anew": [
        async () => {
          await api.task("kube-apiserver").stop("SIGKILL");
          await pause(2_000);
        },
        () => api.run("kube-apiserver"),
      ],
      "etcd is killed and starts anew": [
        async () => {
          await api.task("etcd").stop("SIGKILL");
          await pause(2_000);
        },
        () => api.run("etcd"),
      ],
    };
    for (const [index, [what, [begin, end]]] of Object.entries(outages).entries()) {
      await t.test(`${what}: no route moves, no request fails; then work goes on`, async (t) => {
        const steady = new SteadyClient(cluster.node("client"), `http://${address}/`);
        await steady.answered();
        await using updates = await cluster.node("tor1").watchRoutes();
        // Else kube-controller-manager takes the time without news for the nodes' silence.
        await cluster.controllers.stop("SIGKILL");
        await begin();
        await converged(herald, routes);
        await end();
        await pause(HEARTBEAT_MS);
        cluster.startControllers();
        t.same(updates.seen(), [], "the router's kernel was left alone");
        const next = `after${index}`;
        await cluster.apply(service(next, { selector: { app: "web" } }));
        const [another = ""] = await herald.addresses(next);
        routes = { ...routes, [hostRoute(another)]: ALL };
        await converged(herald, routes);
        t.same((await steady.stop()).failures, []);
      });
    }

    await t.test("a speaker is killed: its routes serve on until the new one has taken over", async (t) => {
      const steady = new SteadyClient(cluster.node("client"), `http://${address}/`);
      await steady.answered();
      await herald.speaker("w2").stop("SIGKILL");
      await pause(1_000);
      await herald.startSpeaker("w2");
      await herald.established("tor1", WORKERS.length * 2);
      await converged(herald, routes);
      t.same((await steady.stop()).failures, []);
    });
  });
}
