import t from "tap";
import { Allocator } from "../../../src/allocate/index.ts";
import { brief, namespace, pool, pools, selector, service } from "./fixtures.ts";
import type { PoolOptions, ServiceOptions } from "./fixtures.ts";

const NAMESPACES = [namespace("default"), namespace("web", { team: "web" })];

type PoolCase = readonly [name: string, ranges: string, options?: PoolOptions];

interface Case {
  readonly name: string;
  readonly pools?: readonly PoolCase[];
  /** Services that are there already. */
  readonly others?: readonly (readonly [key: string, options: ServiceOptions])[];
  readonly key?: string;
  readonly service: ServiceOptions;
  readonly is: string;
  readonly pending?: string;
}

const onWeb = { allocation: { namespaces: ["web"] } };

const CASES: readonly Case[] = [
  { name: "any address", service: {}, is: "default/a: 10.0.0.0 (IPAllocated)" },
  {
    name: "the first that is free",
    others: [["b", {}]],
    service: {},
    is: "default/a: 10.0.0.1 (IPAllocated)",
  },
  { name: "an explicit address", service: { ips: "10.0.0.3" }, is: "default/a: 10.0.0.3 (IPAllocated)" },
  {
    name: "an address in no pool",
    service: { ips: "10.0.1.3" },
    is: "default/a: none (AllocationFailed)",
    pending: "has no address: it asks for 10.0.1.3: 10.0.1.3 is in no pool",
  },
  {
    name: "an address that another has",
    others: [["b", {}]],
    service: { ips: "10.0.0.0" },
    is: "default/a: none (AllocationFailed)",
    pending: "has no address: it asks for 10.0.0.0: 10.0.0.0 is used by default/b, and this Service has no sharing key",
  },
  {
    name: "an explicit address of a pool with autoAssign false",
    pools: [["a", "10.0.0.0/30", { autoAssign: false }]],
    service: { ips: "10.0.0.2" },
    is: "default/a: 10.0.0.2 (IPAllocated)",
  },
  {
    name: "an address that ends in .0, which is avoided",
    pools: [["a", "10.0.0.0/30", { avoidBuggyIPs: true }]],
    service: { ips: "10.0.0.0" },
    is: "default/a: none (AllocationFailed)",
    pending: "has no address: it asks for 10.0.0.0: 10.0.0.0 is in no pool",
  },
  {
    name: "an explicit address and its pool",
    service: { ips: "10.0.0.2", pool: "a" },
    is: "default/a: 10.0.0.2 (IPAllocated)",
  },
  {
    name: "an explicit address and another pool",
    pools: [
      ["a", "10.0.0.0/30"],
      ["b", "10.0.1.0/30"],
    ],
    service: { ips: "10.0.0.2", pool: "b" },
    is: "default/a: none (AllocationFailed)",
    pending: "has no address: it asks for 10.0.0.2 from pool b: 10.0.0.2 is of pool a",
  },
  {
    name: "an explicit address of the wrong family",
    service: { ips: "10.0.0.2", stack: "6" },
    is: "default/a: none (AllocationFailed)",
    pending: "has no address: it asks for 10.0.0.2: the Service has no IPv4 cluster IP",
  },
  {
    name: "two addresses of one family",
    service: { ips: "10.0.0.2 10.0.0.3", stack: "require" },
    is: "default/a: none (AllocationFailed)",
    pending: "has no address: it asks for 10.0.0.2 and 10.0.0.3: they are of one family",
  },
  {
    name: "one address for a Service that requires two",
    service: { ips: "10.0.0.2", stack: "require" },
    is: "default/a: none (AllocationFailed)",
    pending: "has no address: it asks for 10.0.0.2: the Service requires one of each family",
  },
  {
    name: "one address for a Service that would take two",
    pools: [["a", "10.0.0.0/30 fd00::/126"]],
    service: { ips: "10.0.0.2", stack: "prefer" },
    is: "default/a: 10.0.0.2 (IPAllocated)",
  },
  {
    name: "two addresses of one pool",
    pools: [["a", "10.0.0.0/30 fd00::/126"]],
    service: { ips: "fd00::2 10.0.0.1", stack: "require" },
    is: "default/a: 10.0.0.1 fd00::2 (IPAllocated)",
  },
  {
    name: "two addresses of different pools",
    pools: [
      ["a", "10.0.0.0/30"],
      ["b", "10.0.1.0/30 fd00::/126"],
    ],
    service: { ips: "10.0.0.1 fd00::2", stack: "require" },
    is: "default/a: none (AllocationFailed)",
  },
  {
    name: "a pool",
    pools: [
      ["a", "10.0.0.0/30"],
      ["b", "10.0.1.0/30", { autoAssign: false }],
    ],
    service: { pool: "b" },
    is: "default/a: 10.0.1.0 (IPAllocated)",
  },
  {
    name: "a pool that is not there",
    service: { pool: "x" },
    is: "default/a: none (AllocationFailed)",
    pending: "has no address: it asks for an IPv4 address from pool x: there is no pool x",
  },
  {
    name: "a pool that is exhausted, beside one that is not",
    pools: [
      ["a", "10.0.0.0/30"],
      ["b", "10.0.1.0/32"],
    ],
    others: [["b", { pool: "b" }]],
    service: { pool: "b" },
    is: "default/a: none (AllocationFailed)",
    pending: "has no address: it asks for an IPv4 address from pool b: pool b has no free IPv4 address",
  },
  {
    name: "a pool without the family",
    service: { pool: "a", stack: "6" },
    is: "default/a: none (AllocationFailed)",
    pending: "has no address: it asks for an IPv6 address from pool a: pool a has no IPv6 addresses",
  },
  {
    name: "a pool for another namespace",
    pools: [["a", "10.0.0.0/30", onWeb]],
    service: { pool: "a" },
    is: "default/a: none (AllocationFailed)",
    pending: "has no address: it asks for an IPv4 address from pool a: pool a is not for namespace default",
  },
  {
    name: "an address of a pool for another namespace",
    pools: [["a", "10.0.0.0/30", onWeb]],
    service: { ips: "10.0.0.1" },
    is: "default/a: none (AllocationFailed)",
    pending: "has no address: it asks for 10.0.0.1: 10.0.0.1 is of pool a, which is not for namespace default",
  },
  {
    name: "anything, where nothing fits",
    pools: [
      ["a", "10.0.0.0/32"],
      ["b", "10.0.1.0/30", { autoAssign: false }],
      ["c", "10.0.2.0/30", onWeb],
      ["d", "10.0.3.0/30", { allocation: { serviceSelectors: [selector({ app: "x" })] } }],
      ["e", "fd00::/126"],
    ],
    others: [["b", { ips: "10.0.0.0" }]],
    service: {},
    is: "default/a: none (AllocationFailed)",
    pending:
      "has no address: it asks for an IPv4 address: pool c is not for namespace default, pool d is for Services with " +
      "other labels, pool a has no free IPv4 address, pool b is only for those who ask for it (autoAssign is false), " +
      "pool e has no IPv4 addresses",
  },
  {
    name: "anything with a sharing key, where nothing fits",
    pools: [["a", "10.0.0.0/32"]],
    others: [["b", { share: "k" }]],
    service: { share: "k" },
    is: "default/a: none (AllocationFailed)",
    pending: "has no address: it asks for an IPv4 address: pool a has no IPv4 address free or to share",
  },
  {
    name: "what cannot be read",
    service: { invalid: "the address 10.0.0 is not one" },
    is: "default/a: none (LoadBalancerFailed)",
    pending: "has no address: the address 10.0.0 is not one",
  },
  {
    name: "no cluster IP",
    service: { families: [] },
    is: "default/a: none",
    pending: "has no address: the Service has no cluster IP",
  },
  {
    name: "two families with cluster IPs of one",
    service: { ipFamilyPolicy: "RequireDualStack" },
    is: "default/a: none (not enough clusterips)",
    pending: "has no address: the Service requires dual-stack, but has cluster IPs of IPv4 only",
  },
  { name: "to go", service: { deleting: true }, is: "default/a: none", pending: "has no address: it is being deleted" },
  // What it says it has.
  { name: "to keep its address", service: { ingress: "10.0.0.2" }, is: "default/a: 10.0.0.2" },
  { name: "to keep it while it goes", service: { ingress: "10.0.0.2", deleting: true }, is: "default/a: 10.0.0.2" },
  {
    name: "an address instead of the one it has",
    service: { ingress: "10.0.0.2", ips: "10.0.0.1" },
    is: "default/a: 10.0.0.1 (IPAllocated)",
  },
  {
    name: "an address instead of the one it has, which cannot be had",
    others: [["b", {}]],
    service: { ingress: "10.0.0.2", ips: "10.0.0.0" },
    is: "default/a: 10.0.0.2 (RequestNotMet)",
    pending:
      "keeps 10.0.0.2 of pool a: it asks for 10.0.0.0: 10.0.0.0 is used by default/b, and this Service has no sharing key",
  },
  {
    name: "a pool instead of the one it has",
    pools: [
      ["a", "10.0.0.0/30"],
      ["b", "10.0.1.0/30"],
    ],
    service: { ingress: "10.0.0.2", pool: "b" },
    is: "default/a: 10.0.1.0 (IPAllocated)",
  },
  {
    name: "a pool instead of the one it has, which is not there",
    service: { ingress: "10.0.0.2", pool: "b" },
    is: "default/a: 10.0.0.2 (RequestNotMet)",
    pending: "keeps 10.0.0.2 of pool a: it asks for an IPv4 address from pool b: there is no pool b",
  },
  {
    name: "what cannot be read, and has an address",
    service: { ingress: "10.0.0.2", invalid: "both say it" },
    is: "default/a: 10.0.0.2 (LoadBalancerFailed)",
    pending: "keeps 10.0.0.2 of pool a: both say it",
  },
  {
    name: "to keep a foreign address",
    service: { ingress: "192.168.0.1" },
    is: "default/a: 10.0.0.0 (ClearAssignment, IPAllocated)",
  },
  {
    name: "to keep the address of another",
    others: [["b", {}]],
    service: { ingress: "10.0.0.0" },
    is: "default/a: 10.0.0.1 (ClearAssignment, IPAllocated)",
  },
  {
    name: "to keep an address of a pool that is not for it",
    pools: [
      ["a", "10.0.0.0/30", onWeb],
      ["b", "10.0.1.0/30"],
    ],
    service: { ingress: "10.0.0.2" },
    is: "default/a: 10.0.1.0 (ClearAssignment, IPAllocated)",
  },
  {
    name: "to keep an address of the wrong family",
    pools: [["a", "10.0.0.0/30 fd00::/126"]],
    service: { ingress: "fd00::1" },
    is: "default/a: 10.0.0.0 (ClearAssignment, IPAllocated)",
  },
  {
    name: "to keep two of one family",
    service: { ingress: "10.0.0.2 10.0.0.1" },
    is: "default/a: 10.0.0.1 (ClearAssignment)",
  },
  {
    name: "to keep addresses of two pools",
    pools: [
      ["a", "10.0.0.0/30"],
      ["b", "10.0.1.0/30 fd00::/126"],
    ],
    service: { ingress: "10.0.0.2 fd00::1", stack: "require6" },
    is: "default/a: 10.0.1.0 fd00::1 (ClearAssignment, IPAllocated)",
  },
  {
    name: "to keep an address of a pool that no longer gives any by itself",
    pools: [["a", "10.0.0.0/30", { autoAssign: false }]],
    service: { ingress: "10.0.0.2" },
    is: "default/a: 10.0.0.2",
  },
];

const ONE_POOL: readonly PoolCase[] = [["a", "10.0.0.0/30"]];

for (const { name, pools: list = ONE_POOL, others = [], key = "a", is, pending, ...rest } of CASES) {
  t.test(`a Service asks for: ${name}`, (t) => {
    const allocator = new Allocator();
    allocator.setPools(pools(...list.map(([name, ranges, options]) => pool(name, ranges, options))), NAMESPACES);
    for (const [key, options] of others) allocator.upsert(service(key, options));
    const view = service(key, rest.service);
    const [own, ...more] = allocator.upsert(view);
    t.equal(own && brief(own), is);
    if (pending !== undefined || is.includes("Failed")) {
      if (pending !== undefined) t.equal(own?.pending, pending);
      t.same(own, { ...allocator.waiting()[0], events: own?.events }, "and it waits");
    }
    t.same(more, []);
    t.same(allocator.upsert(view), [{ ...own, events: [] }], "and nothing is new the second time");
    t.same(allocator.allocation(view.key), { ...own, events: [] });
    t.end();
  });
}

t.test("events say what happened in a sentence", (t) => {
  const allocator = new Allocator();
  allocator.setPools(pools(pool("a", "10.0.0.0/30")), []);
  const [own] = allocator.upsert(service("a", { ingress: "192.168.0.1" }));
  t.same(own?.events, [
    { type: "Normal", reason: "ClearAssignment", message: "released: 192.168.0.1 is in no pool" },
    { type: "Normal", reason: "IPAllocated", message: "assigned 10.0.0.0 from pool a" },
  ]);
  const [failed] = allocator.upsert(service("b", { ips: "10.0.0.0" }));
  t.same(failed?.events, [{ type: "Warning", reason: "AllocationFailed", message: failed?.pending }]);
  t.end();
});

t.test("a thousand repetitions of a failure are told once, and once more when the cause changes", (t) => {
  const allocator = new Allocator();
  allocator.setPools(pools(pool("a", "10.0.0.0/32")), []);
  allocator.upsert(service("b"));
  let events = 0;
  for (let times = 0; times < 1000; times++) events += allocator.upsert(service("a"))[0]?.events.length ?? 0;
  t.equal(events, 1);
  t.equal(allocator.upsert(service("a", { pool: "x" }))[0]?.events.length, 1);
  t.equal(allocator.upsert(service("a", { pool: "x" }))[0]?.events.length, 0);
  t.end();
});

t.test("a sentence names eight pools and counts the others", (t) => {
  const allocator = new Allocator();
  const list = Array.from({ length: 10 }, (_, index) => pool(`p${index}`, `10.0.${index}.0/24`, { autoAssign: false }));
  allocator.setPools(pools(...list.slice(0, 9)), []);
  t.match(allocator.upsert(service("a"))[0]?.pending, /pool p7 is .*, and 1 more pool does not fit$/);
  allocator.setPools(pools(...list), []);
  t.match(allocator.allocation("default/a")?.pending, /pool p7 is .*, and 2 more pools do not fit$/);
  t.end();
});
