import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import t from "tap";
import { WORKERS, until } from "../lab/index.ts";
import { HeraldCluster, NAMESPACE, ROOT, samples } from "./herald.ts";
import { LONG } from "./long.ts";
import { SteadyClient } from "./requests.ts";
import { converged, hostRoute } from "./routes.ts";
import type { Routes } from "./routes.ts";
import { deployment, service } from "./workloads.ts";
import { leaveTimings } from "./timings.ts";

const PRIVATE = "64500:200 no-export";
const ALL = `${WORKERS.join(" ")}, ${PRIVATE}`;
/** Of endpoints that nobody announces for long, while others come and go. */
const CHURN_SECONDS = LONG ? 30 : 10;

function emptySlice(service: string): unknown {
  const metadata = { name: service, labels: { "kubernetes.io/service-name": service } };
  return { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", addressType: "IPv4", endpoints: [], metadata };
}

if (process.getuid?.() !== 0) t.plan(0, "needs root: a cluster is made of network namespaces");
else {
  t.setTimeout(LONG ? 600_000 : 240_000);
  t.test("what happens to a cluster in use", async (t) => {
    leaveTimings(t, import.meta.filename);
    await using herald = await HeraldCluster.up();
    const { cluster } = herald;
    await cluster.apply(deployment("web"));
    await cluster.apply(service("web"));
    await cluster.apply(service("local", { selector: { app: "web" }, externalTrafficPolicy: "Local" }));
    await cluster.kubectl(["rollout", "status", "deployment/web", "--timeout=60s"]);
    const [web = ""] = await herald.addresses("web");
    const [local = ""] = await herald.addresses("local");
    const routes: Routes = { [hostRoute(web)]: ALL, [hostRoute(local)]: ALL };
    await converged(herald, routes);
    const ofPool = (addresses: string): Promise<string> => {
      const patch = JSON.stringify({ spec: { addresses: [addresses] } });
      return cluster.kubectl(["patch", "ipaddresspool", "sandbox", "-n", NAMESPACE, "--type=merge", "-p", patch]);
    };

    await t.test("a definition is removed with all its objects and put back: no route moves", async (t) => {
      await using updates = await cluster.node("tor1").watchRoutes();
      await cluster.kubectl(["delete", "crd", "bgpadvertisements.metallb.io", "--timeout=30s"]);
      await pause(2_000);
      await cluster.kubectl(["apply", "-f", join(ROOT, "config/crd/metallb.io_bgpadvertisements.yaml")]);
      await cluster.kubectl([
        "wait",
        "--for=condition=Established",
        "crd/bgpadvertisements.metallb.io",
        "--timeout=30s",
      ]);
      await cluster.kubectl(["apply", ...samples("network/advertisements")]);
      await pause(2_000);
      t.same(updates.seen(), []);
      await cluster.apply(service("after", { selector: { app: "web" } }));
      const [after = ""] = await herald.addresses("after");
      await converged(herald, { ...routes, [hostRoute(after)]: ALL });
      await cluster.kubectl(["delete", "service", "after"]);
      await converged(herald, routes);
    });

    await t.test("a node that is not ready takes no traffic of a Local Service until it is back", async () => {
      await cluster.kubelet("w3").stop("SIGKILL");
      await converged(herald, { ...routes, [hostRoute(local)]: `w1 w2, ${PRIVATE}` }, 40_000);
      cluster.startKubelet("w3");
      await converged(herald, routes, 40_000);
    });

    await t.test(
      "while as much changes as the API server takes, a new Service is announced and no request fails",
      async (t) => {
        await cluster.kubectl(["create", "namespace", "churn"]);
        const names = Array.from({ length: 50 }, (_, index) => `c${index}`);
        const slices = names.map(emptySlice);
        await cluster.api.createAll("/apis/discovery.k8s.io/v1/namespaces/churn/endpointslices", slices);
        const none = names.map((name) => JSON.parse(service(name, { selector: undefined }, "churn")) as unknown);
        await cluster.api.createAll("/api/v1/namespaces/churn/services", none);
        const steady = new SteadyClient(cluster.node("client"), `http://${web}/`);
        await steady.answered();
        const args = [join(import.meta.dirname, "churn.ts"), cluster.api.url, "churn", String(CHURN_SECONDS)];
        const env = { NODE_EXTRA_CA_CERTS: cluster.api.ca, KUBE_TOKEN: cluster.api.token() };
        const churn = cluster.node("control").spawn(process.execPath, args, { env, name: "churn" });
        await pause(2_000);
        await cluster.apply(service("amid", { selector: { app: "web" } }));
        const [amid = ""] = await herald.addresses("amid");
        const announced = async (): Promise<true | undefined> => {
          const { stdout } = await cluster.node("tor1").exec("ip", ["route", "show", hostRoute(amid)]);
          return stdout.match(/nexthop/g)?.length === WORKERS.length ? true : undefined;
        };
        await until("the route of the new Service", announced, { seen: () => herald.logs() });
        t.ok(churn.running, "still changing");
        t.equal(await churn.ended, 0, churn.output());
        t.comment(`${churn.output().trim()} changes in ${CHURN_SECONDS} s`);
        await cluster.kubectl(["delete", "namespace", "churn", "--timeout=60s"]);
        await converged(herald, { ...routes, [hostRoute(amid)]: ALL });
        t.same((await steady.stop()).failures, []);
        await cluster.kubectl(["delete", "service", "amid"]);
      },
    );

    await t.test("a node that is deleted is left by the traffic, until it registers again", async () => {
      await cluster.kubelet("w3").stop("SIGKILL");
      await cluster.kubectl(["delete", "node", "w3"]);
      const others = `w1 w2, ${PRIVATE}`;
      await converged(herald, { [hostRoute(web)]: others, [hostRoute(local)]: others });
      cluster.startKubelet("w3");
      // Its Pods may have been given up meanwhile: others are made, one a node.
      await until("w3 to register", () => cluster.kubectl(["get", "node", "w3"]));
      await cluster.kubectl(["rollout", "restart", "deployment/web"]);
      await cluster.kubectl(["rollout", "status", "deployment/web", "--timeout=60s"]);
      await converged(herald, routes, 40_000);
    });

    await t.test("Services whose addresses leave their pool get others from it", async () => {
      await ofPool("10.20.0.90-10.20.0.100");
      await converged(herald, { "10.20.0.90/32": ALL, "10.20.0.91/32": ALL });
    });

    await t.test(
      "of a pool that shrinks below its use, those stay whose address stays; the other is told why",
      async (t) => {
        await ofPool("10.20.0.91/32");
        await converged(herald, { "10.20.0.91/32": ALL });
        const waits = await until("a Service without an address", async () => {
          const has = await herald.allAddresses("default");
          return ["web", "local"].find((name) => !has.has(name));
        });
        const sentence = /asks for an IPv4 address: .*pool sandbox has no free IPv4 address/;
        let described = "";
        const told = async (): Promise<true | undefined> => {
          described = await cluster.kubectl(["describe", "service", waits]);
          return sentence.test(described) ? true : undefined;
        };
        await until("its event", told, { seen: () => described });
        t.match(await herald.herald("why", waits).catch((error: Error) => error.message), sentence);
        await ofPool("10.20.0.91-10.20.0.92");
        await converged(herald, { "10.20.0.91/32": ALL, "10.20.0.92/32": ALL });
      },
    );
  });
}
