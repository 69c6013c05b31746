/** "Announce when it works": a node whose data plane lags behind its endpoints gets no traffic before it is ready. */
import t from "tap";
import type { Cluster } from "../demo/cluster.ts";
import { until } from "../lab/index.ts";
import { cluster, isRoot, logs, lost, serviceRoute, spread } from "./cluster.ts";
import { ADDRESS, HEALTH_PORT, endpoints, network } from "./manifests.ts";

/** Milliseconds that the data plane of n3 lags behind. */
const LAG = 1_500;

/** A health check as kube-proxy answers it. */
const HEALTH = `require("http").createServer((_, r) => r.end("{}")).listen(${HEALTH_PORT}, () => console.log("listening"))`;

async function healthy(one: Cluster, name: string): Promise<void> {
  const task = one.lab.node(name).spawn(process.execPath, ["-e", HEALTH], { name: "health" });
  await until("the health check", () => task.output().includes("listening") || undefined);
}

/** A third node gets an endpoint under load; its data plane comes later. Answers the requests that were lost. */
async function rollout(t: Parameters<typeof cluster>[0], advertisement: object): Promise<readonly string[]> {
  const one = await cluster(t, { "network.yaml": network(advertisement), "endpoints.yaml": endpoints(1, 1) });
  await one.allocated(["web"]);
  await one.serve([ADDRESS]);
  const n3 = one.lab.node("n3");
  await n3.exec("ip", ["address", "del", `${ADDRESS}/32`, "dev", "lo"]);
  await healthy(one, "n1");
  await healthy(one, "n2");
  await spread(one, 2);
  const client = one.requests(ADDRESS, 0);
  await until("a first answer", () => client.task.output().includes("answered") || undefined);
  one.write("endpoints.yaml", endpoints(1, 1, 1));
  await new Promise((resolve) => setTimeout(resolve, LAG));
  await one.accept("n3", [ADDRESS]);
  await healthy(one, "n3");
  await spread(one, 3);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  await client.task.stop();
  const { answers, failures } = await client.answers;
  t.comment(`answers: ${JSON.stringify(answers)}, failures: ${JSON.stringify(failures)}`);
  t.ok((answers["n3"] ?? 0) > 0, "the new node answers in the end");
  return lost(failures);
}

if (isRoot(t)) {
  t.test("a node that lags loses no request where it waits for its health check", async (t) => {
    t.same(await rollout(t, { waitForHealthCheck: "30s" }), []);
  });

  t.test("and loses some where it does not", async (t) => {
    t.ok((await rollout(t, {})).length > 0);
  });

  t.test("where no health check answers, the node announces after the time, with the reason", async (t) => {
    const files = { "network.yaml": network({ waitForHealthCheck: "2s" }), "endpoints.yaml": endpoints(1) };
    const one = await cluster(t, files);
    const n1 = one.speakers.get("n1");
    const told = (text: RegExp): true | undefined => text.test(n1?.output() ?? "") || undefined;
    await until(
      "the wait to be told",
      () => told(/waits up to 2 s for its health check on port 30123 of this node: connection refused/),
      { seen: () => logs(one) },
    );
    t.equal(await serviceRoute(one.lab.node("tor1")), undefined);
    await spread(one, 1);
    await until("the reason", () => told(/is announced after 2 s without a good health check on port 30123/), {
      seen: () => logs(one),
    });
    t.pass("it is announced all the same");
  });
}
