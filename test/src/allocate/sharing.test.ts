import t from "tap";
import { Allocator } from "../../../src/allocate/index.ts";
import { PortLists } from "../../../src/allocate/sharing.ts";
import type { PoolUsage } from "../../../src/model/allocation.ts";
import { brief, pool, pools, service } from "./fixtures.ts";
import type { ServiceOptions } from "./fixtures.ts";

function allocatorWith(ranges: string): Allocator {
  const allocator = new Allocator();
  allocator.setPools(pools(pool("a", ranges)), []);
  return allocator;
}

const local = { externalTrafficPolicy: "Local", selector: "app=x" } as const;
const otherLocal = { externalTrafficPolicy: "Local", selector: "app=y" } as const;

const PAIRS: readonly (readonly [string, first: ServiceOptions, second: ServiceOptions, objection?: string])[] = [
  ["the same key and other ports", { share: "k" }, { share: "k", ports: "443" }],
  ["the same port with another protocol", { share: "k", ports: "53" }, { share: "k", ports: "53/UDP" }],
  ["Local with the same pods", { share: "k", ...local }, { share: "k", ports: "443", ...local }],
  ["no key", {}, { ports: "443" }, "is used by default/b, and this Service has no sharing key"],
  ["a key on the second only", {}, { share: "k", ports: "443" }, "is used by default/b, which has no sharing key"],
  [
    "a key on the first only",
    { share: "k" },
    { ports: "443" },
    "is used by default/b, and this Service has no sharing key",
  ],
  [
    "different keys",
    { share: "k" },
    { share: "l", ports: "443" },
    "is used by default/b, which has a different sharing key",
  ],
  [
    "a port in common",
    { share: "k", ports: "53/UDP" },
    { share: "k", ports: "443 53/UDP" },
    "has port 53/UDP in use by default/b",
  ],
  [
    "Cluster and Local",
    { share: "k" },
    { share: "k", ports: "443", ...local },
    "is used by default/b, which has a different externalTrafficPolicy",
  ],
  [
    "Local with other pods",
    { share: "k", ...local },
    { share: "k", ports: "443", ...otherLocal },
    "is used by default/b, which has externalTrafficPolicy Local with other pods",
  ],
];

for (const ranges of ["10.0.0.0/30", "fd00::/126"]) {
  const stack = ranges.startsWith("fd") ? "6" : "4";
  const first = stack === "4" ? "10.0.0.0" : "fd00::";
  const second = stack === "4" ? "10.0.0.1" : "fd00::1";
  for (const [name, one, two, objection] of PAIRS) {
    t.test(`two IPv${stack} Services with ${name} ${objection === undefined ? "share" : "do not share"}`, (t) => {
      const allocator = allocatorWith(ranges);
      allocator.upsert(service("b", { stack, ...one }));
      const given = objection === undefined ? first : second;
      t.same(allocator.upsert(service("a", { stack, ...two })).map(brief), [`default/a: ${given} (IPAllocated)`]);
      const ports = objection === undefined ? "99" : (two.ports ?? "80");
      const [asked] = allocator.upsert(service("c", { stack, ...two, ips: first, ports }));
      if (objection === undefined) t.equal(asked && brief(asked), `default/c: ${first} (IPAllocated)`);
      else t.ok(asked?.pending?.endsWith(objection), `says that it ${objection}`);
      t.end();
    });
  }
}

t.test("Services of different namespaces share, unless that is switched off", (t) => {
  for (const [shareAcrossNamespaces, given] of [
    [true, "10.0.0.0"],
    [false, "10.0.0.1"],
  ] as const) {
    const allocator = new Allocator({ shareAcrossNamespaces });
    allocator.setPools(pools(pool("a", "10.0.0.0/30")), []);
    allocator.upsert(service("x/a", { share: "k" }));
    t.same(allocator.upsert(service("y/a", { share: "k", ports: "443" })).map(brief), [`y/a: ${given} (IPAllocated)`]);
    t.same(allocator.upsert(service("x/b", { share: "k", ports: "53" })).map(brief), ["x/b: 10.0.0.0 (IPAllocated)"]);
  }
  t.end();
});

t.test("the lowest address that is free or to share is given", (t) => {
  const allocator = allocatorWith("10.0.0.0/29");
  for (const key of ["a", "b", "c"]) allocator.upsert(service(key, { share: "k" }));
  allocator.remove("default/a");
  t.same(allocator.upsert(service("d", { share: "k", ports: "53" })).map(brief), ["default/d: 10.0.0.0 (IPAllocated)"]);
  t.same(allocator.upsert(service("e", { share: "k", ports: "80 53" })).map(brief), [
    "default/e: 10.0.0.3 (IPAllocated)",
  ]);
  t.same(allocator.upsert(service("f", { share: "k", ports: "53" })).map(brief), ["default/f: 10.0.0.1 (IPAllocated)"]);
  t.end();
});

t.test("the only user of an address changes key, policy and ports and keeps it", (t) => {
  const allocator = allocatorWith("10.0.0.0/30");
  allocator.upsert(service("a", { share: "k" }));
  for (const change of [{ share: "l" }, { share: "l", ...local }, { ports: "1 2" }, {}]) {
    t.same(allocator.upsert(service("a", change)).map(brief), ["default/a: 10.0.0.0"]);
  }
  t.end();
});

t.test("one of two who share changes its ports and keeps the address, unless they are in use", (t) => {
  const allocator = allocatorWith("10.0.0.0/30");
  allocator.upsert(service("a", { share: "k" }));
  allocator.upsert(service("b", { share: "k", ports: "443" }));
  t.same(allocator.upsert(service("b", { share: "k", ports: "444" })).map(brief), ["default/b: 10.0.0.0"]);
  t.same(allocator.upsert(service("a", { share: "k", ports: "80 443" })).map(brief), ["default/a: 10.0.0.0"]);
  const moved = allocator.upsert(service("b", { share: "k", ports: "443" }));
  t.same(moved.map(brief), ["default/b: 10.0.0.1 (ClearAssignment, IPAllocated)"]);
  t.end();
});

t.test("one of two who share changes key or policy and gets another address", (t) => {
  for (const change of [{ share: "l" }, { share: "k", ...local }, {}]) {
    const allocator = allocatorWith("10.0.0.0/30");
    allocator.upsert(service("a", { share: "k" }));
    allocator.upsert(service("b", { share: "k", ports: "443" }));
    const moved = allocator.upsert(service("b", { ports: "443", ...change }));
    t.same(moved.map(brief), ["default/b: 10.0.0.1 (ClearAssignment, IPAllocated)"]);
  }
  t.end();
});

t.test("a Service that waits joins when the port, the key or the policy in its way goes", (t) => {
  const waiting = service("b", { share: "k", ports: "80" });
  const obstacles: readonly ServiceOptions[] = [
    { share: "k" },
    { share: "l" },
    { share: "k", ports: "443", ...local },
    {},
  ];
  for (const obstacle of obstacles) {
    const allocator = allocatorWith("10.0.0.0/32");
    allocator.upsert(service("a", obstacle));
    t.same(allocator.upsert(waiting).map(brief), ["default/b: none (AllocationFailed)"]);
    const both = allocator.upsert(service("a", { share: "k", ports: "443" }));
    t.same(both.map(brief), ["default/a: 10.0.0.0", "default/b: 10.0.0.0 (IPAllocated)"]);
    t.same(allocator.waiting(), []);
  }
  t.end();
});

function usage(assigned: bigint): PoolUsage {
  return {
    pool: "a",
    assignedIPv4: assigned,
    assignedIPv6: assigned,
    availableIPv4: 2n - assigned,
    availableIPv6: 2n - assigned,
  };
}

t.test("a shared address counts once, and is free when the last has gone", (t) => {
  const allocator = allocatorWith("10.0.0.0/31 fd00::/127");
  for (const [key, ports] of [
    ["a", "1"],
    ["b", "2"],
    ["c", "3"],
  ] as const) {
    allocator.upsert(service(key, { share: "k", ports, stack: "prefer" }));
  }
  t.same(allocator.usage(), [usage(1n)]);
  allocator.remove("default/a");
  allocator.remove("default/c");
  t.same(allocator.usage(), [usage(1n)]);
  allocator.remove("default/b");
  t.same(allocator.usage(), [usage(0n)]);
  t.end();
});

t.test("equal lists of ports are one, however many others there have been", (t) => {
  const lists = new PortLists();
  const web = lists.of([
    { protocol: "TCP", port: 80 },
    { protocol: "TCP", port: 443 },
    { protocol: "TCP", port: 80 },
  ]);
  t.same(web, ["TCP/80", "TCP/443"]);
  const dns = lists.of([{ protocol: "UDP", port: 53 }]);
  t.equal(lists.of([{ protocol: "UDP", port: 53 }]), dns);
  for (let port = 1; port <= 1_000; port++) {
    t.same(lists.of([{ protocol: "SCTP", port }]), [`SCTP/${port}`]);
  }
  t.same(lists.of([{ protocol: "UDP", port: 53 }]), ["UDP/53"]);
  t.same(dns, ["UDP/53"]);
  t.end();
});
