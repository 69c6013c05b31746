import * as fc from "fast-check";
import t from "tap";
import { Allocator } from "../../../src/allocate/index.ts";
import type { Allocation } from "../../../src/model/allocation.ts";
import type { Pool } from "../../../src/model/config.ts";
import type { Labels } from "../../../src/model/selector.ts";
import type { ServiceView } from "../../../src/model/service.ts";
import { namespace, pool, pools, selector, service, texts } from "./fixtures.ts";
import { addressesOf, isFor, isOpen, keeps, moves, poolOf } from "./model.ts";
import type { Tenant, World } from "./model.ts";

const pinned = { allocation: { namespaces: ["n"], namespaceSelectors: [selector({ team: "web" })] } };
const labelled = { allocation: { priority: 3, serviceSelectors: [selector({ app: "x" })] } };

const CONFIGS: readonly (readonly Pool[])[] = [
  [pool("a", "10.0.0.0/29 fd00::/126")],
  [pool("a", "10.0.0.0-10.0.0.2 fd00::/127")],
  [pool("a", "10.0.0.0-10.0.0.2"), pool("b", "10.0.0.3-10.0.0.6 fd00::/127")],
  [
    pool("a", "10.0.0.0/31 fd00::/128"),
    pool("b", "10.0.0.2/31", { autoAssign: false }),
    pool("c", "fd00::1-fd00::2", pinned),
  ],
  [
    pool("b", "10.0.0.2-10.0.0.3 10.0.0.0 fd00::2-fd00::3", { ...labelled, avoidBuggyIPs: true }),
    pool("a", "fd00::/127"),
  ],
  [pool("c", "10.0.0.1-10.0.0.2", pinned), pool("a", "10.0.0.3 fd00::/128", labelled)],
  [],
];

type Step =
  | { readonly type: "upsert"; readonly view: ServiceView }
  | { readonly type: "remove"; readonly key: string }
  | { readonly type: "pools"; readonly config: number; readonly team: string }
  | { readonly type: "namespace"; readonly team: string };

const key = fc.constantFrom("n/a", "n/b", "n/c", "m/a", "m/b", "m/c", "m/d");
const family4 = ["", "", "10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.9"];
const family6 = ["", "", "fd00::", "fd00::1"];
const addresses = fc
  .tuple(fc.constantFrom(...family4), fc.constantFrom(...family6))
  .map((parts) => parts.filter((part) => part !== "").join(" "));
const options = fc.record({
  stack: fc.constantFrom("4", "4", "6", "require", "require6", "prefer", "prefer6"),
  ips: fc.oneof({ arbitrary: fc.constant(""), weight: 3 }, { arbitrary: addresses, weight: 1 }),
  pool: fc.constantFrom(undefined, undefined, undefined, undefined, "a", "b", "x"),
  share: fc.constantFrom("", "", "k", "k", "l"),
  ports: fc.constantFrom("80", "443", "80 443", "53/UDP"),
  ingress: fc.oneof({ arbitrary: fc.constant(""), weight: 3 }, { arbitrary: addresses, weight: 1 }),
  labels: fc.constantFrom<Labels>({}, { app: "x" }),
  externalTrafficPolicy: fc.constantFrom("Cluster", "Cluster", "Local"),
  selector: fc.constantFrom("app=x", "app=y"),
  type: fc.constantFrom("LoadBalancer", "LoadBalancer", "LoadBalancer", "LoadBalancer", "LoadBalancer", "NodePort"),
  deleting: fc.constantFrom(false, false, false, false, false, false, true),
});
const upsert = fc.tuple(key, options).map(([key, { pool, ...options }]): Step => {
  const view = service(key, { ...options, ...(pool === undefined ? {} : { pool }) });
  return { type: "upsert", view };
});
const team = fc.constantFrom("web", "db");
const config = fc.nat({ max: CONFIGS.length - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: upsert, weight: 12 },
  { arbitrary: key.map((key): Step => ({ type: "remove", key })), weight: 4 },
  { arbitrary: fc.record({ type: fc.constant("pools" as const), config, team }), weight: 2 },
  { arbitrary: fc.record({ type: fc.constant("namespace" as const), team }), weight: 1 },
);

class Trial {
  readonly allocator = new Allocator();
  readonly views = new Map<string, ServiceView>();
  pools: readonly Pool[] = [];
  team: string | undefined;

  apply(step: Step): readonly Allocation[] {
    switch (step.type) {
      case "upsert":
        this.views.set(step.view.key, step.view);
        return this.allocator.upsert(step.view);
      case "remove":
        this.views.delete(step.key);
        return this.allocator.remove(step.key);
      case "pools":
        this.pools = CONFIGS[step.config] ?? [];
        this.team = step.team;
        return this.allocator.setPools(pools(...this.pools), [namespace("m", { team: step.team })]);
      case "namespace":
        this.team = step.team;
        return this.allocator.setNamespace(namespace("m", { team: step.team }));
    }
  }

  /** What a Service has, by the allocator's word. */
  tenant(view: ServiceView): Tenant {
    const held = this.allocator.allocation(view.key)?.addresses ?? [];
    return { view, held };
  }

  world(except: string): World {
    const others = [...this.views.values()].filter(({ key }) => key !== except).map((view) => this.tenant(view));
    const namespaces = new Map(this.team === undefined ? [] : [["m", { team: this.team }]]);
    return { pools: this.pools, namespaces, others };
  }

  handled(): ServiceView[] {
    return [...this.views.values()].filter(({ type }) => type === "LoadBalancer");
  }
}

/** What must hold at any time. */
function check(trial: Trial): void {
  const { allocator, pools } = trial;
  for (const view of trial.handled()) {
    const { held } = trial.tenant(view);
    const world = trial.world(view.key);
    const allocation = allocator.allocation(view.key);
    if (pools.length === 0) continue;
    for (const address of held) {
      const own = poolOf(address, world);
      if (own?.name !== allocation?.pool) throw new Error(`${view.key}: ${texts([address])} is not of its pool`);
      if (own === undefined || !isFor(own, view, world)) throw new Error(`${view.key}: the pool is not for it`);
      if (!isOpen(address, view, world)) throw new Error(`${view.key}: ${texts([address])} is another's`);
    }
    const better = moves({ view, held }, world);
    if (better !== undefined) throw new Error(`${view.key} has ${texts(held)} and could have ${texts(better)}`);
  }
  for (const usage of allocator.usage()) {
    const pool = pools.find(({ name }) => name === usage.pool);
    const capacity = pool === undefined ? [] : addressesOf(pool);
    const used = new Set(
      trial
        .handled()
        .map((view) => trial.tenant(view).held)
        .flatMap((held) => held.map((one) => texts([one]))),
    );
    for (const [family, assigned, available] of [
      [4, usage.assignedIPv4, usage.availableIPv4],
      [6, usage.assignedIPv6, usage.availableIPv6],
    ] as const) {
      const own = capacity.filter((address) => address.family === family);
      const taken = own.filter((address) => used.has(texts([address]))).length;
      if (assigned !== BigInt(taken) || available !== BigInt(own.length - taken)) {
        throw new Error(`pool ${usage.pool} counts ${assigned} IPv${family} in use and ${available} not; ${taken} are`);
      }
    }
  }
}

/** What a change of one Service may do. */
function checkOne(trial: Trial, view: ServiceView): void {
  const { allocator } = trial;
  const before = new Map(trial.handled().map(({ key }) => [key, allocator.allocation(key)]));
  const known = allocator.allocation(view.key);
  const world = trial.world(view.key);
  const kept = keeps({ view, held: known?.addresses ?? view.ingress }, world);
  const moved = moves({ view, held: kept }, world);

  const changes = trial.apply({ type: "upsert", view });
  if (view.type === "LoadBalancer") {
    const [own] = changes;
    if (own?.service !== view.key) throw new Error("its own decision comes first");
    const sorted = [...(moved ?? kept)].sort((a, b) => a.family - b.family);
    // One who gets nothing now may still get what others leave because of this change.
    const exact = moved !== undefined || changes.length === 1;
    if (exact && texts(own.addresses) !== texts(sorted)) {
      throw new Error(`${view.key} has ${texts(own.addresses)} and by the model ${texts(sorted)}`);
    }
    const again = allocator.upsert(view);
    // One who waits still may read of another reason, where others have taken what was left since.
    const quiet = again[0]?.events.length === 0 || (changes.length > 1 && own.pending !== undefined);
    if (again.length !== 1 || !quiet) throw new Error("the same again changes something");
    if (texts(again[0]?.addresses ?? []) !== texts(own.addresses)) throw new Error("the same again moves it");
  }
  for (const [key, allocation] of before) {
    if (key === view.key || allocation?.pending !== undefined) continue;
    if (texts(allocator.allocation(key)?.addresses ?? []) !== texts(allocation?.addresses ?? [])) {
      throw new Error(`${key} had all it wanted and was moved by ${view.key}`);
    }
  }
}

t.test("whatever happens, the allocator agrees with the rules as enumerated", (t) => {
  let given = 0;
  let waited = 0;
  const property = fc.property(fc.array(step, { minLength: 5, maxLength: 40, size: "max" }), (steps) => {
    const trial = new Trial();
    trial.apply({ type: "pools", config: 0, team: "web" });
    for (const step of steps) {
      if (step.type === "upsert") checkOne(trial, step.view);
      else trial.apply(step);
      check(trial);
    }
    given += trial.handled().length;
    waited += trial.allocator.waiting().length;
  });
  fc.assert(property, { numRuns: 300 });
  t.ok(waited > given / 10 && waited < given * 0.8, `of ${given} Services ${waited} wait at the end`);
  t.end();
});

t.test("equal histories have equal results", (t) => {
  const property = fc.property(fc.array(step, { maxLength: 30, size: "max" }), (steps) => {
    const [one, two] = [new Trial(), new Trial()];
    for (const step of steps) t.same(one.apply(step), two.apply(step));
    t.same(one.allocator.waiting(), two.allocator.waiting());
  });
  fc.assert(property, { numRuns: 20 });
  t.end();
});

t.test("after a restart everyone has what he had, in whatever order the Services come", (t) => {
  const property = fc.property(fc.array(step, { maxLength: 40, size: "max" }), fc.nat(), (steps, config) => {
    const trial = new Trial();
    for (const step of steps) trial.apply(step);
    trial.apply({ type: "pools", config: config % (CONFIGS.length - 1), team: "web" });
    const services = trial.handled().map((view) => ({ ...view, ingress: trial.tenant(view).held }));
    const results = [services, services.toReversed()].map((services) => {
      const allocator = new Allocator();
      allocator.setPools(pools(...trial.pools), [namespace("m", { team: "web" })]);
      const started = allocator.start(services);
      for (const { key } of services) {
        t.equal(
          texts(allocator.allocation(key)?.addresses ?? []),
          texts(trial.allocator.allocation(key)?.addresses ?? []),
        );
      }
      t.equal(started.length, services.length);
      return started;
    });
    t.same(results[0], results[1]);
  });
  fc.assert(property, { numRuns: 40 });
  t.end();
});
