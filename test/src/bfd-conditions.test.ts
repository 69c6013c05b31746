import t from "tap";
import type { BfdReport } from "../../src/backend/report.ts";
import { bfdConditions } from "../../src/bfd-conditions.ts";
import { MemoryCluster, settled } from "../support/memory-cluster.ts";
import { advertisement, peer, pool } from "../support/objects.ts";

const DOWN: BfdReport = {
  profile: "fast",
  address: "10.0.0.1",
  state: "Down",
  remoteState: "Init",
  diagnostic: "control detection time expired",
  remoteDiagnostic: "neighbor signaled session down",
};

function conditionOf(bfd: BfdReport) {
  const report = { peer: "tor", state: "Idle", routes: 0, advertised: 0, unsent: [] } as const;
  return bfdConditions([report, { ...report, bfd }]);
}

t.test("one condition for each peer with a profile: up, or what each end says of why not", (t) => {
  const type = "tor/BFDUp";
  t.same(conditionOf({ ...DOWN, state: "Up" }), [
    { type, status: "True", reason: "Up", message: "profile fast, 10.0.0.1" },
  ]);
  t.match(conditionOf({ ...DOWN, state: "Up", reason: "no echo packets are sent: no" }), [
    { status: "True", message: "profile fast, 10.0.0.1: no echo packets are sent: no" },
  ]);
  const message =
    "profile fast, 10.0.0.1: here Down (control detection time expired), there Init (neighbor signaled session down)";
  t.same(conditionOf(DOWN), [{ type, status: "False", reason: "Down", message }]);
  t.match(conditionOf({ profile: "fast", reason: "port 3784 is taken" }), [
    { status: "False", reason: "NoSession", message: "profile fast: port 3784 is taken" },
  ]);
  t.match(conditionOf({ profile: "fast", state: "Init" }), [
    { message: "profile fast: here Init (none), there (none)" },
  ]);
  t.match(conditionOf({ profile: "fast" }), [{ message: "profile fast: there is no session yet" }]);
  t.end();
});

t.test("a condition's type and reason are what an API server takes, also of a peer with dots in its name", (t) => {
  const [condition] = bfdConditions([
    { peer: "tor-1.rack-2", state: "Idle", routes: 0, advertised: 0, unsent: [], bfd: DOWN },
  ]);
  t.match(
    condition?.type,
    /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$/,
  );
  t.match(condition?.reason, /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/);
  t.end();
});

t.test("the status of a node follows its BFD sessions, and those that are gone leave it", async (t) => {
  const cluster = new MemoryCluster(["n1"]);
  await cluster.apply(
    pool("pool", ["192.0.2.0/29"]),
    peer("tor"),
    peer("plain", { peerAddress: "10.0.0.3" }),
    advertisement("all"),
  );
  const node = { kind: "Node", metadata: { name: "n1" } };
  await cluster.apply(node);
  await cluster.synced();
  t.same(cluster.conditions.get("n1"), []);
  const backend = cluster.backends.get("n1");
  backend?.watch("tor", DOWN);
  await settled();
  t.match(cluster.conditions.get("n1"), [{ type: "tor/BFDUp", status: "False" }]);
  backend?.watch("tor", { ...DOWN, state: "Up" });
  await settled();
  t.match(cluster.conditions.get("n1"), [{ type: "tor/BFDUp", status: "True" }]);
  await cluster.delete({ group: "metallb.io", kind: "BGPPeer", namespace: "metallb-system", name: "tor" });
  t.same(cluster.conditions.get("n1"), []);
});
