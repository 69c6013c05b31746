import t from "tap";
import { Allocator } from "../../../src/allocate/index.ts";
import type { Pool } from "../../../src/model/config.ts";
import { brief, pool, pools, service } from "./fixtures.ts";

function allocatorWith(...list: readonly Pool[]): Allocator {
  const allocator = new Allocator();
  allocator.setPools(pools(...list), []);
  return allocator;
}

const v4 = pool("four", "10.0.0.0/31");
const v6 = pool("six", "fd00::/127");
const both = pool("zboth", "10.0.1.0/31 fd00::10/127");

t.test("both addresses are of the first pool that has both", (t) => {
  for (const stack of ["require", "prefer", "prefer6"] as const) {
    const allocator = allocatorWith(v4, v6, both);
    t.same(allocator.upsert(service("a", { stack })).map(brief), ["default/a: 10.0.1.0 fd00::10 (IPAllocated)"]);
    t.equal(allocator.allocation("default/a")?.pool, "zboth");
  }
  t.end();
});

t.test("what requires two families is never split over two pools", (t) => {
  const allocator = allocatorWith(v4, v6);
  const [own] = allocator.upsert(service("a", { stack: "require" }));
  t.equal(own && brief(own), "default/a: none (AllocationFailed)");
  t.equal(
    own?.pending,
    "has no address: it asks for an IPv4 and an IPv6 address: pool four has no IPv6 addresses, pool six has no IPv4 addresses",
  );
  t.end();
});

t.test("what prefers two families takes one of the primary family, or else of the other", (t) => {
  const cases = [
    [
      "prefer",
      [v4, v6],
      "10.0.0.0",
      "keeps 10.0.0.0 of pool four: it asks for an IPv6 address beside it: pool four has no IPv6 addresses",
    ],
    ["prefer6", [v4, v6], "fd00::"],
    ["prefer", [v6], "fd00::"],
    ["prefer6", [v4], "10.0.0.0"],
  ] as const;
  for (const [stack, list, given, pending] of cases) {
    const allocator = allocatorWith(...list);
    const [own] = allocator.upsert(service("a", { stack }));
    t.equal(own && brief(own), `default/a: ${given} (IPAllocated, AdditionalAssignFailed)`);
    if (pending !== undefined) t.equal(own?.pending, pending);
    t.equal(allocator.upsert(service("a", { stack }))[0]?.events.length, 0);
  }
  t.end();
});

t.test("what prefers two families and gets none says so of both", (t) => {
  const allocator = allocatorWith(pool("a", "10.0.0.0/32 fd00::/128"));
  allocator.upsert(service("b", { stack: "require" }));
  const [own] = allocator.upsert(service("a", { stack: "prefer" }));
  t.equal(
    own?.pending,
    "has no address: it asks for an IPv4 or an IPv6 address: pool a has no free IPv4 address and no free IPv6 address",
  );
  t.same(allocator.remove("default/b").map(brief), ["default/a: 10.0.0.0 fd00:: (IPAllocated)"]);
  t.end();
});

t.test("the second family is added when its pool has one again", (t) => {
  const allocator = allocatorWith(pool("a", "10.0.0.0/31 fd00::/128"));
  allocator.upsert(service("six", { stack: "6" }));
  t.same(allocator.upsert(service("a", { stack: "prefer" })).map(brief), [
    "default/a: 10.0.0.0 (IPAllocated, AdditionalAssignFailed)",
  ]);
  t.same(allocator.remove("default/six").map(brief), ["default/a: 10.0.0.0 fd00:: (IPAllocated)"]);
  t.same(allocator.waiting(), []);
  t.end();
});

t.test("a pool of both families that appears later draws nobody away", (t) => {
  const allocator = allocatorWith(v4);
  allocator.upsert(service("a", { stack: "prefer" }));
  t.same(allocator.setPools(pools(v4, both), []), []);
  t.equal(allocator.allocation("default/a")?.pool, "four");
  const wider = pool("four", "10.0.0.0/31 fd00::/127");
  t.same(allocator.setPools(pools(wider, both), []).map(brief), ["default/a: 10.0.0.0 fd00:: (IPAllocated)"]);
  t.end();
});

t.test("a Service that becomes dual-stack keeps its address where its pool has the other family", (t) => {
  const allocator = allocatorWith(pool("a", "10.0.0.0/31 fd00::/127"));
  allocator.upsert(service("a"));
  t.same(allocator.upsert(service("a", { stack: "require" })).map(brief), ["default/a: 10.0.0.0 fd00:: (IPAllocated)"]);
  t.same(allocator.upsert(service("a")).map(brief), ["default/a: 10.0.0.0 (ClearAssignment)"], "and back");
  t.same(allocator.upsert(service("a", { stack: "6" })).map(brief), [
    "default/a: fd00:: (ClearAssignment, IPAllocated)",
  ]);
  t.end();
});

t.test("a Service that comes to require two families moves to a pool of both, and not before there is one", (t) => {
  const allocator = allocatorWith(v4);
  allocator.upsert(service("a"));
  const [own] = allocator.upsert(service("a", { stack: "require" }));
  t.equal(own && brief(own), "default/a: 10.0.0.0 (RequestNotMet)");
  t.same(allocator.setPools(pools(v4, both), []).map(brief), ["default/a: 10.0.1.0 fd00::10 (IPAllocated)"]);
  t.equal(allocator.usage()[0]?.assignedIPv4, 0n);
  t.end();
});

t.test("where a pool loses one family, the address of the other is kept", (t) => {
  for (const [stack, event] of [
    ["prefer", "AdditionalAssignFailed"],
    ["require", "RequestNotMet"],
  ] as const) {
    const allocator = allocatorWith(pool("a", "10.0.0.0/31 fd00::/127"));
    allocator.upsert(service("a", { stack }));
    t.same(allocator.setPools(pools(pool("a", "10.0.0.0/31")), []).map(brief), [
      `default/a: 10.0.0.0 (ClearAssignment, ${event})`,
    ]);
  }
  t.end();
});

t.test("a pair is completed when either side comes free, with and without a sharing key", (t) => {
  for (const key of [{}, { share: "k" }]) {
    for (const order of [
      ["four", "six"],
      ["six", "four"],
    ]) {
      const allocator = allocatorWith(pool("a", "10.0.0.0/32 fd00::/128"));
      allocator.upsert(service("four"));
      allocator.upsert(service("six", { stack: "6" }));
      allocator.upsert(service("a", { stack: "require", ...key }));
      allocator.upsert(service("b", { stack: "require", ...key, ports: "81" }));
      const tried = allocator.remove(`default/${order[0]}`).map(brief);
      t.same(tried, "share" in key ? ["default/a: none", "default/b: none"] : [], "no news, at most a shorter reason");
      const helped = allocator.remove(`default/${order[1]}`).map(brief);
      const expected = ["default/a: 10.0.0.0 fd00:: (IPAllocated)", "default/b: 10.0.0.0 fd00:: (IPAllocated)"];
      t.same(helped, "share" in key ? expected : expected.slice(0, 1));
    }
  }
  t.end();
});

t.test("those who wait for a pair and those who wait for one address stand in one line", (t) => {
  const pair = ["pair", { stack: "require" }] as const;
  const one = ["one", {}] as const;
  for (const order of [
    [pair, one],
    [one, pair],
  ]) {
    const allocator = allocatorWith(pool("a", "10.0.0.0/32 fd00::/127"));
    allocator.upsert(service("x"));
    for (const [key, options] of order) allocator.upsert(service(key, options));
    t.same(
      allocator.remove("default/x").map(({ service }) => service),
      [`default/${order[0]?.[0]}`],
    );
  }
  t.end();
});

t.test("who has one address of a required pair waits for the other only", (t) => {
  const allocator = allocatorWith(pool("a", "10.0.0.0/32 fd00::/128"));
  allocator.upsert(service("six", { stack: "6" }));
  allocator.upsert(service("a"));
  t.same(allocator.upsert(service("a", { stack: "require" })).map(brief), ["default/a: 10.0.0.0 (RequestNotMet)"]);
  t.same(allocator.remove("default/six").map(brief), ["default/a: 10.0.0.0 fd00:: (IPAllocated)"]);
  t.end();
});
