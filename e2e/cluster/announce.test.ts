import { existsSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { WORKERS, until } from "../lab/index.ts";
import { HeraldCluster, samples, THEIRS } from "./herald.ts";
import { SteadyClient, answers, ask } from "./requests.ts";
import { converged, hostRoute } from "./routes.ts";
import type { Routes } from "./routes.ts";
import { deployment, service } from "./workloads.ts";
import { leaveTimings } from "./timings.ts";

const ALL = WORKERS.join(" ");
const PUBLIC = "64500:100";
const PRIVATE = "64500:200 no-export";

if (process.getuid?.() !== 0) t.plan(0, "needs root: a cluster is made of network namespaces");
else {
  t.setTimeout(240_000);
  t.test("Services of a real cluster on real routers", async (t) => {
    leaveTimings(t, import.meta.filename);
    await using herald = await HeraldCluster.up();
    const { cluster } = herald;
    const client = cluster.node("client");
    const roll = (name: string) => cluster.kubectl(["rollout", "status", `deployment/${name}`, "--timeout=60s"]);
    const urls = new Map<string, string>();
    let routes: Routes = {};

    await t.test("samples applied unchanged: addresses, routes with communities in both routers", async () => {
      for (const name of ["web", "api", "dashboard", "dns"]) {
        const nodes = name === "api" ? { nodes: ["w1", "w2"], replicas: 2 } : {};
        await cluster.apply(deployment(name, nodes));
      }
      await cluster.kubectl([
        "apply",
        ...samples("services/web", "services/api", "services/dashboard", "services/dns"),
      ]);
      for (const name of ["web", "api", "dashboard", "dns"]) await roll(name);
      const all: Record<string, string> = {};
      for (const [name, count, nodes, communities] of [
        ["web", 1, ALL, PUBLIC],
        ["api", 1, "w1 w2", PUBLIC],
        ["dashboard", 2, ALL, PRIVATE],
        ["dns-tcp", 1, ALL, PRIVATE],
      ] as const) {
        const addresses = await herald.addresses(name, count);
        for (const address of addresses) {
          all[hostRoute(address)] = `${nodes}, ${communities}`;
          urls.set(
            `${name} ${address.includes(":") ? 6 : 4}`,
            `http://${address.includes(":") ? `[${address}]` : address}/`,
          );
        }
      }
      routes = all;
      await converged(herald, routes);
    });

    await t.test(
      "a client is served by every node through equal-cost paths; policy Local shows the Pods its address",
      async (t) => {
        for (const [name, nodes] of [
          ["web 4", WORKERS],
          ["api 4", ["w1", "w2"]],
          ["dashboard 4", WORKERS],
          ["dashboard 6", WORKERS],
        ] as const) {
          const all = await answers(client, urls.get(name) ?? "", 40);
          t.same(all.failures, [], name);
          t.same([...new Set(all.answers.map(({ node }) => node))].sort(), nodes, name);
          if (name === "api 4") t.match(all.answers[0]?.client, /^10\.1\.[12]\.2$/);
        }
      },
    );

    await t.test("Pods that move take the route of a Local Service with them", async (t) => {
      await cluster.apply(deployment("api", { nodes: ["w3"], replicas: 2 }));
      await roll("api");
      const [api = ""] = await herald.addresses("api");
      routes = { ...routes, [hostRoute(api)]: `w3, ${PUBLIC}` };
      await converged(herald, routes);
      t.equal((await ask(client, urls.get("api 4") ?? "")).node, "w3");
    });

    await t.test("a rolling update of the Pods: not one request of one every 5 ms fails", async (t) => {
      const steady = new SteadyClient(client, urls.get("web 4") ?? "");
      await steady.answered();
      await cluster.apply(deployment("web", { image: "web:2" }));
      await roll("web");
      const old = ["pods", "-l", "app=web", "-o", "jsonpath={.items[*].metadata.name}"];
      await until("the old Pods to go", async () =>
        (await cluster.kubectl(["get", ...old])).split(" ").length === WORKERS.length ? true : undefined,
      );
      const { answers, failures } = await steady.stop();
      t.same(failures, []);
      t.ok(Object.keys(answers).length > 3, "old and new Pods answered");
      t.ok(Object.values(answers).reduce((sum, count) => sum + count, 0) > 300);
    });

    await t.test("a Service that is no LoadBalancer any more loses address and route", async (t) => {
      await cluster.apply(service("plain", { type: "ClusterIP", selector: { app: "web" } }));
      await cluster.apply(service("plain", { selector: { app: "web" } }));
      const [address = ""] = await herald.addresses("plain");
      await converged(herald, { ...routes, [hostRoute(address)]: `${ALL}, ${PRIVATE}` });
      await cluster.apply(service("plain", { type: "ClusterIP", selector: { app: "web" } }));
      await converged(herald, routes);
      t.same(await herald.addresses("plain", 0), []);
    });
  });

  t.test("the first steps of MetalLB's documentation, as its users have them", async (t) => {
    const file = join(THEIRS, "bgp.yaml");
    if (!existsSync(file)) return t.comment("they do not lie beside the checkout");
    // Their one peer is tor1's address, in IPv4.
    await using herald = await HeraldCluster.up(["-f", file], 0);
    const { cluster } = herald;
    await herald.established("tor1", WORKERS.length);
    await cluster.kubectl(["create", "deployment", "web", "--image=nginx", "--replicas=3", "--port=80"]);
    await cluster.kubectl(["expose", "deployment", "web", "--type=LoadBalancer"]);
    const [address = ""] = await herald.addresses("web");
    t.match(address, /^192\.168\.1\.2(?:4\d|50)$/);
    // tor2 has no such peer: it passes the client's packets on.
    await cluster.node("tor2").exec("ip", ["route", "add", address, "via", "10.0.0.1"]);
    const all = await answers(cluster.node("client"), `http://${address}/`, 20);
    t.same(all.failures, []);
    t.ok(new Set(all.answers.map(({ pod }) => pod)).size > 1);
    return undefined;
  });
}
