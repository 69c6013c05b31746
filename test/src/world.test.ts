import t from "tap";
import { formatProblem } from "../../src/model/problem.ts";
import type { ObjectRef } from "../../src/model/object.ts";
import type { EndpointSliceView } from "../../src/model/service.ts";
import { World } from "../../src/world.ts";
import type { Change } from "../../src/world.ts";
import { peer, pool, raw } from "../support/objects.ts";
import type { Written } from "../support/objects.ts";

function upsert(world: World, written: Written): readonly Change[] {
  return world.apply({ type: "upsert", object: raw(written) });
}

function remove(world: World, kind: string, name: string, namespace = "default", group = ""): readonly Change[] {
  const ref: ObjectRef = { group, kind, namespace, name };
  return world.apply({ type: "delete", ref });
}

function slice(name: string, service: string): Written {
  const labels = { "kubernetes.io/service-name": service };
  const metadata = { name, namespace: "default", labels };
  return { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", metadata, addressType: "IPv4", endpoints: [] };
}

function keys(slices: readonly EndpointSliceView[]): string[] {
  return slices.map(({ key }) => key).sort();
}

const SERVICE: Written = {
  kind: "Service",
  metadata: { name: "web" },
  spec: { type: "LoadBalancer", ports: [{ port: 80 }] },
};

t.test("each kind of object changes what it is about, and no more", (t) => {
  const world = new World();
  t.same(upsert(world, SERVICE), [
    { type: "namespace", name: "default" },
    { type: "service", key: "default/web" },
  ]);
  t.same(upsert(world, SERVICE), [{ type: "service", key: "default/web" }]);
  t.same(upsert(world, slice("web-1", "web")), [{ type: "endpoints", service: "default/web" }]);
  t.same(upsert(world, { kind: "Node", metadata: { name: "n1" } }), [{ type: "node", name: "n1" }]);
  t.same(upsert(world, { kind: "Namespace", metadata: { name: "shop" } }), [{ type: "namespace", name: "shop" }]);
  t.same(upsert(world, pool("a", ["192.0.2.0/24"])), [{ type: "config" }]);
  t.same(upsert(world, { kind: "ServiceBGPStatus", metadata: { name: "x" } }), []);
  t.same(world.apply({ type: "synced" }), [{ type: "synced" }]);
  t.equal(world.size, 6);
  t.end();
});

t.test("what is deleted is forgotten", (t) => {
  const world = new World();
  for (const written of [
    SERVICE,
    slice("web-1", "web"),
    { kind: "Node", metadata: { name: "n1" } },
    pool("a", ["192.0.2.0/24"]),
  ]) {
    upsert(world, written);
  }
  t.same(remove(world, "Service", "web"), [{ type: "service", key: "default/web" }]);
  t.same(remove(world, "Service", "web"), [], "once");
  t.same(remove(world, "EndpointSlice", "web-1", "default", "discovery.k8s.io"), [
    { type: "endpoints", service: "default/web" },
  ]);
  t.notOk(world.hasSlices);
  t.same(remove(world, "Node", "n1", ""), [{ type: "node", name: "n1" }]);
  t.same(remove(world, "Node", "n1", ""), []);
  t.same(remove(world, "IPAddressPool", "a", "metallb-system", "metallb.io"), [{ type: "config" }]);
  t.same(remove(world, "IPAddressPool", "a", "metallb-system", "metallb.io"), []);
  t.equal(world.config.pools.size, 0);
  t.end();
});

t.test("objects of which nothing is kept count too, each once", (t) => {
  const world = new World();
  const orphan = { ...slice("x", "web"), metadata: { name: "x", namespace: "default" } };
  const sizeAfter = (written: Written): number => {
    upsert(world, written);
    upsert(world, written);
    return world.size;
  };
  t.equal(sizeAfter(SERVICE), 1, "its namespace is no object");
  t.equal(sizeAfter({ kind: "Namespace", metadata: { name: "default" } }), 2);
  t.equal(sizeAfter({ kind: "ServiceBGPStatus", metadata: { name: "s" } }), 3);
  t.equal(sizeAfter(orphan), 4, "a slice of no Service");
  t.equal(sizeAfter(slice("x", "web")), 4, "the same slice of one");
  t.equal(sizeAfter(orphan), 4);
  t.equal(world.hasSlices, false);
  remove(world, "EndpointSlice", "x", "default", "discovery.k8s.io");
  remove(world, "Namespace", "default", "");
  remove(world, "ServiceBGPStatus", "s", "metallb-system", "metallb.io");
  remove(world, "Service", "web");
  t.equal(world.size, 0);
  t.end();
});

t.test("a list of slices that was given out does not change", (t) => {
  const world = new World();
  upsert(world, slice("x", "web"));
  upsert(world, slice("y", "web"));
  const given = world.slicesOf("default/web");
  upsert(world, slice("z", "web"));
  upsert(world, slice("y", "web"));
  t.same(keys(world.slicesOf("default/web")), ["default/x", "default/y", "default/z"]);
  remove(world, "EndpointSlice", "x", "default", "discovery.k8s.io");
  t.same(keys(world.slicesOf("default/web")), ["default/y", "default/z"]);
  t.same(keys(given), ["default/x", "default/y"]);
  t.same(world.slicesOf("default/none"), []);
  t.end();
});

t.test("a slice that goes to another Service changes both", (t) => {
  const world = new World();
  upsert(world, slice("x", "web"));
  t.same(upsert(world, slice("x", "api")), [
    { type: "endpoints", service: "default/web" },
    { type: "endpoints", service: "default/api" },
  ]);
  t.equal(world.slicesOf("default/web").length, 0);
  t.equal(world.slicesOf("default/api").length, 1);
  t.end();
});

t.test("the last good version of an object stays while it is broken, and the problem says so", (t) => {
  const world = new World();
  const good: readonly Written[] = [
    SERVICE,
    slice("web-1", "web"),
    { kind: "Node", metadata: { name: "n1", labels: { a: "b" } } },
    { kind: "Namespace", metadata: { name: "shop", labels: { a: "b" } } },
    peer("tor"),
  ];
  for (const written of good) upsert(world, written);
  const broken: readonly Written[] = [
    { ...SERVICE, spec: { type: "LoadBalancer", ports: 80 } },
    { ...slice("web-1", "web"), endpoints: "none" },
    { kind: "Node", metadata: { name: "n1", labels: "none" } },
    { kind: "Namespace", metadata: { name: "shop", labels: "none" } },
    peer("tor", { peerASN: "x" }),
  ];
  for (const written of broken) t.same(upsert(world, written), [{ type: "problems" }], written.kind);
  t.equal(world.services.get("default/web")?.ports[0]?.port, 80);
  t.equal(world.nodes.get("n1")?.labels["a"], "b");
  t.equal(world.namespaces.get("shop")?.labels["a"], "b");
  t.equal(world.config.peers.get("tor")?.peerAsn, 64501);
  t.equal(world.problems.length, 5);
  for (const problem of world.problems) t.match(formatProblem(problem), /the last good version stays in force/);
  t.same(upsert(world, peer("tor")), [{ type: "config" }, { type: "problems" }], "mended");
  t.equal(world.problems.length, 4);
  t.end();
});

t.test(
  "an edit that breaks a part of an object takes nothing from it, where a new object has what is good of it",
  (t) => {
    const world = new World();
    upsert(world, pool("a", ["192.0.2.0/24"]));
    upsert(world, pool("a", ["192.0.2.0/33", "198.51.100.0/24"]));
    upsert(world, pool("b", ["203.0.113.0/33", "203.0.113.0/29"]));
    t.equal(world.config.pools.get("a")?.ranges[0]?.first, 0xc0000200n);
    t.equal(world.config.pools.get("a")?.ranges.length, 1);
    t.equal(world.config.pools.get("b")?.ranges.length, 1);
    upsert(world, pool("b", ["203.0.113.0/33", "203.0.113.0/29", "203.0.113.16/29"]));
    t.equal(world.config.pools.get("b")?.ranges.length, 2, "what never was without an error follows its edits");
    t.end();
  },
);

t.test("a broken object that never was good just is not there", (t) => {
  const world = new World();
  for (const kind of ["Service", "Node", "Namespace"]) upsert(world, { kind, metadata: { name: "x", labels: 1 } });
  upsert(world, { ...slice("x", "web"), endpoints: 1 });
  upsert(world, pool("a", [1]));
  t.equal(world.size, 0);
  t.equal(world.problems.length, 5);
  for (const problem of world.problems) t.notMatch(formatProblem(problem), /last good/);
  t.end();
});

t.test("a repeated problem is no change", (t) => {
  const world = new World();
  t.same(upsert(world, pool("a", ["x"])), [{ type: "problems" }]);
  t.same(upsert(world, pool("a", ["x"])), []);
  t.same(upsert(world, pool("a", ["y"])), [{ type: "problems" }], "another one is");
  t.end();
});

t.test("what the source could not read stands until it is mended", (t) => {
  const world = new World();
  const origin = { file: "a.yaml", line: 3 };
  t.same(world.apply({ type: "problem", id: "a.yaml", text: "a tab", origin }), [{ type: "problems" }]);
  t.same(world.sourceProblems, [{ text: "a tab", ...origin }]);
  t.same(world.apply({ type: "resolved", id: "a.yaml" }), [{ type: "problems" }]);
  t.same(world.sourceProblems, []);
  t.end();
});

t.test("a namespace without an object has the label that every namespace has", (t) => {
  const world = new World();
  upsert(world, SERVICE);
  t.same(world.namespaces.get("default")?.labels, { "kubernetes.io/metadata.name": "default" });
  upsert(world, { kind: "Namespace", metadata: { name: "default", labels: { team: "a" } } });
  t.same(world.namespaces.get("default")?.labels, { team: "a", "kubernetes.io/metadata.name": "default" });
  remove(world, "Namespace", "default", "");
  t.same(world.namespaces.get("default")?.labels, { "kubernetes.io/metadata.name": "default" });
  t.end();
});

t.test("a role that may see no Secret misses none, and knows what else is wrong with a peer", (t) => {
  const spec = { myASN: 64_500, peerASN: 64_501, peerAddress: "192.0.2.1", passwordSecret: { name: "tor" } };
  const tor = { apiVersion: "metallb.io/v1beta2", kind: "BGPPeer", metadata: { name: "tor" }, spec };
  const [seeing, blind] = [new World(), new World({ secrets: "unseen" })];
  for (const world of [seeing, blind]) upsert(world, tor);
  t.match(seeing.problems.map(formatProblem), [/there is no Secret/]);
  t.same(blind.problems, []);
  t.equal(blind.config.peers.get("tor")?.password, undefined);
  upsert(blind, { ...tor, spec: { ...spec, password: "x" } });
  t.match(blind.problems.map(formatProblem), [/is given beside password/]);
  t.end();
});
