/** What every backend does, whatever it is made of: `complies(name, setUp)` runs it. */
import * as fc from "fast-check";
import t, { type Test } from "tap";
import { net } from "../../support/plan-values.ts";
import { V4, V6, changes, collect, downs, established, route, seenRoute, toolsFor, withdrawals } from "./stand.ts";
import type { Stand, Lists, RemoteName, SeenRoute, Tools } from "./stand.ts";
import type { BackendEvent, DesiredRoute } from "../../../src/backend/backend.ts";

export type { Stand, Remote, SeenChange, SeenRoute } from "./stand.ts";

/** Runs the suite; `setUp` makes a fresh backend and fresh routers. */
export function complies(name: string, setUp: () => Promise<Stand>): void {
  const check = (behaviour: string, body: (t: Test, stand: Stand, tools: Tools) => Promise<void>): void => {
    t.test(`${name}: ${behaviour}`, async (t) => {
      const stand = await setUp();
      try {
        await body(t, stand, toolsFor(stand));
      } finally {
        await stand.close();
      }
    });
  };

  check("each peer gets its own routes", async (t, stand, { apply, holds }) => {
    const outer = [route(V4, [1, 2], { large: [[64500, 1, 2]] }), route(V6, [7])];
    apply({ outer, inner: [route("198.51.100.0/24", [], { localPref: 200 }), route(V4)] });
    await holds("outer", {
      [V4]: seenRoute([1, 2], { large: [[64500, 1, 2]] }),
      [V6]: seenRoute([7]),
    });
    await holds("inner", {
      "198.51.100.0/24": seenRoute([], { localPref: 200 }),
      [V4]: seenRoute([], { localPref: 100 }),
    });
    t.equal(stand.backend.status().peers.length, 2);
  });

  check("localPref stays within the AS", async (_, __, { apply, holds }) => {
    apply({ outer: [route(V4, [], { localPref: 7 })] });
    await holds("outer", { [V4]: seenRoute([]) });
  });

  check("the least localPref is told as it is", async (_, __, { apply, holds }) => {
    apply({ outer: [route(V4)], inner: [route(V4, [], { localPref: 0 }), route(V6, [], { localPref: 1 })] });
    await holds("inner", { [V4]: seenRoute([], { localPref: 0 }), [V6]: seenRoute([], { localPref: 1 }) });
    await holds("outer", { [V4]: seenRoute([]) });
  });

  check("the first End-of-RIB of a family comes after all its routes", async (t, stand, { holds, synced }) => {
    const prefixes = Array.from({ length: 50 }, (_, i) => `198.51.100.${i}/32`);
    const peer = stand.peer("outer", { gracefulRestart: stand.shyEndOfRib === true });
    const routes = [...prefixes.map((prefix) => route(prefix)), route(V6)];
    stand.backend.apply({ ...stand.node, peers: [{ peer, routes }] });
    await synced("outer");
    const { seen } = stand.remote("outer");
    // GoBGP tells its families in any order.
    const end = (family: 1 | 2): number =>
      seen.findIndex((one) => one.type === "end-of-rib" && (one.afi ?? family) === family);
    await stand.until(
      () => end(1) !== -1 && end(2) !== -1,
      () => "an End-of-RIB of each family",
    );
    await holds("outer", Object.fromEntries([...prefixes, V6].map((prefix) => [prefix, seenRoute([])])));
    const late = seen.filter((one, at) => one.type !== "end-of-rib" && at > end(one.prefix.includes(":") ? 2 : 1));
    t.same(late, []);
  });

  check("to apply the same again sends nothing", async (t, stand, { apply, update, holds, marked }) => {
    apply(twoLists());
    await holds("outer", { [V4]: seenRoute([1]), [V6]: seenRoute([]) });
    apply(twoLists());
    update({ peer: "outer", set: [route(V4, [1])], withdraw: [net("198.51.100.200/32")] });
    await marked("outer");
    t.equal(changes(stand, "outer").filter(({ prefix }) => prefix === V4).length, 1);
    t.same(withdrawals(stand, "outer"), []);
  });

  check("an update equals an apply of the resulting whole", async (t, stand, { apply, update, holds, marked }) => {
    const before = ["198.51.100.1/32", "198.51.100.2/32", "2001:db8:1::1/128", "2001:db8:1::2/128"];
    apply({ outer: before.map((prefix) => route(prefix, [1])), inner: [route(V4)] });
    await holds("outer", Object.fromEntries(before.map((prefix) => [prefix, seenRoute([1])])));
    update(
      {
        peer: "outer",
        set: [route("198.51.100.2/32", [2]), route("198.51.100.3/32", [3])],
        withdraw: [net("198.51.100.1/32"), net("2001:db8:1::2/128")],
      },
      { peer: "inner", set: [route(V6)], withdraw: [net(V4)] },
    );
    const outer = [route("198.51.100.2/32", [2]), route("198.51.100.3/32", [3]), route("2001:db8:1::1/128", [1])];
    const whole = {
      "198.51.100.2/32": seenRoute([2]),
      "198.51.100.3/32": seenRoute([3]),
      "2001:db8:1::1/128": seenRoute([1]),
    };
    await holds("outer", whole);
    await holds("inner", { [V6]: seenRoute([], { localPref: 100 }) });
    const sent = changes(stand, "outer").length;
    apply({ outer, inner: [route(V6)] });
    await marked("outer");
    t.equal(changes(stand, "outer").length, sent + 1, "the apply had nothing to add");
  });

  check("other attributes replace a route without withdrawing it", async (t, stand, { apply, update, holds }) => {
    apply({ outer: [route(V4, [1]), route(V6, [1])] });
    await holds("outer", { [V4]: seenRoute([1]), [V6]: seenRoute([1]) });
    update({ peer: "outer", set: [route(V4, [2])], withdraw: [] });
    await holds("outer", { [V4]: seenRoute([2]), [V6]: seenRoute([1]) });
    apply({ outer: [route(V4, [3]), route(V6, [3])] });
    await holds("outer", { [V4]: seenRoute([3]), [V6]: seenRoute([3]) });
    t.same(withdrawals(stand, "outer"), []);
  });

  check("a route that is not in the next apply is withdrawn", async (_, __, { apply, holds }) => {
    apply({ outer: [route(V4), route(V6)] });
    await holds("outer", { [V4]: seenRoute([]), [V6]: seenRoute([]) });
    apply({ outer: [route(V6)] });
    await holds("outer", { [V6]: seenRoute([]) });
    apply({ outer: [] });
    await holds("outer", {});
  });

  check("a peer that is removed loses its routes, the other one nothing", async (t, stand, { apply, holds }) => {
    const events = collect(stand.backend);
    apply({ outer: [route(V4)], inner: [route(V4)] });
    await holds("outer", { [V4]: seenRoute([]) });
    await holds("inner", { [V4]: seenRoute([], { localPref: 100 }) });
    apply({ inner: [route(V4)] });
    await holds("outer", {});
    await stand.until(
      () => downs(events, "outer") === 1,
      () => "the removed peer's session to end",
    );
    t.equal(downs(events, "inner"), 0);
    t.same(
      stand.backend.status().peers.map(({ peer }) => peer),
      ["inner"],
    );
  });

  check("a peer that is removed loses its routes at once, also with graceful restart", async (_, stand, tools) => {
    const peer = stand.peer("outer", { gracefulRestart: true });
    stand.backend.apply({ ...stand.node, peers: [{ peer, routes: [route(V4), route(V6)] }] });
    await tools.holds("outer", { [V4]: seenRoute([]), [V6]: seenRoute([]) });
    await tools.synced("outer");
    tools.apply({});
    await tools.holds("outer", {});
  });

  check("a peer that comes back gets its routes again", async (_, __, { apply, holds }) => {
    apply({ outer: [route(V4)] });
    await holds("outer", { [V4]: seenRoute([]) });
    apply({});
    await holds("outer", {});
    apply({ outer: [route(V4, [5])] });
    await holds("outer", { [V4]: seenRoute([5]) });
  });

  check("an equal peer keeps its session, a changed one gets a new one", async (t, stand, { apply, holds }) => {
    const events = collect(stand.backend);
    const { node, backend } = stand;
    apply({ outer: [route(V4)], inner: [route(V4)] });
    await holds("outer", { [V4]: seenRoute([]) });
    await holds("inner", { [V4]: seenRoute([], { localPref: 100 }) });
    const changed = { peer: stand.peer("inner", { holdTime: 60 }), routes: [route(V4, [9])] };
    backend.apply({ ...node, peers: [{ peer: stand.peer("outer"), routes: [route(V4)] }, changed] });
    await holds("inner", { [V4]: seenRoute([9], { localPref: 100 }) });
    await stand.until(
      () => downs(events, "inner") > 0,
      () => "the end of the session before to be told",
    );
    t.equal(downs(events, "inner"), 1);
    t.equal(downs(events, "outer"), 0);
  });

  check("a lost session comes back with the routes of now", async (t, stand, { apply, update, holds }) => {
    const events = collect(stand.backend);
    apply({ outer: [route(V4, [1]), route("198.51.100.2/32")] });
    await holds("outer", { [V4]: seenRoute([1]), "198.51.100.2/32": seenRoute([]) });
    await stand.until(
      () => established(events, "outer") === 1,
      () => "the session to be told",
    );
    stand.remote("outer").cut();
    await stand.until(
      () => downs(events, "outer") === 1,
      () => "the loss to be noticed",
    );
    update({ peer: "outer", set: [route(V4, [2]), route(V6)], withdraw: [net("198.51.100.2/32")] });
    await holds("outer", { [V4]: seenRoute([2]), [V6]: seenRoute([]) });
    await stand.until(
      () => established(events, "outer") === 2,
      () => "the new session to be told",
    );
    const loss = events.find((one) => one.type === "session" && one.peer === "outer" && one.state !== "Established");
    t.ok(loss, "the loss was told");
  });

  check("an unknown peer in an update is refused, and nothing of it done", async (t, stand, tools) => {
    tools.apply({ outer: [route(V4)] });
    await tools.holds("outer", { [V4]: seenRoute([]) });
    const stranger = { peer: "stranger", set: [route(V4)], withdraw: [] };
    t.throws(
      () => stand.backend.update([{ peer: "outer", set: [], withdraw: [net(V4)] }, stranger]),
      /BUG: peer stranger/,
    );
    await tools.marked("outer");
    t.same(withdrawals(stand, "outer"), []);
  });

  check("status tells what is so", async (t, stand, { apply, holds, synced, report }) => {
    t.same(stand.backend.status(), { backend: stand.backend.name, peers: [] });
    apply({ outer: [route(V4), route(V6)] });
    await holds("outer", { [V4]: seenRoute([]), [V6]: seenRoute([]) });
    await synced("outer");
    t.match(report("outer"), { state: "Established", routes: 2, advertised: 2, unsent: [] });
    t.type(report("outer").since, "number");
    apply({ outer: [route(V6)] });
    await holds("outer", { [V6]: seenRoute([]) });
    await stand.until(
      () => report("outer").advertised === 1,
      () => "one route advertised",
    );
    t.match(report("outer"), { routes: 1 });
  });

  check("a route that a session cannot carry is told, with a reason", async (t, stand, { synced, holds, report }) => {
    const peer = stand.peer("outer", { families: new Set([4] as const) });
    stand.backend.apply({ ...stand.node, peers: [{ peer, routes: [route(V4), route(V6)] }] });
    await holds("outer", { [V4]: seenRoute([]) });
    await synced("outer");
    const { routes, advertised, unsent } = report("outer");
    t.same([routes, advertised], [2, 1]);
    t.same(
      unsent.map(({ prefix }) => prefix),
      [net(V6)],
    );
    t.match(unsent[0]?.reason, /IPv6/);
  });

  check("events tell Established, then synced, until nobody listens", async (t, stand, { apply, holds }) => {
    const events = collect(stand.backend);
    const ignored: BackendEvent[] = [];
    stand.backend.subscribe((event) => ignored.push(event))();
    apply({ outer: [route(V4)] });
    await holds("outer", { [V4]: seenRoute([]) });
    await stand.until(
      () => events.some(({ type }) => type === "synced"),
      () => "synced",
    );
    const up = events.findIndex((event) => event.type === "session" && event.state === "Established");
    t.ok(up !== -1 && up < events.findIndex(({ type }) => type === "synced"));
    t.ok(events.every(({ peer }) => peer === "outer"));
    t.same(ignored, []);
  });

  check("to close with withdraw leaves no route behind, also with graceful restart", async (_, stand, tools) => {
    const peer = stand.peer("outer", { gracefulRestart: true });
    stand.backend.apply({ ...stand.node, peers: [{ peer, routes: [route(V4), route(V6)] }] });
    await tools.holds("outer", { [V4]: seenRoute([]), [V6]: seenRoute([]) });
    await tools.synced("outer");
    await stand.backend.close("withdraw");
    await tools.holds("outer", {});
  });

  check("to close with keep leaves the routes with a peer of graceful restart", async (t, stand, tools) => {
    const peers = [
      { peer: stand.peer("outer", { gracefulRestart: true }), routes: [route(V4), route(V6)] },
      { peer: stand.peer("inner"), routes: [route(V4)] },
    ];
    stand.backend.apply({ ...stand.node, peers });
    await tools.holds("outer", { [V4]: seenRoute([]), [V6]: seenRoute([]) });
    await tools.holds("inner", { [V4]: seenRoute([], { localPref: 100 }) });
    await tools.synced("outer");
    await stand.backend.close("keep");
    if (stand.outlives !== true) await tools.holds("inner", {}, "a peer without it drops them");
    await tools.holds("outer", { [V4]: seenRoute([]), [V6]: seenRoute([]) });
    t.same(withdrawals(stand, "outer"), []);
  });

  check("10,000 routes arrive, each with its attributes", async (_, stand, { apply, holds }) => {
    const prefixes = Array.from({ length: 10_000 }, (_, i) => `10.${64 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}/32`);
    const some = prefixes.map((prefix, i) => route(prefix, [1 + (i % 7)]));
    apply({ outer: some });
    await stand.until(
      () => stand.remote("outer").table.size === prefixes.length,
      () => `10,000 routes; there are ${stand.remote("outer").table.size}`,
    );
    await holds("outer", Object.fromEntries(prefixes.map((prefix, i) => [prefix, seenRoute([1 + (i % 7)])])));
  });

  check("of a thousand changes in a row the last word on each prefix stands", async (t, stand, { apply, ...tools }) => {
    const prefixes = Array.from({ length: 200 }, (_, i) => `198.51.100.${i}/32`);
    apply({ outer: prefixes.map((prefix) => route(prefix, [1])), inner: [route(V4)] });
    await stand.until(
      () => stand.remote("outer").table.size === prefixes.length,
      () => "200 routes",
    );
    const last = new Map<string, SeenRoute>();
    for (let i = 0; i < 1_000; i += 1) {
      const prefix = prefixes[(i * 7) % 200] ?? "";
      const gone = i % 5 === 4;
      const tag = 1 + (i % 4);
      tools.update({ peer: "outer", set: gone ? [] : [route(prefix, [tag])], withdraw: gone ? [net(prefix)] : [] });
      if (gone) last.delete(prefix);
      else last.set(prefix, seenRoute([tag]));
    }
    await tools.holds("outer", Object.fromEntries(last));
    await tools.holds("inner", { [V4]: seenRoute([], { localPref: 100 }) });
    t.equal(stand.remote("outer").table.size, last.size);
  });

  check("any sequence of applies, updates and losses is followed", async (t, stand, tools) => {
    const walks = fc.sample(fc.array(aStep, { minLength: 12, maxLength: 12 }), { numRuns: 2, seed: 7 });
    const state = new Map<RemoteName, Map<string, DesiredRoute>>();
    const look = async (name: RemoteName): Promise<void> => {
      const local = name === "inner" ? { localPref: 100 } : {};
      const expected = Array.from(state.get(name) ?? [], ([prefix, { attributes }]): [string, SeenRoute] => [
        prefix,
        seenRoute(attributes.communities.standard, local),
      ]);
      await tools.holds(name, Object.fromEntries(expected));
    };
    for (const { name, kind, set, withdraw } of walks.flat()) {
      const isNew = !state.has(name);
      const routes = state.get(name) ?? new Map<string, DesiredRoute>();
      if (kind === "remove") state.delete(name);
      else state.set(name, routes);
      for (const prefix of withdraw) routes.delete(prefix);
      for (const [prefix, tag] of Object.entries(set)) routes.set(prefix, route(prefix, [tag]));
      if (kind === "update" && !isNew) {
        tools.update({
          peer: name,
          set: Object.entries(set).map(([prefix, tag]) => route(prefix, [tag])),
          withdraw: withdraw.filter((prefix) => set[prefix] === undefined).map((prefix) => net(prefix)),
        });
      } else {
        tools.apply(Object.fromEntries(Array.from(state, ([name, routes]) => [name, [...routes.values()]])));
      }
      if (kind === "cut") stand.remote(name).cut();
      if (kind === "look" || kind === "cut") await look(name);
    }
    await look("outer");
    await look("inner");
    t.pass();
  });
}

const aStep = fc.record({
  name: fc.constantFrom<RemoteName>("outer", "inner"),
  kind: fc.constantFrom("apply", "update", "update", "update", "cut", "remove", "look"),
  set: fc.dictionary(fc.constantFrom(V4, V6, "198.51.100.0/24"), fc.integer({ min: 1, max: 3 })),
  withdraw: fc.subarray([V4, V6, "198.51.100.0/24"]),
});

/** Made anew each time. */
function twoLists(): Lists {
  return { outer: [route(V4, [1]), route(V6)], inner: [route(V4)] };
}
