import * as fc from "fast-check";
import t from "tap";
import type { Test } from "tap";
import { acquireApiLease } from "../../../src/status/api-lease.ts";
import type { ApiLease } from "../../../src/status/api-lease.ts";
import type { Clock, Timer } from "../../../src/net/index.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { LeaseServer } from "../../support/lease-server.ts";
import type { Fate } from "../../support/lease-server.ts";
import { recordingLog } from "../../support/recording-log.ts";
import { settled } from "../../support/tiny-kube.ts";

interface Contender {
  readonly lease: ApiLease;
  readonly events: string[];
  readonly records: readonly Record<string, unknown>[];
}

function contend(
  server: LeaseServer,
  clock: Clock,
  holder: string,
  fate?: () => Fate,
  slow?: () => Promise<void> | undefined,
): Contender {
  const { log, records } = recordingLog();
  const events: string[] = [];
  const lease = acquireApiLease({
    client: server.client(fate, slow),
    namespace: "metallb-system",
    name: "herald-controller",
    holder,
    clock,
    random: () => 0.5,
    log,
    lost: (reason) => events.push(`lost: ${reason}`),
  });
  void lease.held.then(() => events.push("held"));
  return { lease, events, records };
}

async function pass(clock: FakeClock, milliseconds: number): Promise<void> {
  for (let left = milliseconds; left > 0; left -= 500) {
    clock.advance(Math.min(500, left));
    await settled();
  }
}

/** Ends it, so that no timer stays. */
function ended(t: Test, { lease }: Contender): void {
  t.teardown(() => lease.release());
}

t.test("the first one leads at once, and its Lease says what client-go's would", async (t) => {
  const server = new LeaseServer();
  const clock = new FakeClock();
  const a = contend(server, clock, "a");
  ended(t, a);
  await settled();
  t.same(a.events, ["held"]);
  t.ok(a.lease.canWrite());
  t.match(server.lease, {
    metadata: { name: "herald-controller", namespace: "metallb-system" },
    spec: {
      holderIdentity: "a",
      leaseDurationSeconds: 15,
      acquireTime: "2023-11-14T22:13:20.000000Z",
      renewTime: "2023-11-14T22:13:20.000000Z",
      leaseTransitions: 1,
    },
  });
  await pass(clock, 10_000);
  t.match(server.lease, {
    spec: { acquireTime: "2023-11-14T22:13:20.000000Z", renewTime: "2023-11-14T22:13:30.000000Z", leaseTransitions: 1 },
  });
  t.equal(server.requests.length, 1 + 1 + 5, "one request for each renewal");
});

t.test("a leader that stops in order is replaced at the next look, a crashed one after 15 s", async (t) => {
  const server = new LeaseServer();
  const clock = new FakeClock();
  let crashed = false;
  const a = contend(server, clock, "a");
  await settled();
  const b = contend(server, clock, "b", () => (crashed ? "lost" : "works"));
  const c = contend(server, clock, "c");
  ended(t, b);
  ended(t, c);
  await pass(clock, 30_000);
  t.same([b.events, c.events], [[], []]);
  await a.lease.release();
  t.notOk(a.lease.canWrite());
  await pass(clock, 2_500);
  t.same([b.events, c.events], [["held"], []]);
  crashed = true;
  await pass(clock, 14_000);
  t.same(c.events, []);
  t.notOk(b.lease.canWrite(), "it stopped writing before");
  await pass(clock, 4_000);
  t.same(c.events, ["held"]);
  crashed = false;
  await pass(clock, 2_500);
  t.same(b.events, ["held", "lost: c took the Lease over"]);
  t.match(server.lease, { spec: { holderIdentity: "c", leaseTransitions: 3 } });
});

t.test("the time in a Lease decides nothing: only whether it changes does", async (t) => {
  const server = new LeaseServer();
  const clock = new FakeClock();
  const a = contend(server, clock, "a");
  ended(t, a);
  await settled();
  const hours = 3_600_000;
  for (const skew of [-hours, hours]) {
    const skewed: Clock = {
      now: () => clock.now() + skew,
      wall: () => clock.wall() + skew,
      setTimer: (milliseconds, fire) => clock.setTimer(milliseconds, fire),
    };
    const b = contend(server, skewed, "b");
    await pass(clock, 40_000);
    t.same(b.events, []);
    await b.lease.release();
  }
  t.same(a.events, ["held"]);
});

t.test("an API server that is down ends the right to write after 10 s, and no leadership", async (t) => {
  const server = new LeaseServer();
  const clock = new FakeClock();
  let down = false;
  const fate = (): Fate => (down ? "lost" : "works");
  const [a, b] = [contend(server, clock, "a", fate), contend(server, clock, "b", fate)];
  ended(t, a);
  ended(t, b);
  await settled();
  await pass(clock, 4_000);
  down = true;
  await pass(clock, 9_000);
  t.ok(a.lease.canWrite());
  await pass(clock, 2_000);
  t.notOk(a.lease.canWrite());
  await pass(clock, 60_000);
  const warnings = a.records.filter(({ level }) => level === "warn");
  t.match(warnings, [{ msg: "lease not written; trying again", error: "no answer" }], "told once");
  down = false;
  await pass(clock, 2_500);
  // Both may find it old: whichever is first has it, and the other knows.
  const leaders = [a, b].filter(({ lease }) => lease.canWrite());
  t.equal(leaders.length, 1);
});

t.test(
  "a leader finds its own Lease again after an answer that was lost, a stranger's edit, or a deletion",
  async (t) => {
    const cases: Record<string, (server: LeaseServer, set: (fate: Fate) => void) => void> = {
      "a lost answer": (_server, set) => set("unanswered"),
      "an edit": (server) => server.edit((spec) => ({ ...spec, note: "x" })),
      "an empty holder": (server) => server.edit((spec) => ({ ...spec, holderIdentity: "" })),
      "a deletion": (server) => (server.lease = undefined),
    };
    for (const [name, act] of Object.entries(cases)) {
      const server = new LeaseServer();
      const clock = new FakeClock();
      let fate: Fate = "works";
      const a = contend(server, clock, "a", () => fate);
      ended(t, a);
      await pass(clock, 1_000);
      act(server, (next) => (fate = next));
      await pass(clock, 2_500);
      fate = "works";
      await pass(clock, 2_500);
      t.same(a.events, ["held"], name);
      t.ok(a.lease.canWrite(), name);
      t.match(server.lease, { spec: { holderIdentity: "a" } });
    }
  },
);

t.test("a leader between whose renewals somebody else led has lost it, though nobody holds it now", async (t) => {
  const server = new LeaseServer();
  const clock = new FakeClock();
  const a = contend(server, clock, "a");
  ended(t, a);
  await settled();
  server.edit((spec) => ({ ...spec, holderIdentity: "", leaseTransitions: 7 }));
  await pass(clock, 2_500);
  t.same(a.events, ["held", "lost: somebody took the Lease over"]);
  t.notOk(a.lease.canWrite());
});

t.test("a leader that was suspended may not write when it wakes up, whichever clock stood still", async (t) => {
  const clock = new FakeClock();
  for (const sleeping of ["monotonic", "none"]) {
    let slept = 0;
    const own: Clock = {
      now: () => clock.now() + (sleeping === "none" ? slept : 0),
      wall: () => clock.wall() + slept,
      setTimer: (milliseconds, fire) => clock.setTimer(milliseconds, fire),
    };
    const a = contend(new LeaseServer(), own, "a");
    ended(t, a);
    await settled();
    t.ok(a.lease.canWrite());
    slept = 20_000;
    t.notOk(a.lease.canWrite(), sleeping);
    await pass(clock, 2_500);
    t.ok(a.lease.canWrite(), "after a renewal it may again");
  }
});

t.test("a clock that is set back does not lengthen the right to write", async (t) => {
  const clock = new FakeClock();
  let setBack = 0;
  const own: Clock = {
    now: () => clock.now(),
    wall: () => clock.wall() - setBack,
    setTimer: (milliseconds, fire) => clock.setTimer(milliseconds, fire),
  };
  let down = false;
  const a = contend(new LeaseServer(), own, "a", () => (down ? "lost" : "works"));
  ended(t, a);
  await settled();
  down = true;
  setBack = 3_600_000;
  t.ok(a.lease.canWrite());
  await pass(clock, 10_000);
  t.notOk(a.lease.canWrite());
});

t.test("the right to write counts from when a renewal was asked for, not from its answer", async (t) => {
  const clock = new FakeClock();
  const server = new LeaseServer();
  let down = false;
  let slow: Promise<void> | undefined;
  const a = contend(
    server,
    clock,
    "a",
    () => (down ? "lost" : "works"),
    () => slow,
  );
  ended(t, a);
  await settled();
  const answer = Promise.withResolvers<void>();
  slow = answer.promise;
  await pass(clock, 6_000);
  slow = undefined;
  answer.resolve();
  await settled();
  down = true;
  // Asked for at 2 s.
  await pass(clock, 5_500);
  t.ok(a.lease.canWrite());
  await pass(clock, 1_000);
  t.notOk(a.lease.canWrite());
});

t.test("a contender that is released waits no longer, and takes nothing", async (t) => {
  const server = new LeaseServer();
  const clock = new FakeClock();
  const a = contend(server, clock, "a");
  await settled();
  const b = contend(server, clock, "b");
  await b.lease.release();
  await a.lease.release();
  await pass(clock, 60_000);
  t.same(b.events, []);
  t.equal(clock.pending, 0);
  t.match(server.lease, { spec: { holderIdentity: "", leaseDurationSeconds: 1 } });
});

/** A clock that can be paused with its process: what was due meanwhile fires when it goes on. */
class PausableClock implements Clock {
  paused = false;
  readonly #clock: FakeClock;
  readonly #offset: number;
  #due: (() => void)[] = [];

  constructor(clock: FakeClock, offset: number) {
    this.#clock = clock;
    this.#offset = offset;
  }

  now(): number {
    return this.#clock.now() + this.#offset;
  }

  wall(): number {
    return this.#clock.wall() - this.#offset;
  }

  setTimer(milliseconds: number, fire: () => void): Timer {
    return this.#clock.setTimer(milliseconds, () => (this.paused ? void this.#due.push(fire) : fire()));
  }

  go(): void {
    this.paused = false;
    for (const fire of this.#due.splice(0)) fire();
  }
}

t.test("whatever is paused, lost or unanswered: never may two write at a time", async (t) => {
  const act = fc.record({
    who: fc.nat(2),
    what: fc.constantFrom<"pause" | "go" | Fate>("pause", "go", "works", "works", "lost", "unanswered"),
    after: fc.integer({ min: 0, max: 20_000 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 12 }), async (acts) => {
      const server = new LeaseServer();
      const clock = new FakeClock();
      const fates: Fate[] = ["works", "works", "works"];
      const clocks = [0, 5_000_000, -7_000_000].map((offset) => new PausableClock(clock, offset));
      const all = clocks.map((own, index) => contend(server, own, `c${index}`, () => fates[index] ?? "works"));
      const once = async (milliseconds: number): Promise<void> => {
        for (let left = milliseconds; left > 0; left -= 1_000) {
          clock.advance(Math.min(1_000, left));
          for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
          if (all.filter(({ lease }) => lease.canWrite()).length > 1) throw new Error("two may write");
        }
      };
      await once(1_000);
      for (const { who, what, after } of acts) {
        if (what === "pause") Object.assign(clocks[who] ?? {}, { paused: true });
        else if (what === "go") clocks[who]?.go();
        else fates[who] = what;
        await once(after);
      }
      for (const own of clocks) own.go();
      fates.fill("works");
      await once(40_000);
      const leaders = all.filter(({ lease }) => lease.canWrite()).length;
      const lost = all.filter(({ events }) => events.some((event) => event.startsWith("lost"))).length;
      if (leaders !== 1 && lost < 3) throw new Error(`${leaders} leaders, ${lost} lost`);
      for (const { lease } of all) await lease.release();
    }),
    { numRuns: 60 },
  );
  t.end();
});
