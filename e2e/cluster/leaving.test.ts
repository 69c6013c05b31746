/** SIGTERM does not say what comes next; the speaker asks what becomes of its Pod. */
import t from "tap";
import { WORKERS, until } from "../lab/index.ts";
import type { WorkerName } from "../lab/index.ts";
import { HeraldCluster, NAMESPACE } from "./herald.ts";
import { converged, hostRoute } from "./routes.ts";
import { deployment, service } from "./workloads.ts";

const COMMUNITIES = "64500:200 no-export";
const labels = { app: "herald", component: "speaker" };
/** Its Pods stand for those of the speakers, which run as processes of the nodes. */
const DAEMON_SET = JSON.stringify({
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name: "herald-speaker", namespace: NAMESPACE },
  spec: {
    selector: { matchLabels: labels },
    updateStrategy: { rollingUpdate: { maxUnavailable: WORKERS.length } },
    template: {
      metadata: { labels },
      spec: { containers: [{ name: "speaker", image: "any", lifecycle: { preStop: { sleep: { seconds: 3 } } } }] },
    },
  },
});

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string };
}

/** The Pod of a node that ends, or does not. */
function podOf({ cluster }: HeraldCluster, node: WorkerName, ends: boolean): Promise<string> {
  return until(`a Pod of ${node}`, async () => {
    const { items } = (await cluster.get("pods", "-n", NAMESPACE)) as { readonly items: readonly Pod[] };
    const pods = items.filter(({ spec }) => spec.nodeName === node);
    return pods.find(({ metadata }) => (metadata.deletionTimestamp !== undefined) === ends)?.metadata.name;
  });
}

/** Starts the speaker of a node anew, as that of its Pod. */
async function restart(herald: HeraldCluster, node: WorkerName): Promise<void> {
  if (herald.speaker(node).running) await herald.speaker(node).stop();
  await herald.startSpeaker(node, ["--pod-name", await podOf(herald, node, false), "--drain-time", "1"]);
  for (const router of ["tor1", "tor2"]) await herald.established(router, WORKERS.length * 2);
}

/** What it says of its leaving, after SIGTERM. */
async function left(herald: HeraldCluster, node: WorkerName): Promise<unknown> {
  const speaker = herald.speaker(node);
  await speaker.stop();
  const line = speaker
    .output()
    .split("\n")
    .find((each) => each.includes('"leaving"'));
  return JSON.parse(line ?? "{}");
}

if (process.getuid?.() !== 0) t.plan(0, "needs root: a cluster is made of network namespaces");
else {
  t.setTimeout(240_000);
  t.test(
    "a speaker whose Pod is rolled keeps its routes, one that is uninstalled drains and withdraws them",
    async (t) => {
      await using herald = await HeraldCluster.up();
      const { cluster } = herald;
      await cluster.apply(deployment("web"));
      await cluster.apply(service("web"));
      const [address = ""] = await herald.addresses("web");
      const route = hostRoute(address);
      await cluster.apply(DAEMON_SET);
      for (const node of WORKERS) await restart(herald, node);
      await converged(herald, { [route]: `w1 w2 w3, ${COMMUNITIES}` });

      await t.test("a roll of the DaemonSet", async (t) => {
        await using changes = await cluster.node("tor1").watchRoutes();
        await cluster.kubectl(["rollout", "restart", "daemonset/herald-speaker", "-n", NAMESPACE]);
        await podOf(herald, "w1", true);
        t.match(await left(herald, "w1"), { how: "keep", reason: "Herald on node w1 restarts" });
        await restart(herald, "w1");
        await converged(herald, { [route]: `w1 w2 w3, ${COMMUNITIES}` });
        t.equal(changes.find(new RegExp(`Deleted ${address}`)), undefined, "the router forwarded meanwhile");
        for (const node of ["w2", "w3"] as const) await restart(herald, node);
      });

      await t.test("its role is deleted before it, as by kubectl delete -f", async (t) => {
        await cluster.kubectl(["delete", "rolebinding", "herald-speaker", "-n", NAMESPACE]);
        await until("the right to be gone", async () => {
          const who = `system:serviceaccount:${NAMESPACE}:herald-speaker`;
          const asked = cluster.kubectl(["auth", "can-i", "get", "pods", "-n", NAMESPACE, "--as", who]);
          return (await asked.catch(() => "no")).trim() === "no" || undefined;
        });
        t.match(await left(herald, "w3"), {
          how: "drain",
          reason: /w3 is uninstalled: its account has lost its rights/,
        });
        await converged(herald, { [route]: `w1 w2, ${COMMUNITIES}` });
        await cluster.kubectl(["apply", "-f", "config/rbac/speaker.yaml"]);
      });

      await t.test("the DaemonSet is deleted", async (t) => {
        await cluster.kubectl(["delete", "daemonset", "herald-speaker", "-n", NAMESPACE, "--wait=false"]);
        await podOf(herald, "w1", true);
        await using packets = await cluster.node("tor1").tcpdump("tcp port 179 and src 10.0.0.11");
        t.match(await left(herald, "w1"), { how: "drain", reason: /w1 is uninstalled: what kept its Pod is deleted/ });
        const lowered = await until("GRACEFUL_SHUTDOWN on the wire", () => packets.find(/ 65535:0,/), {
          seen: () => packets.seen().map(({ text }) => text),
        });
        const cease = await until("the Cease", () => packets.find(/Cease/), {
          seen: () => packets.seen().map(({ text }) => text),
        });
        t.ok(cease.at - lowered.at >= 1_000, `${(cease.at - lowered.at).toFixed(0)} ms for the routers to move`);
        await converged(herald, { [route]: `w2, ${COMMUNITIES}` });
      });
    },
  );
}
