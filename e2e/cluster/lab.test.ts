import { readdirSync } from "node:fs";
import t from "tap";
import { Cluster, WORKERS, until } from "../lab/index.ts";
import { answers, ask } from "./requests.ts";
import { leaveTimings } from "./timings.ts";

/** What the lab itself promises, without Herald: Services work once somebody gives them an address and a route. */
const WEB = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 3
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      topologySpreadConstraints:
        - { maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule, labelSelector: { matchLabels: { app: web } } }
      containers: [{ name: web, image: nginx, ports: [{ containerPort: 8080 }] }]
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  type: LoadBalancer
  externalTrafficPolicy: Local
  ipFamilyPolicy: RequireDualStack
  selector: { app: web }
  ports: [{ port: 80, targetPort: 8080 }]
`;
const FOUR = "172.16.0.1";
const SIX = "fd00:172:16::1";

interface Slices {
  readonly items: readonly {
    readonly addressType: string;
    readonly endpoints: readonly { readonly nodeName: string; readonly conditions: { readonly ready: boolean } }[];
  }[];
}

/** Of a route to every worker. */
function nextHops(prefix: string): string[] {
  return [1, 2, 3].flatMap((last) => ["nexthop", "via", `${prefix}${last}`]);
}

if (process.getuid?.() !== 0) t.plan(0, "needs root: a cluster is made of network namespaces");
else {
  t.setTimeout(110_000);
  t.test("a cluster in a lab", async (t) => {
    leaveTimings(t, import.meta.filename);
    await using cluster = await Cluster.up();
    const [tor1, client] = [cluster.node("tor1"), cluster.node("client")];

    /** The nodes of the endpoints that are ready. */
    const readyNodes = async (): Promise<string[]> => {
      const { items } = (await cluster.get("endpointslices", "-l", "kubernetes.io/service-name=web")) as Slices;
      const endpoints = items.filter(({ addressType }) => addressType === "IPv4").flatMap(({ endpoints }) => endpoints);
      return endpoints
        .filter(({ conditions }) => conditions.ready)
        .map(({ nodeName }) => nodeName)
        .sort();
    };
    const readyOn = (nodes: readonly string[]) =>
      until(`ready endpoints on ${nodes.join()}`, async () =>
        (await readyNodes()).join() === nodes.join() ? true : undefined,
      );

    await t.test("a Deployment's Pods run, one a node, and its Service has EndpointSlices", async (t) => {
      await cluster.apply(WEB);
      await cluster.kubectl(["rollout", "status", "deployment/web", "--timeout=30s"]);
      await readyOn(WORKERS);
      t.match(await cluster.kubectl(["get", "pods"]), /(?:1\/1 +Running[^]*){3}/);
    });

    await t.test("an address in the Service's status and a route are all that a client needs", async (t) => {
      const ingress = [FOUR, SIX].map((ip) => ({ ip, ipMode: "VIP" }));
      const status = JSON.stringify({ status: { loadBalancer: { ingress } } });
      await cluster.kubectl(["patch", "service", "web", "--subresource=status", "--type=merge", "-p", status]);
      for (const router of [tor1, cluster.node("tor2")]) {
        await router.exec("ip", ["route", "add", FOUR, ...nextHops("10.0.0.1")]);
        await router.exec("ip", ["route", "add", SIX, ...nextHops("fd00::1")]);
      }
      for (const [url, from] of [
        [`http://${FOUR}/`, /^10\.1\.[12]\.2$/],
        [`http://[${SIX}]/`, /^fd00:1:[12]::2$/],
      ] as const) {
        await until(`an answer of ${url}`, () => ask(client, url), { timeoutMs: 10_000 });
        const all = await answers(client, url, 30);
        t.same(all.failures, [], url);
        t.same([...new Set(all.answers.map(({ node }) => node))].sort(), WORKERS, "by every node");
        t.match(all.answers[0]?.client, from, "policy Local: the Pod sees the client's own address");
      }
    });

    await t.test(
      "a Pod that becomes not ready is an endpoint no more, and kube-proxy's health check says so",
      async (t) => {
        const port = await cluster.kubectl(["get", "service", "web", "-o", "jsonpath={.spec.healthCheckNodePort}"]);
        const local = async (address: string): Promise<unknown> => {
          const { stdout } = await client.exec("curl", ["-s", "-m", "2", `http://${address}:${port}/`]);
          return (JSON.parse(stdout) as { localEndpoints: number }).localEndpoints;
        };
        t.equal(await local("10.0.0.12"), 1);
        const pod = ["pod", "-l", "app=web", "--field-selector", "spec.nodeName=w2"];
        await cluster.kubectl(["annotate", ...pod, "lab/ready=false"]);
        await readyOn(["w1", "w3"]);
        await until("no local endpoints", async () => ((await local("10.0.0.12")) === 0 ? true : undefined));
        await cluster.kubectl(["annotate", ...pod, "lab/ready-"]);
        await readyOn(WORKERS);
      },
    );

    await t.test("a node whose kubelet is killed is NotReady until it is back; its Pods go on", async (t) => {
      const is = (status: string) =>
        cluster.kubectl(["wait", `--for=condition=Ready=${status}`, "node", "w3", "--timeout=30s"]);
      await cluster.kubelet("w3").stop("SIGKILL");
      await is("Unknown");
      // Where the routers' hash leads to w3, policy Local has no ready Pod there any more.
      const answer = await until("an answer", () => ask(client, `http://${FOUR}/`).catch(() => undefined));
      t.equal(answer.client.slice(0, 5), "10.1.");
      cluster.startKubelet("w3");
      await is("True");
    });

    await t.test("a deleted namespace takes its Pods, and their namespaces of the kernel, along", async (t) => {
      const pods = () => readdirSync("/run/netns").filter((name) => name.startsWith(`${cluster.lab.id}-w1-pod`)).length;
      const before = pods();
      await cluster.kubectl(["create", "namespace", "short"]);
      const pod = { nodeName: "w1", terminationGracePeriodSeconds: 1, containers: [{ name: "a", image: "a" }] };
      const meta = { apiVersion: "v1", kind: "Pod", metadata: { name: "a", namespace: "short" } };
      await cluster.apply(JSON.stringify({ ...meta, spec: pod }));
      await cluster.kubectl(["wait", "-n", "short", "--for=condition=Ready", "pod", "a", "--timeout=30s"]);
      t.equal(pods(), before + 1);
      await cluster.kubectl(["delete", "namespace", "short", "--timeout=40s"]);
      await until("the Pod's namespace to go", () => pods() === before || undefined);
    });
  });
}
