/** Routes told to the same peers with the same attributes are one class, under a tag of its own. */
import * as fc from "fast-check";
import t from "tap";
import { net, peer } from "../../../support/plan-values.ts";
import { LAST_TAG, RouteClasses, isTold } from "../../../../src/backend/daemon/classes.ts";
import type { DesiredPeer, DesiredRoute } from "../../../../src/backend/backend.ts";

const PREFIXES = ["198.51.100.1/32", "198.51.100.2/32", "2001:db8:1::1/128"];

function route(prefix: string, tag: number): DesiredRoute {
  return { prefix: net(prefix), attributes: { communities: { standard: [tag], large: [] } } };
}

function of(classes: RouteClasses): unknown {
  const all = Array.from(classes.routes(), ([prefix, { of }]) => [
    prefix,
    [...of.members].map(([name]) => name),
    of.tag,
  ]);
  return all.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}

function tags(classes: RouteClasses): number[] {
  return Array.from(classes.used(), ({ tag }) => tag).sort((a, b) => a - b);
}

const aStep = fc.record({
  peer: fc.constantFrom("a", "b"),
  prefix: fc.constantFrom(...PREFIXES),
  tag: fc.option(fc.integer({ min: 1, max: 2 })),
});

t.test("updates come to what a replacement comes to, and tell what changed", (t) => {
  fc.assert(
    fc.property(fc.array(aStep, { maxLength: 12 }), (steps) => {
      const classes = new RouteClasses();
      const lists = new Map<string, Map<string, DesiredRoute>>([
        ["a", new Map()],
        ["b", new Map()],
      ]);
      for (const { peer: name, prefix, tag } of steps) {
        const before = classes.get(prefix)?.of;
        if (tag === null) lists.get(name)?.delete(prefix);
        else lists.get(name)?.set(prefix, route(prefix, tag));
        const set = tag === null ? [] : [route(prefix, tag)];
        const changed = classes.update([{ peer: name, set, withdraw: tag === null ? [net(prefix)] : [] }]);
        t.same([...changed], classes.get(prefix)?.of === before ? [] : [prefix]);
      }
      const whole = new RouteClasses();
      const peers = Array.from(lists, ([name, routes]): DesiredPeer => ({
        peer: peer(name),
        routes: [...routes.values()],
      }));
      whole.replace(peers);
      t.same(of(classes), of(whole), "with the same tags");
      t.same(tags(classes), tags(whole));
    }),
  );
  t.end();
});

t.test("the order of fields and of peers makes no other class", (t) => {
  const classes = new RouteClasses();
  const communities = { standard: [1], large: [] };
  const one = { prefix: net("198.51.100.1/32"), attributes: { communities, localPref: 7 } };
  const two = { prefix: net("198.51.100.2/32"), attributes: { localPref: 7, communities } };
  classes.replace([
    { peer: peer("b"), routes: [one, two] },
    { peer: peer("a"), routes: [two, one] },
  ]);
  t.equal(classes.get("198.51.100.1/32")?.of, classes.get("198.51.100.2/32")?.of);
  t.same([...(classes.get("198.51.100.1/32")?.of.members.keys() ?? [])], ["a", "b"]);
  t.end();
});

t.test("a class that comes back has its tag again, one that went is not used", (t) => {
  const classes = new RouteClasses();
  classes.replace([{ peer: peer("a"), routes: [route("198.51.100.1/32", 1)] }]);
  const { of: first } = classes.get("198.51.100.1/32") ?? {};
  classes.update([{ peer: "a", set: [route("198.51.100.1/32", 2)], withdraw: [] }]);
  t.notOk(classes.isUsed(first?.tag ?? 0));
  t.ok(isTold(first ?? { tag: 0, members: new Map() }, new Map([["a", peer("a")]])));
  t.notOk(isTold(first ?? { tag: 0, members: new Map() }, new Map()));
  classes.update([{ peer: "a", set: [route("198.51.100.1/32", 1)], withdraw: [] }]);
  t.equal(classes.get("198.51.100.1/32")?.of, first);
  t.end();
});

function nth(i: number): string {
  return `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}/32`;
}

/** A peer with `count` routes, each with a community of its own from `from` on. */
function many(from: number, count: number): DesiredPeer[] {
  return [{ peer: peer("a"), routes: Array.from({ length: count }, (_, i) => route(nth(i), from + i)) }];
}

t.test("there are as many classes as tags, and those that went make room", (t) => {
  const classes = new RouteClasses();
  classes.replace(many(0, LAST_TAG));
  t.equal(new Set(Array.from(classes.used(), ({ tag }) => tag)).size, LAST_TAG);
  classes.replace(many(LAST_TAG, 10));
  t.equal([...classes.used()].length, 10);
  t.throws(() => classes.replace(many(0, LAST_TAG + 1)), /more than 65534 different sets/);
  t.end();
});
