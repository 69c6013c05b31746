import t from "tap";
import { FakeClock } from "../support/fake-clock.ts";
import { MemoryCluster, settled } from "../support/memory-cluster.ts";
import { advertisement, peer, pool } from "../support/objects.ts";
import type { Written } from "../support/objects.ts";
import type { ServiceAnnouncementStatus } from "../../src/status/index.ts";

const BASE: readonly Written[] = [
  {
    kind: "Node",
    metadata: { name: "n1", labels: { rack: "a" } },
    status: { addresses: [{ type: "InternalIP", address: "10.0.0.11" }] },
  },
  pool("pool", ["192.0.2.0/29"]),
  peer("tor"),
  advertisement("all"),
];

function service(name: string, spec: object = {}): Written {
  return { kind: "Service", metadata: { name }, spec: { type: "LoadBalancer", ports: [{ port: 80 }], ...spec } };
}

function slice(serviceName: string, ...nodes: readonly string[]): Written {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: `${serviceName}-1`, namespace: "default", labels: { "kubernetes.io/service-name": serviceName } },
    addressType: "IPv4",
    endpoints: nodes.map((nodeName) => ({ addresses: ["10.1.0.1"], nodeName })),
  };
}

async function node(...objects: readonly Written[]): Promise<MemoryCluster> {
  const cluster = new MemoryCluster(["n1"]);
  await cluster.apply(...objects);
  await cluster.synced();
  return cluster;
}

t.test("the backend hears nothing before everything was read, and then the whole state once", async (t) => {
  const cluster = new MemoryCluster(["n1"]);
  await cluster.apply(...BASE, service("web"), slice("web", "n1"));
  const { calls } = cluster.backends.get("n1") ?? { calls: [] };
  t.same(calls, []);
  await cluster.synced();
  t.equal(calls[0]?.type, "apply");
  t.same(cluster.table("n1", "tor"), ["192.0.2.0/32"]);
});

t.test("a Service's change is an update of that route alone", async (t) => {
  const cluster = await node(...BASE, service("web"), slice("web", "n1"));
  const { calls } = cluster.backends.get("n1") ?? { calls: [] };
  calls.splice(0);
  await cluster.apply(service("second"), slice("second", "n1"));
  t.same(
    calls.map(({ type }) => type),
    ["update"],
  );
});

t.test("many changes of one turn are one call", async (t) => {
  const cluster = await node(...BASE);
  const { calls } = cluster.backends.get("n1") ?? { calls: [] };
  calls.splice(0);
  await Promise.all(["a", "b", "c"].map((name) => cluster.apply(service(name), slice(name, "n1"))));
  t.equal(calls.length, 1);
});

t.test("nodeAssigned is told on the transition, not on every look", async (t) => {
  const cluster = await node(...BASE, service("web"), slice("web", "n1"));
  for (let i = 0; i < 5; i++) await cluster.apply(slice("web", "n1", `n${i}`));
  t.equal(cluster.events.filter(({ reason }) => reason === "nodeAssigned").length, 1);
  await cluster.apply(slice("web"));
  await cluster.apply(slice("web", "n1"));
  t.equal(cluster.events.filter(({ reason }) => reason === "nodeAssigned").length, 2);
});

t.test("the status and the log give the reason in the same words", async (t) => {
  const cluster = await node(...BASE, service("web", { externalTrafficPolicy: "Local" }), slice("web", "n1"));
  await cluster.apply(slice("web", "n2"));
  const reasons = cluster.announcements.get("n1 default/web")?.reasons;
  t.match(reasons, [/no endpoint of default\/web on node n1 serves/]);
  const withdrawn = cluster.records.filter(({ msg }) => msg === "service withdrawn");
  t.same(
    withdrawn.map((record) => record["reasons"]),
    [reasons],
  );
});

t.test("a label on the node decides at once", async (t) => {
  const selective = advertisement("all", { nodeSelectors: [{ matchLabels: { rack: "a" } }] });
  const cluster = await node(...BASE, selective, service("web"), slice("web", "n1"));
  t.same(cluster.table("n1", "tor"), ["192.0.2.0/32"]);
  await cluster.apply({ kind: "Node", metadata: { name: "n1", labels: { rack: "b" } } });
  t.same(cluster.table("n1", "tor"), []);
});

t.test("another node's labels are none of its business", async (t) => {
  const cluster = await node(...BASE, service("web"), slice("web", "n1"));
  const { calls } = cluster.backends.get("n1") ?? { calls: [] };
  calls.splice(0);
  await cluster.apply({ kind: "Node", metadata: { name: "n9", labels: { rack: "z" } } });
  t.same(calls, []);
});

t.test("a deleted Service is withdrawn and its status cleared", async (t) => {
  const cluster = await node(...BASE, service("web"), slice("web", "n1"));
  await cluster.delete({ group: "", kind: "Service", namespace: "default", name: "web" });
  t.same(cluster.table("n1", "tor"), []);
  t.match(cluster.announcements.get("n1 default/web"), { peers: [], reasons: [] });
});

t.test("a session that goes up and down is logged", async (t) => {
  const cluster = await node(...BASE);
  cluster.backends.get("n1")?.sessionDown("tor");
  const said = cluster.records.filter(({ msg }) => String(msg).startsWith("session"));
  t.match(said, [
    { msg: "session up", peer: "tor" },
    { msg: /session (down|trouble)/, peer: "tor" },
  ]);
});

t.test("the status says which peers have it at this moment, and follows their sessions", async (t) => {
  const cluster = await node(...BASE, service("web"), slice("web", "n1"));
  const status = () => cluster.announcements.get("n1 default/web");
  t.match(status(), { peers: ["tor"], untold: [] });
  cluster.backends.get("n1")?.sessionDown("tor");
  await settled();
  t.same(status()?.peers, ["tor"], "it is still to be told");
  t.match(status()?.untold, [/^tor: the session is \w+/]);
});

t.test("what a peer asks for and the backend lacks is said once", async (t) => {
  const cluster = new MemoryCluster(["n1"], { lacks: ["bfd"] });
  const bfd: Written = { kind: "BFDProfile", metadata: { name: "fast" }, spec: {} };
  await cluster.apply(...BASE, bfd, peer("tor", { bfdProfile: "fast" }));
  await cluster.synced();
  await cluster.apply(pool("more", ["198.51.100.0/29"]));
  const said = cluster.records.filter(({ msg }) => msg === "peer not as configured");
  t.equal(said.length, 1);
  t.match(said[0], { peer: "tor", reason: /BFD/ });
});

t.test("a node name that no Node has is said once, with those there are", async (t) => {
  const cluster = new MemoryCluster(["m1"]);
  await cluster.apply(...BASE);
  await cluster.synced();
  await cluster.apply(pool("more", ["198.51.100.0/29"]));
  const said = cluster.records.filter(({ msg }) => msg === "no Node object of this name");
  t.match(said, [{ level: "warn", node: "m1", nodes: ["n1"] }]);
  t.equal(said.length, 1);
});

const GRACEFUL_SHUTDOWN = 65535 * 65536;

function n1(more: object): Written {
  return {
    kind: "Node",
    metadata: { name: "n1", labels: { rack: "a" } },
    status: { addresses: [{ type: "InternalIP", address: "10.0.0.11" }] },
    ...more,
  };
}

t.test(
  "a node that is being deleted makes its routes a last resort, withdraws them after the wait, and may come back",
  async (t) => {
    const inside = peer("inside", { myASN: 64500, peerASN: 64500, peerAddress: "10.0.0.3" });
    const cluster = await node(...BASE, inside, service("web"), slice("web", "n1"));
    await cluster.apply(n1({ metadata: { name: "n1", deletionTimestamp: "2026-01-31T08:15:30Z" } }));
    t.same(cluster.table("n1", "tor"), [`192.0.2.0/32 ${GRACEFUL_SHUTDOWN}`]);
    t.same(
      cluster.table("n1", "inside"),
      [`192.0.2.0/32 ${GRACEFUL_SHUTDOWN} 0`],
      "within the AS the preference counts",
    );
    await cluster.apply(service("late"), slice("late", "n1"));
    t.equal(cluster.table("n1", "tor")[1], `192.0.2.1/32 ${GRACEFUL_SHUTDOWN}`, "what comes meanwhile too");

    cluster.clock.advance(4999);
    t.equal(cluster.table("n1", "tor").length, 2, "not before the wait is over");
    cluster.clock.advance(1);
    await settled();
    t.same(cluster.table("n1", "tor"), []);
    t.match(cluster.announcements.get("n1 default/web"), {
      peers: [],
      reasons: ["node n1 is being deleted: others announce default/web"],
    });

    await cluster.apply(n1({}));
    t.same(cluster.table("n1", "tor"), ["192.0.2.0/32", "192.0.2.1/32"]);
    t.same(cluster.announcements.get("n1 default/web")?.peers, ["inside", "tor"]);
  },
);

t.test("a node that was deleted is left by its traffic, on the sessions that it has", async (t) => {
  const other: Written = { kind: "Node", metadata: { name: "n2" } };
  const cluster = await node(...BASE, other, service("web"), slice("web", "n1"));
  const { calls } = cluster.backends.get("n1") ?? { calls: [] };
  calls.splice(0);
  await cluster.delete({ group: "", kind: "Node", namespace: "", name: "n1" });
  t.same(cluster.table("n1", "tor"), [`192.0.2.0/32 ${GRACEFUL_SHUTDOWN}`]);
  cluster.clock.advance(5000);
  await settled();
  t.same(cluster.table("n1", "tor"), []);
  const said = calls.flatMap((call) =>
    call.type === "apply" ? [[call.desired.routerId, call.desired.peers.length]] : [],
  );
  t.same(new Set(said.map(String)), new Set([String([0x0a00_000b, 1])]), "router ID and peer stay");
  await cluster.apply(n1({}));
  t.same(cluster.table("n1", "tor"), ["192.0.2.0/32"]);
});

t.test("a cordon counts only where that is asked for", async (t) => {
  for (const drainOnCordon of [false, true]) {
    const cluster = new MemoryCluster(["n1"], { drainOnCordon });
    await cluster.apply(...BASE, service("web"), slice("web", "n1"));
    await cluster.synced();
    await cluster.apply(n1({ spec: { unschedulable: true } }));
    cluster.clock.advance(5000);
    t.equal(cluster.table("n1", "tor").length, drainOnCordon ? 0 : 1);
  }
});

t.test("an agent that leaves waits for routers to move, but not where none of them has a route", async (t) => {
  const cluster = await node(...BASE, service("web"), slice("web", "n1"));
  let left = false;
  const leaving = cluster.speakers
    .get("n1")
    ?.leave()
    .then(() => (left = true));
  await cluster.apply(n1({ metadata: { name: "n1", labels: { rack: "b" } } }));
  t.equal(left, false);
  cluster.clock.advance(5000);
  await leaving;
  t.same(cluster.table("n1", "tor"), []);

  const slow = await node(...BASE, service("web"), slice("web", "n1"));
  const backend = slow.backends.get("n1");
  const report = { peer: "tor", state: "Connect", routes: 1, advertised: 0, unsent: [] } as const;
  if (backend !== undefined) backend.status = () => ({ backend: "daemon", peers: [report] });
  void slow.speakers.get("n1")?.leave();
  await settled();
  t.same(
    slow.table("n1", "tor"),
    [`192.0.2.0/32 ${GRACEFUL_SHUTDOWN}`],
    "a backend that is asked now and then may be behind",
  );

  const idle = await node(...BASE);
  await idle.speakers.get("n1")?.leave();
  t.pass("at once");
});

const LOCAL = { externalTrafficPolicy: "Local", healthCheckNodePort: 30_001 };
const GATED = [...BASE.slice(0, -1), advertisement("all", { waitForHealthCheck: "30s" })];

/** A node whose health checks answer what `answers` holds by port; nothing: none so far. */
async function gated(
  answers: Map<number, string | undefined>,
  ...objects: readonly Written[]
): Promise<{ cluster: MemoryCluster; clock: FakeClock; asked: string[] }> {
  return gatedAfter(undefined, answers, ...objects);
}

/** The same, with what the last run announced. */
async function gatedAfter(
  before: readonly ServiceAnnouncementStatus[] | undefined,
  answers: Map<number, string | undefined>,
  ...objects: readonly Written[]
): Promise<{ cluster: MemoryCluster; clock: FakeClock; asked: string[] }> {
  const clock = new FakeClock();
  const asked: string[] = [];
  const ask = (address: string, port: number): Promise<string | undefined> => {
    asked.push(`${address}:${port}`);
    return answers.has(port) ? Promise.resolve(answers.get(port)) : new Promise(() => {});
  };
  const cluster = new MemoryCluster(["n1"], { healthChecks: { clock, ask }, ...(before && { before }) });
  await cluster.apply(...objects);
  await cluster.synced();
  return { cluster, clock, asked };
}

t.test("the first table has what works now: nothing is told before each health check was asked once", async (t) => {
  const answers = new Map([[30_001, undefined]]);
  const second = service("second", { ...LOCAL, healthCheckNodePort: 30_002 });
  const objects = [...GATED, service("web", LOCAL), slice("web", "n1"), second, slice("second", "n1")];
  const { cluster, clock, asked } = await gated(answers, ...objects);
  const speaker = cluster.speakers.get("n1");
  t.same(asked, ["10.0.0.11:30001", "10.0.0.11:30002"]);
  t.same(cluster.backends.get("n1")?.calls, []);
  t.equal(speaker?.ready, false);
  clock.advance(5_000);
  await settled();
  t.equal(speaker?.ready, true, "or five seconds have passed");
  t.same(cluster.table("n1", "tor"), ["192.0.2.1/32"]);
  const text = "default/second waits up to 30 s for its health check on port 30002 of this node: no answer yet";
  t.same(speaker?.announcement("default/second").reasons, [text]);
  t.match(cluster.announcements.get("n1 default/second"), { peers: [], reasons: [text] });
});

t.test(
  "after a restart the first table has what the last run announced, before its health check answers",
  async (t) => {
    const second = service("second", { ...LOCAL, healthCheckNodePort: 30_002 });
    const objects = [...GATED, service("web", LOCAL), slice("web", "n1"), second, slice("second", "n1")];
    const said = { node: "n1", reasons: [], untold: [] };
    const before = [
      { ...said, service: "default/web", peers: ["tor"] },
      { ...said, service: "default/second", peers: [] },
    ];
    const answers = new Map([
      [30_001, "connection refused"],
      [30_002, "connection refused"],
    ]);
    const { cluster } = await gatedAfter(before, answers, ...objects);
    await settled();
    t.same(
      cluster.backends
        .get("n1")
        ?.seen("tor")
        .map(({ type }) => type),
      ["announce", "end-of-rib"],
    );
    t.same(cluster.table("n1", "tor"), ["192.0.2.1/32"]);
  },
);

t.test(
  "a Service is announced when its health check says so, and withdrawn at once when its endpoints go",
  async (t) => {
    const answers = new Map<number, string | undefined>();
    const { cluster, clock } = await gated(answers, ...GATED);
    answers.set(30_001, "connection refused");
    await cluster.apply(service("web", LOCAL), slice("web", "n1"));
    t.same(cluster.table("n1", "tor"), []);
    answers.set(30_001, undefined);
    clock.advance(100);
    await settled();
    t.same(cluster.table("n1", "tor"), ["192.0.2.0/32"]);
    answers.set(30_001, "connection refused");
    await cluster.apply(slice("web", "n1", "n2"));
    t.same(cluster.table("n1", "tor"), ["192.0.2.0/32"], "a change of endpoints asks no more");
    await cluster.apply(slice("web", "n2"));
    t.same(cluster.table("n1", "tor"), []);
    await cluster.delete({ group: "", kind: "Service", namespace: "default", name: "web" });
    cluster.speakers.get("n1")?.stop();
    t.equal(clock.pending, 0);
  },
);

t.test("the bandwidth of a route follows the endpoints, without a withdrawal", async (t) => {
  const weighing = advertisement("all", { weightByEndpoints: "transitive" });
  const cluster = await node(...BASE.slice(0, -1), weighing, service("web", LOCAL), slice("web", "n1"));
  const bandwidth = (): number | undefined =>
    cluster.backends.get("n1")?.table("tor").get("192.0.2.0/32")?.linkBandwidth?.bytesPerSecond;
  t.equal(bandwidth(), 125_000);
  await cluster.apply({
    ...slice("web"),
    endpoints: ["10.1.0.1", "10.1.0.2", "10.1.0.3"].map((address) => ({ addresses: [address], nodeName: "n1" })),
  });
  t.equal(bandwidth(), 375_000);
  t.same(
    cluster.backends
      .get("n1")
      ?.seen("tor")
      .map(({ type }) => type),
    ["announce", "end-of-rib", "announce"],
  );
});
