import t from "tap";
import { until } from "../lab/index.ts";
import { Herald } from "./herald.ts";
import { advertisement, peer, services } from "./manifests.ts";
import type { Manifest } from "./manifests.ts";
import { isRoot, pair } from "./pair.ts";

const PEER = { name: "router", address: "10.0.0.1" };
const PORT = 30_123;
const NODE: Manifest = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "speaker" },
  status: { addresses: [{ type: "InternalIP", address: "10.0.0.11" }] },
};
const POOL: Manifest = {
  apiVersion: "metallb.io/v1beta1",
  kind: "IPAddressPool",
  metadata: { name: "pool", namespace: "metallb-system" },
  spec: { addresses: ["10.20.0.0/24", "fd00:20::/120"] },
};

/** It takes its time, so that the session is up before it has answered. */
const ANSWER = "(_, answer) => setTimeout(() => answer.end(), 500)";
const HEALTH = `require("http").createServer(${ANSWER}).listen(${PORT}, () => console.log("listening"))`;

if (isRoot(t)) {
  t.test("routes that wait for a health check outlive a restart: the first table has them", async (t) => {
    const { speaker, router } = await pair(t, "pair.clab.yml");
    const health = speaker.spawn(process.execPath, ["-e", HEALTH], { name: "health" });
    await until("the health check", () => health.output().includes("listening") || undefined);
    const herald = new Herald(speaker, [PEER], 0, { onStop: "keep" });
    const local = { externalTrafficPolicy: "Local", healthCheckNodePort: PORT };
    const gated = services(20).map((one) =>
      one.kind === "Service" ? { ...one, spec: { ...one.spec, ...local } } : one,
    );
    herald.write([NODE, POOL, advertisement("all", { waitForHealthCheck: "30s" }), peer(PEER), ...gated]);
    const held = async (): Promise<number> =>
      (await router.routes()).filter(({ dst }) => dst.startsWith("10.20.")).length;
    const seen = { seen: () => herald.task.output() };
    await until("the routes in the kernel", async () => ((await held()) === 20 ? true : undefined), seen);

    await using changes = await router.watchRoutes();
    await herald.restart();
    await until("the session after the restart", () => (herald.sessions > 0 ? true : undefined), seen);
    await until("the routes to be announced anew", async () => {
      const { routes } = (await router.vtyshJson("show bgp ipv4 unicast json")) as {
        routes: Readonly<Record<string, readonly { readonly stale?: boolean }[]>>;
      };
      const fresh = Object.values(routes).filter((paths) => paths.every(({ stale }) => stale !== true));
      return fresh.length === 20 || undefined;
    });
    t.equal(changes.find(/^Deleted 10\.20\./), undefined, "no route left the kernel meanwhile");
    t.equal(await held(), 20);
  });
}
