import t from "tap";
import { until } from "../lab/index.ts";
import { Herald } from "./herald.ts";
import { keptOverRestart } from "./kept.ts";
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
    await keptOverRestart(t, herald, router, 20);
  });
}
