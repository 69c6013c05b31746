import t from "tap";
import { Allocator } from "../../../src/allocate/index.ts";
import type { Pool } from "../../../src/model/config.ts";
import { ip } from "../../support/plan-values.ts";
import { brief, namespace, pool, pools, selector, service, texts } from "./fixtures.ts";

function allocatorWith(...list: readonly Pool[]): Allocator {
  const allocator = new Allocator();
  allocator.setPools(pools(...list), []);
  return allocator;
}

t.test("at the start everyone keeps what he has before anyone gets something new, in whatever order they come", (t) => {
  const services = [
    service("a"),
    service("b", { ips: "10.0.0.1" }),
    service("c", { ingress: "10.0.0.0" }),
    service("d", { ingress: "10.0.0.0" }),
    service("e", { ingress: "10.0.0.3" }),
    service("f", { type: "ClusterIP", ingress: "10.0.0.2" }),
    service("g", { type: "ClusterIP" }),
    service("h", { loadBalancerClass: "other", ingress: "10.0.0.2" }),
  ];
  for (const order of [services, services.toReversed()]) {
    const allocator = allocatorWith(pool("a", "10.0.0.0/30"));
    t.same(allocator.start(order).map(brief), [
      "default/f: none",
      "default/a: 10.0.0.2 (IPAllocated)",
      "default/b: 10.0.0.1 (IPAllocated)",
      "default/c: 10.0.0.0",
      "default/d: none (ClearAssignment, AllocationFailed)",
      "default/e: 10.0.0.3",
    ]);
  }
  t.end();
});

t.test("a released address goes to the Service that waits longest and can use it", (t) => {
  const allocator = allocatorWith(
    pool("a", "10.0.0.0/31"),
    pool("b", "10.0.1.0/32", { allocation: { namespaces: ["web"] } }),
  );
  for (const key of ["a", "b", "web/a", "c", "web/b", "d"]) allocator.upsert(service(key));
  t.same(allocator.waiting().map(brief), ["default/c: none", "web/b: none", "default/d: none"]);
  t.same(allocator.remove("web/a").map(brief), ["web/b: 10.0.1.0 (IPAllocated)"]);
  t.same(allocator.upsert(service("b", { type: "ClusterIP" })).map(brief), [
    "default/b: none",
    "default/c: 10.0.0.1 (IPAllocated)",
  ]);
  t.same(allocator.remove("default/c").map(brief), ["default/d: 10.0.0.1 (IPAllocated)"]);
  t.same(allocator.remove("default/c"), []);
  t.same(allocator.waiting(), []);
  t.end();
});

t.test("who asks for the address itself comes before those who take any", (t) => {
  const allocator = allocatorWith(pool("a", "10.0.0.0/31"));
  for (const key of ["a", "b", "c"]) allocator.upsert(service(key));
  allocator.upsert(service("d", { ips: "10.0.0.1" }));
  t.same(allocator.remove("default/b").map(brief), ["default/d: 10.0.0.1 (IPAllocated)"]);
  t.same(allocator.remove("default/a").map(brief), ["default/c: 10.0.0.0 (IPAllocated)"]);
  t.end();
});

t.test("a Service that moves at last leaves its old address to the next", (t) => {
  const allocator = allocatorWith(pool("a", "10.0.0.0/31"));
  for (const key of ["a", "b", "c"]) allocator.upsert(service(key));
  t.same(allocator.upsert(service("b", { ips: "10.0.0.0" })).map(brief), ["default/b: 10.0.0.1 (RequestNotMet)"]);
  t.same(allocator.remove("default/a").map(brief), [
    "default/b: 10.0.0.0 (IPAllocated)",
    "default/c: 10.0.0.1 (IPAllocated)",
  ]);
  t.end();
});

t.test("a request that is taken back leaves the address where it is", (t) => {
  const allocator = allocatorWith(pool("a", "10.0.0.0/31"));
  allocator.upsert(service("a", { ips: "10.0.0.1" }));
  t.same(allocator.upsert(service("a")).map(brief), ["default/a: 10.0.0.1"]);
  allocator.upsert(service("a", { ips: "10.9.9.9" }));
  t.same(allocator.upsert(service("a")), [
    { service: "default/a", addresses: [ip("10.0.0.1")], pool: "a", events: [] },
  ]);
  t.end();
});

t.test("our own decision counts, and not a status that someone else has written", (t) => {
  const allocator = allocatorWith(pool("a", "10.0.0.0/30"));
  allocator.upsert(service("a"));
  t.same(allocator.upsert(service("a", { ingress: "10.0.0.3" })).map(brief), ["default/a: 10.0.0.0"]);
  t.end();
});

t.test("where the status says what was decided, its list is kept; in another order it is not", (t) => {
  const allocator = new Allocator();
  allocator.setPools(pools(pool("a", "10.0.0.0/30 fd00::/126")), []);
  allocator.start([]);
  allocator.upsert(service("x", { stack: "require" }));
  const written = service("x", { stack: "require", ingress: "10.0.0.0 fd00::" });
  t.same(allocator.upsert(written)[0]?.events, []);
  t.equal(allocator.allocation("default/x")?.addresses, written.ingress);
  for (const ingress of ["fd00:: 10.0.0.0", "10.0.0.0", "10.0.0.0 fd00:: 10.0.0.1", "10.0.0.1 fd00::", ""]) {
    allocator.upsert(service("x", { stack: "require", ingress }));
    t.equal(texts(allocator.allocation("default/x")?.addresses ?? []), "10.0.0.0 fd00::", `status: ${ingress}`);
  }
  t.end();
});

t.test("only Services of the class are handled", (t) => {
  const allocator = new Allocator({ loadBalancerClass: "herald" });
  allocator.setPools(pools(pool("a", "10.0.0.0/30")), []);
  t.same(allocator.upsert(service("a")), []);
  t.same(allocator.upsert(service("a", { loadBalancerClass: "other" })), []);
  const mine = { loadBalancerClass: "herald" };
  t.same(allocator.upsert(service("a", mine)).map(brief), ["default/a: 10.0.0.0 (IPAllocated)"]);
  t.same(allocator.upsert(service("a", { loadBalancerClass: "other" })).map(brief), ["default/a: none"]);
  t.equal(allocator.allocation("default/a"), undefined);
  t.same(allocator.upsert(service("b", { type: "NodePort", allocatedFrom: "a" })).map(brief), ["default/b: none"]);
  t.end();
});

t.test("a Service that loses its cluster IP loses its address", (t) => {
  const allocator = allocatorWith(pool("a", "10.0.0.0/32"));
  allocator.upsert(service("a"));
  allocator.upsert(service("b"));
  t.same(allocator.upsert(service("a", { families: [] })).map(brief), [
    "default/a: none",
    "default/b: 10.0.0.0 (IPAllocated)",
  ]);
  t.end();
});

const KEPT: readonly (readonly [string, readonly Pool[], pool: string])[] = [
  ["grows", [pool("a", "10.0.0.0/24")], "a"],
  ["is written in another order", [pool("a", "10.0.0.2-10.0.0.3 10.0.0.0-10.0.0.1")], "a"],
  ["is renamed", [pool("b", "10.0.0.0/30")], "b"],
  ["is split", [pool("a", "10.0.0.2-10.0.0.3"), pool("b", "10.0.0.0-10.0.0.1")], "b"],
  ["gives none by itself any more", [pool("a", "10.0.0.0/30", { autoAssign: false })], "a"],
  ["shrinks elsewhere", [pool("a", "10.0.0.0-10.0.0.1")], "a"],
];
for (const [name, after, from] of KEPT) {
  t.test(`an address is kept when its pool ${name}`, (t) => {
    const allocator = allocatorWith(pool("a", "10.0.0.0/30"));
    allocator.upsert(service("x", { ips: "10.0.0.1" }));
    const changed = allocator.setPools(pools(...after), []);
    t.same(changed.map(brief), from === "a" ? [] : ["default/x: 10.0.0.1"]);
    t.equal(allocator.allocation("default/x")?.pool, from);
    t.end();
  });
}

const LOST: readonly (readonly [string, readonly Pool[], given: string])[] = [
  ["shrinks", [pool("a", "10.0.0.1-10.0.0.3")], "10.0.0.1 (ClearAssignment, IPAllocated)"],
  ["goes", [pool("b", "10.0.1.0/30")], "10.0.1.0 (ClearAssignment, IPAllocated)"],
  ["goes without another to follow", [pool("b", "fd00::/126")], "none (ClearAssignment, AllocationFailed)"],
  [
    "avoids addresses in .0",
    [pool("a", "10.0.0.0/30", { avoidBuggyIPs: true })],
    "10.0.0.1 (ClearAssignment, IPAllocated)",
  ],
  [
    "is for others now",
    [pool("a", "10.0.0.0/30", { allocation: { namespaces: ["web"] } }), pool("b", "10.0.1.0/30")],
    "10.0.1.0 (ClearAssignment, IPAllocated)",
  ],
];
for (const [name, after, given] of LOST) {
  t.test(`an address is replaced when its pool ${name}`, (t) => {
    const allocator = allocatorWith(pool("a", "10.0.0.0/30"));
    allocator.upsert(service("x"));
    t.same(allocator.setPools(pools(...after), []).map(brief), [`default/x: ${given}`]);
    t.same(allocator.setPools(pools(...after), []), [], "and the same pools again change nothing");
    t.end();
  });
}

t.test("a pool that grows serves those who wait, first come first", (t) => {
  const allocator = allocatorWith(pool("a", "10.0.0.0/32"));
  for (const key of ["a", "c", "b", "d"]) allocator.upsert(service(key));
  const changed = allocator.setPools(pools(pool("a", "10.0.0.0-10.0.0.2")), []);
  t.same(changed.map(brief), ["default/b: 10.0.0.2 (IPAllocated)", "default/c: 10.0.0.1 (IPAllocated)"]);
  t.end();
});

t.test("without any pools Services keep what they have and nobody gets more", (t) => {
  const allocator = new Allocator();
  const started = allocator.start([service("a", { ingress: "10.0.0.1", allocatedFrom: "a" }), service("b")]);
  t.same(started.map(brief), ["default/a: 10.0.0.1", "default/b: none (AllocationFailed)"]);
  t.same(
    started.map(({ pending }) => pending),
    ["keeps 10.0.0.1 of pool a: there are no address pools", "has no address: there are no address pools"],
  );
  t.equal(started[0]?.pool, "a");
  const given = allocator.setPools(pools(pool("a", "10.0.0.0/30")), []);
  t.same(given.map(brief), ["default/a: 10.0.0.1", "default/b: 10.0.0.0 (IPAllocated)"]);
  t.equal(given[0]?.pending, undefined);
  t.same(allocator.setPools(new Map(), []).map(brief), ["default/a: 10.0.0.1", "default/b: 10.0.0.0"]);
  t.same(allocator.usage(), []);
  t.same(allocator.upsert(service("a", { families: [] })).map(brief), ["default/a: none"]);
  t.same(allocator.remove("default/a"), []);
  t.same(allocator.setPools(pools(pool("a", "10.0.0.0/30")), []).map(brief), ["default/b: 10.0.0.0"]);
  t.end();
});

t.test("when pools come back, one who moves leaves his address to who waits for it", (t) => {
  const allocator = allocatorWith(pool("a", "10.0.0.0/29"));
  allocator.upsert(service("waits"));
  allocator.upsert(service("moves"));
  allocator.upsert(service("moves", { pool: "a" }));
  allocator.upsert(service("waits", { pool: "b" }));
  allocator.setPools(pools(), []);
  // The pool that one has and the other asks for is the same now, and has no other address.
  allocator.setPools(pools(pool("a", "10.0.0.0 10.0.0.6"), pool("b", "10.0.0.1")), []);
  t.same(allocator.allocation("default/waits")?.addresses, [ip("10.0.0.1")]);
  t.same(allocator.allocation("default/moves")?.addresses, [ip("10.0.0.6")]);
  t.end();
});

t.test("pools for some come first, by priority with 0 last, then general ones, each by name", (t) => {
  const allocator = allocatorWith(
    pool("a", "10.0.1.0/32"),
    pool("b", "10.0.2.0/32"),
    pool("z", "10.0.3.0/32", { allocation: { namespaces: ["default"] } }),
    pool("y", "10.0.4.0/32", { allocation: { priority: 7 } }),
    pool("x", "10.0.5.0/32", { allocation: { priority: 7 } }),
    pool("w", "10.0.6.0/32", { allocation: { priority: 2, serviceSelectors: [selector({}), selector({ app: "x" })] } }),
    pool("v", "10.0.7.0/32", { allocation: { priority: 1, serviceSelectors: [selector({ app: "x" })] } }),
  );
  const given = ["a", "b", "c", "d", "e", "f"].map((key) => allocator.upsert(service(key))[0]?.pool);
  t.same(given, ["w", "x", "y", "z", "a", "b"]);
  t.equal(allocator.upsert(service("g", { labels: { app: "x" } }))[0]?.pool, "v");
  t.same(
    allocator.usage().map(({ pool }) => pool),
    ["a", "b", "v", "w", "x", "y", "z"],
  );
  t.end();
});

t.test("namespaces of a pool are those named and those selected; a selector that matches none opens nothing", (t) => {
  const web = selector({ team: "web" });
  const pinned = [
    pool("a", "10.0.0.0/24", { allocation: { namespaceSelectors: [web] } }),
    pool("b", "10.0.1.0/24", { allocation: { namespaceSelectors: [web], serviceSelectors: [selector({ app: "x" })] } }),
  ];
  for (const one of pinned) {
    const allocator = allocatorWith(one);
    const labels = { app: "x" };
    const view = service("x/a", { labels, ips: one.name === "a" ? "10.0.0.9" : "10.0.1.9" });
    allocator.upsert(view);
    allocator.upsert(service("x/b", { labels }));
    t.same(allocator.waiting().map(brief), ["x/a: none", "x/b: none"]);
    t.same(allocator.setNamespace(namespace("x", { team: "db" })), []);
    t.same(allocator.setNamespace(namespace("x", { team: "db" })), []);
    const given = allocator.setNamespace(namespace("x", { team: "web" })).map(({ service, pool }) => [service, pool]);
    t.same(given, [
      ["x/a", one.name],
      ["x/b", one.name],
    ]);
    t.same(allocator.upsert(service("y/a", { labels }))[0]?.addresses, []);
    t.same(
      allocator.setPools(pools(one), [namespace("y", { team: "web" })]).map(({ service, pool }) => [service, pool]),
      [
        ["x/a", undefined],
        ["x/b", undefined],
        ["y/a", one.name],
      ],
    );
    t.equal(allocator.removeNamespace("y").length, 1);
    t.same(allocator.removeNamespace("y"), []);
  }
  const allocator = allocatorWith(
    pool("a", "10.0.0.0/24", { allocation: { namespaces: ["n"], namespaceSelectors: [web] } }),
  );
  allocator.setNamespace(namespace("w", { team: "web" }));
  for (const [key, pool] of [
    ["n/a", "a"],
    ["w/a", "a"],
    ["x/a", undefined],
  ] as const) {
    t.equal(allocator.upsert(service(key))[0]?.pool, pool);
  }
  t.end();
});

t.test("labels that no longer fit take a Service out of its pool", (t) => {
  const allocator = allocatorWith(
    pool("a", "10.0.0.0/32", { allocation: { serviceSelectors: [selector({ app: "x" })] } }),
  );
  allocator.upsert(service("a", { labels: { app: "x" } }));
  allocator.upsert(service("b", { labels: { app: "x" } }));
  t.same(allocator.upsert(service("a")).map(brief), [
    "default/a: none (ClearAssignment, AllocationFailed)",
    "default/b: 10.0.0.0 (IPAllocated)",
  ]);
  t.end();
});

t.test("a pool of any size costs the same", (t) => {
  const allocator = allocatorWith(pool("a", "10.0.0.0/12 fd00::/32", { avoidBuggyIPs: true }));
  t.same(allocator.upsert(service("a", { stack: "require" })).map(brief), ["default/a: 10.0.0.1 fd00:: (IPAllocated)"]);
  t.same(allocator.upsert(service("b", { ips: "10.15.255.254" })).map(brief), [
    "default/b: 10.15.255.254 (IPAllocated)",
  ]);
  t.same(allocator.usage(), [
    {
      pool: "a",
      assignedIPv4: 2n,
      assignedIPv6: 1n,
      availableIPv4: 4096n * 254n - 2n,
      availableIPv6: (1n << 96n) - 1n,
    },
  ]);
  t.end();
});
