import t from "tap";
import { HealthGate } from "../../../src/announce/health-gate.ts";
import type { Gate, ServicePlan } from "../../../src/model/announcement.ts";
import { formatPrefix } from "../../../src/model/address.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { net } from "../../support/plan-values.ts";

const GATE: Gate = { port: 30_001, wait: 30_000 };
const NO_ENDPOINTS = "it says that the node has no endpoints (503)";

function plan(service: string, gates: readonly (Gate | undefined)[]): ServicePlan {
  const announcements = gates.map((gate, index) => ({
    service,
    peer: "a",
    prefix: net(`198.51.100.${index}/32`),
    attributes: { communities: { standard: [], large: [] } },
    ...(gate && { gate }),
    advertisements: ["all"],
  }));
  return { service, announcements, reasons: [] };
}

interface Asked {
  readonly port: number;
  answer(why?: string): Promise<void>;
}

function setUp(earlier?: () => Promise<ReadonlySet<string>>): {
  readonly gate: HealthGate;
  readonly clock: FakeClock;
  readonly asked: Asked[];
  readonly changed: string[][];
  readonly look: (plan: ServicePlan) => { readonly routes: string[]; readonly reasons: string[] };
} {
  const clock = new FakeClock();
  const asked: Asked[] = [];
  const changed: string[][] = [];
  const ask = (port: number): Promise<string | undefined> => {
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const answer = async (why?: string): Promise<void> => {
      resolve(why);
      await new Promise((done) => setImmediate(done));
    };
    asked.push({ port, answer });
    return promise;
  };
  const announced = new Set<string>();
  const gate = new HealthGate({
    clock,
    ask,
    announced: (service) => announced.has(service),
    changed: (services) => changed.push([...services]),
    ...(earlier && { earlier }),
  });
  const look = (one: ServicePlan): { routes: string[]; reasons: string[] } => {
    const { announcements, reasons } = gate.admit(one);
    if (announcements.length > 0) announced.add(one.service);
    else announced.delete(one.service);
    return {
      routes: announcements.map(({ prefix }) => formatPrefix(prefix)),
      reasons: reasons.map(({ code, text }) => `${code}: ${text}`),
    };
  };
  return { gate, clock, asked, changed, look };
}

const WEB = plan("default/web", [GATE]);
const ADMITTED = { routes: ["198.51.100.0/32"], reasons: [] };

function waits(answer: string): object {
  const text = `default/web waits up to 30 s for its health check on port 30001 of this node: ${answer}`;
  return { routes: [], reasons: [`awaitingHealthCheck: ${text}`] };
}

t.test("a plan without a gate passes, and nobody is asked", (t) => {
  const { gate, asked, look } = setUp();
  t.same(look(plan("default/web", [undefined])), ADMITTED);
  t.same(look(plan("default/none", [])), { routes: [], reasons: [] });
  t.same(asked, []);
  t.ok(gate.settled);
  t.end();
});

t.test("a Service waits until its health check says that it has endpoints here", async (t) => {
  const { clock, asked, changed, look } = setUp();
  t.same(look(WEB), waits("no answer yet"));
  t.equal(asked[0]?.port, 30_001);
  await asked[0]?.answer("connection refused");
  t.same(changed, [["default/web"]]);
  t.same(look(WEB), waits("connection refused"));
  clock.advance(99);
  t.equal(asked.length, 1);
  clock.advance(1);
  await asked[1]?.answer(NO_ENDPOINTS);
  t.same(look(WEB), waits(NO_ENDPOINTS));
  clock.advance(200);
  await asked[2]?.answer(NO_ENDPOINTS);
  t.equal(changed.length, 2, "the same answer again is no news");
  clock.advance(400);
  await asked[3]?.answer();
  t.same(changed.at(-1), ["default/web"]);
  t.same(look(WEB), ADMITTED);
  clock.advance(60_000);
  t.equal(asked.length, 4, "and is not asked again");
  t.equal(clock.pending, 0);
});

t.test("what has been announced does not wait, whatever its advertisement says later", async (t) => {
  const { asked, look } = setUp();
  look(plan("default/web", [undefined]));
  t.same(look(WEB), ADMITTED);
  t.same(asked, []);
});

t.test("a Service that was gone from here waits again", async (t) => {
  const { gate, asked, look } = setUp();
  look(WEB);
  await asked[0]?.answer();
  t.same(look(WEB), ADMITTED);
  look(plan("default/web", []));
  t.same(look(WEB), waits("no answer yet"));
  await asked[1]?.answer();
  gate.forget("default/web");
  t.same(look(WEB), waits("no answer yet"), "as does one that was deleted");
});

t.test("after its time it is announced all the same, with the reason, until the answer is good", async (t) => {
  const { clock, asked, changed, look } = setUp();
  look(WEB);
  await asked[0]?.answer(NO_ENDPOINTS);
  clock.advance(29_999);
  t.match(look(WEB), { routes: [] });
  clock.advance(1);
  t.same(changed.at(-1), ["default/web"]);
  const text = `default/web is announced after 30 s without a good health check on port 30001 of this node: ${NO_ENDPOINTS}`;
  t.same(look(WEB), { ...ADMITTED, reasons: [`healthCheckOverdue: ${text}`] });
  await asked.at(-1)?.answer();
  t.same(look(WEB), ADMITTED);
  t.equal(clock.pending, 0);
});

t.test("a Service that never answers is announced too", (t) => {
  const { clock, look } = setUp();
  look(WEB);
  clock.advance(30_000);
  t.match(look(WEB), { routes: ["198.51.100.0/32"], reasons: [/on port 30001 of this node: no answer$/] });
  t.end();
});

t.test("another port or wait begins anew, without taking back what is announced", async (t) => {
  const { clock, asked, look } = setUp();
  look(WEB);
  t.match(look(plan("default/web", [{ port: 30_002, wait: 1_000 }])), { reasons: [/up to 1 s .* port 30002/] });
  await asked[0]?.answer();
  t.match(look(plan("default/web", [{ port: 30_002, wait: 1_000 }])), { routes: [] }, "the old port's answer is late");
  clock.advance(1_000);
  const moved = plan("default/web", [{ port: 30_003, wait: 1_000 }]);
  t.match(look(moved), { routes: ["198.51.100.0/32"], reasons: [/^healthCheckOverdue/] });
  t.same(
    asked.map(({ port }) => port),
    [30_001, 30_002, 30_003],
  );
});

t.test("routes of other advertisements do not wait; the longest wait counts", (t) => {
  const { look } = setUp();
  const gates = [undefined, { port: 30_001, wait: 1_000 }, { port: 30_001, wait: 2_000 }];
  t.match(look(plan("default/web", gates)), { routes: ["198.51.100.0/32"], reasons: [/waits up to 2 s/] });
  t.end();
});

t.test("it is settled when all that wait have been asked once, or after five seconds", async (t) => {
  const { gate, clock, asked, changed, look } = setUp();
  look(WEB);
  look(plan("default/two", [GATE]));
  t.notOk(gate.settled);
  await asked[0]?.answer(NO_ENDPOINTS);
  t.notOk(gate.settled);
  await asked[1]?.answer();
  t.ok(gate.settled);
  look(plan("default/three", [GATE]));
  t.notOk(gate.settled);
  clock.advance(4_999);
  t.notOk(gate.settled);
  clock.advance(1);
  t.ok(gate.settled);
  t.same(changed.at(-1), [], "and says so");
});

t.test("no more than 32 questions are under way, and none is forgotten", async (t) => {
  const { gate, clock, asked, look } = setUp();
  const plans = Array.from({ length: 70 }, (_, index) => plan(`default/s${index}`, [GATE]));
  for (const one of plans) look(one);
  t.equal(asked.length, 32);
  gate.forget("default/s69");
  for (let index = 0; index < 69; index++) {
    t.ok(asked.length <= index + 32);
    await asked[index]?.answer();
  }
  t.equal(asked.length, 69);
  t.ok(plans.slice(0, 69).every((one) => look(one).routes.length === 1));
  t.equal(clock.pending, 1, "the time to settle");
});

t.test("once closed it asks nobody and has no timer", async (t) => {
  const { gate, clock, asked, look } = setUp();
  look(WEB);
  await asked[0]?.answer(NO_ENDPOINTS);
  gate.close();
  t.equal(clock.pending, 0);
});

t.test("what was announced before a restart is in the first table, whatever its health check says", async (t) => {
  const { gate, asked, changed, look } = setUp(() => Promise.resolve(new Set(["default/web"])));
  look(WEB);
  look(plan("default/new", [GATE]));
  for (const each of asked) await each.answer("connection refused");
  t.ok(gate.settled);
  t.same(changed[0], ["default/web"]);
  t.same(look(WEB), ADMITTED);
  t.match(look(plan("default/new", [GATE])), { routes: [] }, "what is new waits");
  look(plan("default/web", []));
  t.match(look(WEB), { routes: [] }, "and so does one that went and comes back");
});

t.test("the first table waits for what is known of the last run, no longer than five seconds", async (t) => {
  const { promise, resolve } = Promise.withResolvers<ReadonlySet<string>>();
  const { gate, clock, asked, look } = setUp(() => promise);
  look(plan("default/plain", [undefined]));
  t.ok(gate.settled, "where nothing waits for a health check nobody asks for it");
  look(WEB);
  await asked[0]?.answer("connection refused");
  t.notOk(gate.settled);
  clock.advance(5_000);
  t.ok(gate.settled);
  gate.begin();
  resolve(new Set(["default/web"]));
  await new Promise((done) => setImmediate(done));
  t.match(look(WEB), { routes: [] }, "what comes after the first table is too late");
});

t.test("a Service of the last run that comes after the first table is a new one", async (t) => {
  const { gate, asked, look } = setUp(() => Promise.resolve(new Set(["default/web"])));
  look(plan("default/new", [GATE]));
  await asked[0]?.answer();
  t.ok(gate.settled);
  gate.begin();
  t.match(look(WEB), { routes: [] });
});

t.test("where nothing can be learned of the last run, all wait", async (t) => {
  const { gate, asked, look } = setUp(() => Promise.reject(new Error("no answer")));
  look(WEB);
  await asked[0]?.answer("connection refused");
  t.ok(gate.settled);
  t.match(look(WEB), { routes: [] });
});
