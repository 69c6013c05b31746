import t from "tap";
import { BgpAnnouncer } from "../../../src/announce/bgp.ts";
import type { NodeInfo } from "../../../src/announce/bgp.ts";
import { FakeBackend } from "../../../src/backend/fake/index.ts";
import type { FakeCall } from "../../../src/backend/fake/index.ts";
import { formatPrefix } from "../../../src/model/address.ts";
import type { RouteAttributes, ServicePlan } from "../../../src/model/announcement.ts";
import { ip, net, peer } from "../../support/plan-values.ts";

const NODE: NodeInfo = { routerId: 1, nodeAddresses: [ip("192.0.2.1")], nodeName: "n1" };

function attributes(communities: readonly number[], localPref?: number): RouteAttributes {
  return { communities: { standard: communities, large: [] }, ...(localPref !== undefined && { localPref }) };
}

/** A plan with routes written "peer prefix". */
function plan(service: string, routes: readonly string[], carried: RouteAttributes = attributes([])): ServicePlan {
  const announcements = routes.map((text) => {
    const [peer = "", prefix = ""] = text.split(" ");
    return { service, peer, prefix: net(prefix), attributes: carried, advertisements: ["all"] };
  });
  return { service, announcements, reasons: [] };
}

/** Calls as text: "apply a: p, q" and "update a: +p -q". */
function told(calls: readonly FakeCall[]): string[] {
  return calls.map((call) =>
    call.type === "apply"
      ? `apply ${call.desired.peers.map(({ peer, routes }) => `${peer.name}: ${routes.map(({ prefix }) => formatPrefix(prefix)).join(", ")}`).join("; ")}`
      : `update ${call.changes.map(({ peer, set, withdraw }) => `${peer}: ${[...set.map(({ prefix }) => `+${formatPrefix(prefix)}`), ...withdraw.map((prefix) => `-${formatPrefix(prefix)}`)].join(" ")}`).join("; ")}`,
  );
}

function started(peers: readonly string[] = ["a"]): {
  backend: FakeBackend;
  announcer: BgpAnnouncer;
  readonly news: () => string[];
} {
  const backend = new FakeBackend();
  const announcer = new BgpAnnouncer(backend);
  announcer.configure(
    peers.map((name) => peer(name, { peerAsn: "internal" })),
    NODE,
  );
  announcer.start();
  let read = backend.calls.length;
  const news = (): string[] => {
    const calls = told(backend.calls.slice(read));
    read = backend.calls.length;
    return calls;
  };
  return { backend, announcer, news };
}

t.test("nothing is told before the start, then all of it at once", (t) => {
  const backend = new FakeBackend();
  const announcer = new BgpAnnouncer(backend);
  announcer.setService(plan("default/x", ["a 10.0.0.1/32"]));
  announcer.configure([peer("a"), peer("b")], NODE);
  announcer.setService(plan("default/y", ["a 10.0.0.2/32", "b 10.0.0.2/32"]));
  announcer.setService(plan("default/z", ["a 10.0.0.3/32"]));
  announcer.removeService("default/z");
  t.same(backend.calls, []);
  announcer.start();
  t.same(told(backend.calls), ["apply a: 10.0.0.1/32, 10.0.0.2/32; b: 10.0.0.2/32"]);
  t.same(
    backend.seen("a").map(({ type }) => type),
    ["announce", "announce", "end-of-rib"],
    "no End-of-RIB before the routes",
  );
  t.end();
});

t.test("nothing is told before the configuration, either", (t) => {
  const backend = new FakeBackend();
  const announcer = new BgpAnnouncer(backend);
  announcer.start();
  announcer.setService(plan("default/x", ["a 10.0.0.1/32"]));
  t.same(backend.calls, []);
  announcer.configure([peer("a")], NODE);
  t.same(told(backend.calls), ["apply a: 10.0.0.1/32"]);
  t.end();
});

t.test("a Service's change is one update of what differs", (t) => {
  const { announcer, news } = started(["a", "b"]);
  announcer.setService(plan("default/x", ["a 10.0.0.1/32", "b 10.0.0.1/32", "a 10.0.0.9/32"]));
  t.same(news(), ["update a: +10.0.0.1/32 +10.0.0.9/32; b: +10.0.0.1/32"]);
  announcer.setService(plan("default/x", ["a 10.0.0.1/32", "b 10.0.0.2/32", "a 10.0.0.9/32"]));
  t.same(news(), ["update b: +10.0.0.2/32 -10.0.0.1/32"]);
  announcer.setService(plan("default/x", ["a 10.0.0.1/32", "b 10.0.0.2/32", "a 10.0.0.9/32"]));
  t.same(news(), [], "the same plan again tells nothing");
  announcer.setService(plan("default/x", []));
  t.same(news(), ["update a: -10.0.0.1/32 -10.0.0.9/32; b: -10.0.0.2/32"]);
  announcer.removeService("default/x");
  t.same(news(), []);
  t.end();
});

t.test("a change of attributes sets the route again and withdraws nothing", (t) => {
  const { backend, announcer, news } = started();
  announcer.setService(plan("default/x", ["a 10.0.0.1/32"], attributes([1])));
  announcer.setService(plan("default/x", ["a 10.0.0.1/32"], attributes([2], 50)));
  t.same(news(), ["update a: +10.0.0.1/32", "update a: +10.0.0.1/32"]);
  t.same(backend.table("a").get("10.0.0.1/32"), attributes([2], 50));
  t.end();
});

t.test("a route stands as long as one Service asks for it", (t) => {
  const { announcer, news } = started();
  announcer.setService(plan("default/x", ["a 10.0.0.0/24"]));
  announcer.setService(plan("default/y", ["a 10.0.0.0/24"]));
  t.same(news(), ["update a: +10.0.0.0/24"]);
  announcer.removeService("default/x");
  t.same(news(), []);
  announcer.removeService("default/y");
  t.same(news(), ["update a: -10.0.0.0/24"]);
  t.end();
});

t.test("Services that share a route unite their communities, in whichever order they came", (t) => {
  const union = attributes([1, 2, 3], 200);
  for (const order of [
    ["x", "y"],
    ["y", "x"],
  ]) {
    const { backend, announcer } = started();
    const of: Record<string, RouteAttributes> = { x: attributes([3, 1], 200), y: attributes([2, 3], 100) };
    for (const name of order) announcer.setService(plan(name, ["a 10.0.0.1/32"], of[name]));
    t.same(backend.table("a").get("10.0.0.1/32"), union);
    announcer.removeService("x");
    t.same(backend.table("a").get("10.0.0.1/32"), attributes([2, 3], 100));
  }
  t.end();
});

t.test("a batch is one call, and what cancels out is not told", (t) => {
  const { announcer, news } = started();
  announcer.setService(plan("default/x", ["a 10.0.0.1/32"]));
  news();
  announcer.batch(() => {
    announcer.removeService("default/x");
    announcer.batch(() => announcer.setService(plan("default/y", ["a 10.0.0.2/32"])));
    announcer.setService(plan("default/x", ["a 10.0.0.1/32"]));
    announcer.setService(plan("default/z", ["a 10.0.0.3/32"]));
    announcer.removeService("default/z");
    t.same(news(), []);
  });
  t.same(news(), ["update a: +10.0.0.2/32"]);
  announcer.batch(() => announcer.setService(plan("default/y", ["a 10.0.0.2/32"])));
  t.same(news(), []);
  t.end();
});

t.test("a batch that throws has told what was changed until then", (t) => {
  const { announcer, news } = started();
  t.throws(() =>
    announcer.batch(() => {
      announcer.setService(plan("default/x", ["a 10.0.0.1/32"]));
      throw new Error("on the way");
    }),
  );
  t.same(news(), ["update a: +10.0.0.1/32"]);
  t.end();
});

t.test("a new configuration and its plans are one apply", (t) => {
  const { backend, announcer, news } = started(["a", "b"]);
  announcer.setService(plan("default/x", ["a 10.0.0.1/32", "b 10.0.0.1/32"]));
  news();
  announcer.batch(() => {
    announcer.configure([peer("b"), peer("c")], NODE);
    announcer.setService(plan("default/x", ["b 10.0.0.2/32", "c 10.0.0.2/32"]));
  });
  t.same(news(), ["apply b: 10.0.0.2/32; c: 10.0.0.2/32"]);
  t.same([...backend.table("a").keys()], []);
  announcer.setService(plan("default/y", ["c 10.0.0.3/32"]));
  t.same(news(), ["update c: +10.0.0.3/32"]);
  t.end();
});

t.test("routes to a peer that is not configured wait for it", (t) => {
  const { announcer, news } = started();
  announcer.setService(plan("default/x", ["late 10.0.0.1/32"]));
  announcer.setService(plan("default/y", ["late 10.0.0.2/32"]));
  announcer.removeService("default/y");
  t.same(news(), []);
  t.same(announcer.routes(), []);
  announcer.configure([peer("a"), peer("late")], NODE);
  t.same(news(), ["apply a: ; late: 10.0.0.1/32"]);
  announcer.configure([peer("a")], NODE);
  announcer.configure([peer("a"), peer("late")], NODE);
  t.same(news(), ["apply a: ", "apply a: ; late: 10.0.0.1/32"]);
  t.end();
});

t.test("equal attributes are one object, over updates and applies", (t) => {
  const { backend, announcer } = started(["a", "b"]);
  const seen = (): Set<RouteAttributes> =>
    new Set(
      backend.calls.flatMap((call) =>
        (call.type === "apply" ? call.desired.peers.map(({ routes }) => routes) : call.changes.map(({ set }) => set))
          .flat()
          .map((route) => route.attributes),
      ),
    );
  announcer.setService(plan("default/x", ["a 10.0.0.1/32", "b 10.0.0.1/32"], attributes([2, 1])));
  announcer.setService(plan("default/y", ["a 10.0.0.2/32"], attributes([1, 2])));
  announcer.configure([peer("b"), peer("a")], NODE);
  announcer.setService(plan("default/z", ["a 10.0.0.3/32"], attributes([1, 2, 1])));
  announcer.setService(plan("default/x", ["a 10.0.0.1/32", "a 10.0.0.4/32"], attributes([1, 2])));
  t.equal(seen().size, 1);
  announcer.setService(plan("default/z", ["a 10.0.0.3/32"], attributes([1, 2], 7)));
  t.equal(seen().size, 2);
  const again = plan("default/z", ["a 10.0.0.3/32"], attributes([9]));
  announcer.setService(again);
  announcer.removeService("default/z");
  announcer.configure([peer("a")], NODE);
  announcer.setService(again);
  announcer.setService(plan("default/y", ["a 10.0.0.2/32"], attributes([9])));
  const [first, second] = backend.calls.slice(-2).flatMap((call) => (call.type === "update" ? call.changes : []));
  t.same(first?.set[0]?.attributes, attributes([9]));
  t.equal(first?.set[0]?.attributes, second?.set[0]?.attributes, "also where it had been forgotten in between");
  t.end();
});

t.test("equal attributes are one object also on a shared route whose peer came later", (t) => {
  const { backend, announcer } = started();
  for (const name of ["x", "y"]) announcer.setService(plan(name, ["late 10.0.0.0/24"], attributes([1])));
  announcer.configure([peer("a")], NODE);
  announcer.setService(plan("z", ["a 10.0.0.5/32"], attributes([1])));
  announcer.configure([peer("a"), peer("late")], NODE);
  const call = backend.calls.at(-1);
  const carried = call?.type === "apply" ? call.desired.peers.flatMap(({ routes }) => routes) : [];
  t.equal(carried.length, 2);
  t.equal(carried[0]?.attributes, carried[1]?.attributes);
  t.end();
});

t.test("routes that are equal once they are the last resort carry one object, also the second time", (t) => {
  const { backend, announcer } = started();
  announcer.setService(plan("x", ["a 10.0.0.1/32"], attributes([1])));
  announcer.setPresence("lowered");
  announcer.setPresence("serving");
  announcer.configure([peer("a")], NODE);
  announcer.setService(plan("y", ["a 10.0.0.2/32"], attributes([1], 50)));
  announcer.setPresence("lowered");
  const call = backend.calls.at(-1);
  const carried = call?.type === "update" ? call.changes.flatMap(({ set }) => set) : [];
  t.equal(carried.length, 2);
  t.equal(carried[0]?.attributes, carried[1]?.attributes);
  t.end();
});

t.test("it knows which Services have anything to announce", (t) => {
  const { announcer } = started();
  announcer.setService(plan("default/x", ["a 10.0.0.1/32"]));
  announcer.setService(plan("default/y", []));
  t.ok(announcer.announces("default/x"));
  t.notOk(announcer.announces("default/y"));
  announcer.setPresence("withdrawn");
  t.ok(announcer.announces("default/x"), "what is asked for is not forgotten");
  announcer.removeService("default/x");
  t.notOk(announcer.announces("default/x"));
  t.end();
});

t.test("routes are listed with their Services, for status", (t) => {
  const { announcer } = started(["b", "a"]);
  announcer.setService(plan("default/y", ["a 10.0.0.1/32", "b 10.0.0.1/32"], attributes([2])));
  announcer.setService(plan("default/x", ["a 10.0.0.1/32"], attributes([1])));
  t.same(announcer.routes(), [
    { peer: "b", prefix: net("10.0.0.1/32"), attributes: attributes([2]), services: ["default/y"] },
    { peer: "a", prefix: net("10.0.0.1/32"), attributes: attributes([1, 2]), services: ["default/x", "default/y"] },
  ]);
  t.end();
});

t.test("after a backend that threw, the whole is stated again", (t) => {
  const { backend, announcer, news } = started();
  const update = backend.update.bind(backend);
  backend.update = () => {
    throw new Error("out of order");
  };
  t.throws(() => announcer.setService(plan("default/x", ["a 10.0.0.1/32"])), /out of order/);
  backend.update = update;
  announcer.setService(plan("default/y", ["a 10.0.0.2/32"]));
  t.same(news(), ["apply a: 10.0.0.1/32, 10.0.0.2/32"]);
  t.end();
});

function weighed(bytesPerSecond: number): RouteAttributes {
  return { ...attributes([]), linkBandwidth: { bytesPerSecond, transitivity: "transitive" } };
}

/** What a route carries that Services of these attributes ask for, in this order. */
function shared(...all: readonly RouteAttributes[]): RouteAttributes | undefined {
  const { announcer } = started();
  all.forEach((one, index) => announcer.setService(plan(`default/s${index}`, ["a 10.0.0.0/24"], one)));
  return announcer.routes()[0]?.attributes;
}

t.test("Services that share a route make it the best of what each asks for, in whatever order", (t) => {
  const rich: RouteAttributes = {
    ...weighed(1),
    communities: { standard: [1], large: [], extended: [7n] },
    localPref: 50,
    med: 5,
    asPathPrepend: 3,
    origin: "incomplete",
    nextHop: ip("192.0.2.9"),
  };
  const other: RouteAttributes = {
    ...weighed(2),
    communities: { standard: [], large: [], extended: [8n, 7n] },
    localPref: 60,
    med: 4,
    asPathPrepend: 1,
    origin: "egp",
    nextHop: ip("192.0.2.8"),
  };
  const best = { ...other, communities: { standard: [1], large: [], extended: [7n, 8n] } };
  t.same(shared(rich, other), best);
  t.same(shared(other, rich), best);
  const { communities, localPref, nextHop, linkBandwidth } = rich;
  t.same(
    shared(rich, attributes([])),
    { communities, localPref, nextHop, linkBandwidth },
    "to ask for no MED, no longer path and no other ORIGIN is to ask for the best",
  );
  t.end();
});

t.test("another weight is told as a change, without a withdrawal", (t) => {
  const { announcer, news } = started();
  announcer.setService(plan("default/x", ["a 10.0.0.1/32"], weighed(1)));
  t.same(news(), ["update a: +10.0.0.1/32"]);
  announcer.setService(plan("default/x", ["a 10.0.0.1/32"], weighed(2)));
  t.same(news(), ["update a: +10.0.0.1/32"]);
  announcer.setService(plan("default/x", ["a 10.0.0.1/32"], weighed(2)));
  t.same(news(), []);
  t.end();
});
