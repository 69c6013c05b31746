/** "Announce when it works", with a kube-proxy that answers for its own rules on the healthCheckNodePort. */
import t from "tap";
import { until } from "../lab/index.ts";
import { HeraldCluster, NAMESPACE } from "./herald.ts";
import { SteadyClient } from "./requests.ts";
import { converged, hostRoute } from "./routes.ts";
import { deployment, service } from "./workloads.ts";

const COMMUNITIES = "64500:200 no-export";
/** In place of the demo's: everything is announced, and waits. */
const ADVERTISEMENT = JSON.stringify({
  apiVersion: "metallb.io/v1beta1",
  kind: "BGPAdvertisement",
  metadata: { name: "private", namespace: "metallb-system" },
  spec: { communities: COMMUNITIES.split(" "), waitForHealthCheck: "60s" },
});

if (process.getuid?.() !== 0) t.plan(0, "needs root: a cluster is made of network namespaces");
else {
  t.setTimeout(240_000);
  t.test("a node announces when its kube-proxy says that it leads to endpoints", async (t) => {
    await using herald = await HeraldCluster.up();
    const { cluster } = herald;
    await cluster.apply(ADVERTISEMENT);
    await cluster.kubectl(["cordon", "w3"]);
    await cluster.apply(deployment("web", { replicas: 2 }));
    await cluster.apply(service("web", { externalTrafficPolicy: "Local" }));
    const [address = ""] = await herald.addresses("web");
    const route = hostRoute(address);
    await converged(herald, { [route]: `w1 w2, ${COMMUNITIES}` });
    const client = new SteadyClient(cluster.node("client"), `http://${address}/`);
    await client.answered();

    await t.test("one whose kube-proxy is stopped waits, with the reason; no request is lost", async (t) => {
      cluster.proxy("w3").signal("SIGSTOP");
      await cluster.kubectl(["uncordon", "w3"]);
      await cluster.kubectl(["scale", "deployment/web", "--replicas=3"]);
      await cluster.kubectl(["rollout", "status", "deployment/web", "--timeout=60s"]);
      const said = /web waits up to 60 s for its health check on port \d+ of this node/;
      await until("the reason", () => said.test(herald.speaker("w3").output()) || undefined, {
        seen: () => herald.logs(),
      });
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      await converged(herald, { [route]: `w1 w2, ${COMMUNITIES}` });
      cluster.proxy("w3").signal("SIGCONT");
      await converged(herald, { [route]: `w1 w2 w3, ${COMMUNITIES}` });
      const { answers, failures } = await client.stop();
      t.comment(JSON.stringify(answers), failures);
      t.same(failures, []);
    });

    await t.test(
      "a speaker that restarts meanwhile loses nothing: what it announced is in its first table",
      async (t) => {
        const node = cluster.node("tor1");
        // By it the next run knows what was announced; it is written some time after the route.
        await until("what w3 announces to be written", async () => {
          const said = await cluster.get("servicebgpstatuses", "-n", NAMESPACE, "-l", "metallb.io/node=w3");
          return /"peers"/.test(JSON.stringify(said)) || undefined;
        });
        await using changes = await node.watchRoutes();
        cluster.proxy("w3").signal("SIGSTOP");
        await herald.speaker("w3").stop();
        const speaker = await herald.startSpeaker("w3");
        await until("it to announce", () => speaker.output().includes('"service announced"') || undefined, {
          seen: () => speaker.output(),
        });
        for (const router of ["tor1", "tor2"]) await herald.established(router, 6);
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        await converged(herald, { [route]: `w1 w2 w3, ${COMMUNITIES}` });
        t.notMatch(speaker.output(), /no answer within/, "kube-proxy was not waited for");
        t.equal(changes.find(new RegExp(`Deleted ${address}`)), undefined);
        t.same(
          changes
            .seen()
            .map(({ text }) => text)
            .filter((text) => text.startsWith(address)),
          [],
          "its next hops stay",
        );
        cluster.proxy("w3").signal("SIGCONT");
      },
    );
  });
}
