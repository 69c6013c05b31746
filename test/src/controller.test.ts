import t from "tap";
import { formatProblem } from "../../src/model/problem.ts";
import { MemoryCluster } from "../support/memory-cluster.ts";
import { pool } from "../support/objects.ts";
import type { Written } from "../support/objects.ts";

const POOL = pool("pool", ["192.0.2.0/30"]);

function service(name: string, spec: object = {}, metadata: object = {}): Written {
  return {
    kind: "Service",
    metadata: { name, ...metadata },
    spec: { type: "LoadBalancer", ports: [{ port: 80 }], ...spec },
  };
}

/** A cluster without nodes: the controller alone. */
async function controller(...objects: readonly Written[]): Promise<MemoryCluster> {
  const cluster = new MemoryCluster([]);
  await cluster.apply(...objects);
  await cluster.synced();
  return cluster;
}

t.test("nothing is handed out before everything was read", async (t) => {
  const cluster = new MemoryCluster([]);
  await cluster.apply(POOL, service("web"));
  t.same(cluster.writes, []);
  t.notOk(cluster.controller.ready);
  await cluster.synced();
  t.same(cluster.writes, ["default/web: 192.0.2.0"]);
  t.ok(cluster.controller.ready);
});

t.test("an address that a Service already has is kept, whoever comes first by name", async (t) => {
  const status = { loadBalancer: { ingress: [{ ip: "192.0.2.0" }] } };
  const cluster = await controller(POOL, service("a"), { ...service("z"), status });
  t.same(cluster.world.services.get("default/z")?.ingress, [{ family: 4, value: 0xc0000200n }]);
  t.same(cluster.statuses.get("default/a"), ["192.0.2.1"]);
});

t.test("a thousand identical events write the status once and tell one event", async (t) => {
  const cluster = await controller(POOL);
  for (let i = 0; i < 1000; i++) await cluster.apply(service("web"));
  t.same(cluster.writes, ["default/web: 192.0.2.0"]);
  t.same(
    cluster.events.filter(({ ref }) => ref.kind === "Service").map(({ reason }) => reason),
    ["IPAllocated"],
  );
});

t.test("a Service that is told of again without its status keeps its address", async (t) => {
  const cluster = await controller(POOL, service("web"), service("other"));
  await cluster.apply(service("web", { externalTrafficPolicy: "Local" }));
  t.same(cluster.statuses.get("default/web"), ["192.0.2.1"]);
});

t.test("the deprecated prefix is told once, and again when it comes back", async (t) => {
  const old = { annotations: { "metallb.universe.tf/address-pool": "pool" } };
  const cluster = await controller(POOL, service("web", {}, old));
  await cluster.apply(service("web", { externalTrafficPolicy: "Local" }, old));
  const told = (): string[] =>
    cluster.events.filter(({ reason }) => reason === "deprecatedAnnotation").map(({ message }) => message);
  t.equal(told().length, 1);
  t.match(told()[0], /metallb\.universe\.tf\/address-pool.*write metallb\.io\//);
  await cluster.apply(service("web"));
  await cluster.apply(service("web", {}, old));
  t.equal(told().length, 2);
});

t.test("a deleted Service frees its address for the one that waits for it", async (t) => {
  const cluster = await controller(pool("pool", ["192.0.2.0/32"]), service("first"), service("second"));
  t.same(cluster.statuses.get("default/second"), []);
  await cluster.delete({ group: "", kind: "Service", namespace: "default", name: "first" });
  t.same(cluster.statuses.get("default/second"), ["192.0.2.0"]);
  t.notOk(cluster.statuses.has("default/first"), "what was kept about it is forgotten");
});

t.test("a Service that stops being a load balancer loses its status", async (t) => {
  const cluster = await controller(POOL, service("web"));
  await cluster.apply(service("web", { type: "ClusterIP" }));
  t.same(cluster.statuses.get("default/web"), []);
});

t.test("a pool that comes later serves those who wait, with the reason in the log until then", async (t) => {
  const cluster = await controller(service("web"));
  const waits = cluster.records.filter(({ msg }) => msg === "service waits");
  t.equal(waits.length, 1);
  t.match(waits[0]?.["reason"], /no address/);
  await cluster.apply(POOL);
  t.same(cluster.statuses.get("default/web"), ["192.0.2.0"]);
});

t.test("only Services of its own class are served", async (t) => {
  const cluster = new MemoryCluster([], { loadBalancerClass: "herald" });
  await cluster.apply(POOL, service("ours", { loadBalancerClass: "herald" }), service("classless"));
  await cluster.synced();
  t.same([...cluster.statuses.keys()], ["default/ours"]);
});

t.test("a problem of an object is told as an event of it, once", async (t) => {
  const cluster = await controller(pool("bad", ["192.0.2.0/33"]), POOL, service("web"));
  const told = (): string[] =>
    cluster.events.filter(({ reason }) => reason === "ConfigurationError").map(({ message }) => message);
  t.equal(told().length, 1);
  t.match(told()[0], /^IPAddressPool metallb-system\/bad: spec\.addresses\[0\]: /);
  t.same(cluster.world.problems.filter(({ severity }) => severity === "error").map(formatProblem), told());
  await cluster.apply(service("other"), pool("bad", ["192.0.2.0/33"], {}, { labels: { more: "yes" } }));
  t.equal(told().length, 1, "the same again is no news");
});

t.test(
  "of two Services with one address that they do not share the first by name keeps it, and the other is told",
  async (t) => {
    const status = { loadBalancer: { ingress: [{ ip: "192.0.2.2" }] } };
    for (const order of [
      ["a", "b"],
      ["b", "a"],
    ]) {
      const cluster = await controller(POOL, ...order.map((name) => ({ ...service(name), status })));
      t.same(cluster.world.services.get("default/a")?.ingress, [{ family: 4, value: 0xc0000202n }]);
      t.same(cluster.statuses.get("default/b"), ["192.0.2.0"]);
      t.same(
        cluster.events.filter(({ reason }) => reason === "ClearAssignment").map(({ ref }) => ref.name),
        ["b"],
      );
    }
  },
);
