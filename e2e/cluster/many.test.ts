import t from "tap";
import { WORKERS } from "../lab/index.ts";
import { HeraldCluster } from "./herald.ts";
import { LONG } from "./long.ts";
import { converged, hostRoute, kernelRoutes } from "./routes.ts";
import { deployment, service } from "./workloads.ts";
import { leaveTimings } from "./timings.ts";

const ALL = `${WORKERS.join(" ")}, 64500:200 no-export`;
const POOL = `apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: { name: sandbox, namespace: metallb-system }
spec: { addresses: [10.20.0.1-10.20.0.100, 10.30.0.0/16] }
`;
const COUNT = LONG ? 1_000 : 500;

if (process.getuid?.() !== 0) t.plan(0, "needs root: a cluster is made of network namespaces");
else {
  t.setTimeout(LONG ? 600_000 : 240_000);
  t.test("many Services", async (t) => {
    leaveTimings(t, import.meta.filename);
    await using herald = await HeraldCluster.up();
    const { cluster } = herald;
    await cluster.apply(POOL);
    await cluster.apply(deployment("web"));
    await cluster.apply(service("web"));
    await cluster.kubectl(["rollout", "status", "deployment/web", "--timeout=120s"]);
    const [address = ""] = await herald.addresses("web");
    const routes = { [hostRoute(address)]: ALL };
    await converged(herald, routes);

    await t.test(
      "the leader is killed in the middle of many Services: none lost, none given twice, none moved",
      async (t) => {
        const second = await herald.startController();
        await cluster.kubectl(["create", "namespace", "many"]);
        const spec = { allocateLoadBalancerNodePorts: false, selector: undefined };
        const names = Array.from({ length: COUNT }, (_, index) => `s${index}`);
        const list = names.map((name) => JSON.parse(service(name, spec, "many")) as unknown);
        const creating = cluster.api.createAll("/api/v1/namespaces/many/services", list);
        const early = await herald.someAddresses("many", COUNT / 10);
        await herald.controllers[0]?.stop("SIGKILL");
        await creating;
        const late = await herald.someAddresses("many", COUNT, 90_000);
        t.ok(second.running);
        t.equal(new Set(late.values()).size, COUNT, "each has its own");
        const kept = [...early].filter(([name, ip]) => late.get(name) === ip);
        t.equal(kept.length, early.size, "those that had one kept it");
      },
    );

    await t.test(
      "a namespace with many Services is deleted: their addresses and routes go, and no others",
      async (t) => {
        // Endpoints, so that there are routes to lose.
        const pods = {
          addressType: "IPv4",
          ports: [{ port: 80 }],
          endpoints: [{ addresses: ["10.244.1.250"], nodeName: "w1" }],
        };
        const items = Array.from({ length: 100 }, (_, index) => ({
          apiVersion: "discovery.k8s.io/v1",
          kind: "EndpointSlice",
          metadata: { name: `s${index}`, namespace: "many", labels: { "kubernetes.io/service-name": `s${index}` } },
          ...pods,
        }));
        await cluster.api.createAll("/apis/discovery.k8s.io/v1/namespaces/many/endpointslices", items);
        const own = Object.keys(routes).length;
        await kernelRoutes(herald, own + items.length);
        await cluster.kubectl(["delete", "namespace", "many", "--wait=false"]);
        await converged(herald, routes, 180_000);
        t.pass("exactly the others are left");
      },
    );
  });
}
