import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { Test } from "tap";
import { DEADLINE, DURATION, LAST_LOOK, RENEW, SETTLE, acquireLease, decideLease } from "../../../src/status/lease.ts";
import type { Decision, Lease, Position } from "../../../src/status/lease.ts";
import { ManualTimers } from "../../support/manual-timers.ts";
import { recordingLog } from "../../support/recording-log.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const MINE: Lease = { holder: "me", renewed: "1" };
const THEIRS: Lease = { holder: "other", renewed: "1" };
const RENEWED: Lease = { holder: "other", renewed: "2" };
const SPOILT: Lease = { holder: "", renewed: "x" };
const start: Position = { kind: "waiting", seen: undefined, since: 0 };
const watching: Position = { kind: "waiting", seen: THEIRS, since: 0 };
const taking: Position = { kind: "taking", since: 0 };
const holding: Position = { kind: "holding", renewed: 0 };

const TABLE: readonly (readonly [string, Position, Lease | "unknown" | undefined, number, Decision])[] = [
  ["no lease is taken at once", start, undefined, 5, { position: { ...start, since: 5 }, write: "create", again: 0 }],
  ["one's own is held", start, MINE, 5, { position: { kind: "holding", renewed: 5 }, write: "replace", again: RENEW }],
  ["another's is watched", start, THEIRS, 5, { position: { ...watching, since: 5 }, again: RENEW }],
  [
    "a renewed one starts the wait anew",
    watching,
    RENEWED,
    DURATION,
    { position: { kind: "waiting", seen: RENEWED, since: DURATION }, again: RENEW },
  ],
  ["an unchanged one is waited for", watching, THEIRS, DURATION - 500, { position: watching, again: 500 }],
  [
    "a stale one is taken",
    watching,
    THEIRS,
    DURATION,
    { position: { kind: "taking", since: DURATION }, write: "replace", again: SETTLE },
  ],
  ["a taken one is not held before it settled", taking, MINE, SETTLE - 1, { position: taking, again: 1 }],
  [
    "a taken one is held when it settled",
    taking,
    MINE,
    SETTLE,
    { position: { kind: "holding", renewed: SETTLE }, write: "replace", again: RENEW },
  ],
  [
    "of two that take it the last one has it",
    taking,
    THEIRS,
    SETTLE,
    { position: { ...watching, since: SETTLE }, again: RENEW },
  ],
  ["one that cannot be read decides nothing", watching, "unknown", DURATION * 2, { position: watching, again: RENEW }],
  [
    "a spoilt one runs out like any other",
    { kind: "waiting", seen: SPOILT, since: 0 },
    SPOILT,
    DURATION,
    { position: { kind: "taking", since: DURATION }, write: "replace", again: SETTLE },
  ],
  ["the holder renews", holding, MINE, RENEW, { position: holding, write: "replace", again: RENEW }],
  [
    "the holder writes again what was removed",
    holding,
    undefined,
    RENEW,
    { position: holding, write: "replace", again: RENEW },
  ],
  [
    "the holder writes again what was spoilt",
    holding,
    SPOILT,
    RENEW,
    { position: holding, write: "replace", again: RENEW },
  ],
  [
    "the holder gives way to another",
    holding,
    THEIRS,
    RENEW,
    { position: { kind: "lost", to: "other" }, again: RENEW },
  ],
  [
    "the holder that could not renew has lost it",
    holding,
    "unknown",
    DEADLINE,
    { position: { kind: "lost", to: "" }, again: RENEW },
  ],
  [
    "the holder that was held up itself and finds its own lease goes on",
    holding,
    MINE,
    DEADLINE + DURATION,
    { position: holding, write: "replace", again: SETTLE },
  ],
  [
    "the holder that was held up and finds no lease has lost it",
    holding,
    undefined,
    DEADLINE,
    { position: { kind: "lost", to: "" }, again: RENEW },
  ],
  [
    "lost is lost",
    { kind: "lost", to: "other" },
    undefined,
    0,
    { position: { kind: "lost", to: "other" }, again: RENEW },
  ],
];

t.test("the rule", (t) => {
  for (const [name, position, found, now, decision] of TABLE)
    t.same(decideLease("me", position, found, now), decision, name);
  t.ok(DEADLINE + LAST_LOOK < DURATION, "a holder notices before anyone else can take over");
  t.end();
});

function contender(t: Test, folder: string, holder: string, clock: ManualTimers) {
  const { log, records } = recordingLog();
  const lost: string[] = [];
  const lease = acquireLease({ folder, holder, clock, log, lost: (reason) => lost.push(reason) });
  t.teardown(() => lease.release());
  return {
    lease,
    lost,
    said: () => records.map(({ msg, holder, reason }) => [msg, holder, reason].filter(Boolean).join(" ")),
  };
}

/** Runs the timer that is due, until the step it starts sets the next. */
async function step(clock: ManualTimers): Promise<void> {
  const next = clock.set();
  clock.advanceToNext();
  await next;
}

t.test("the first holds it, the second waits and says so, and follows a release", async (t) => {
  const folder = temporaryFolder(t);
  const clock = new ManualTimers();
  const first = contender(t, folder, "first", clock);
  const firstTimer = clock.set(0);
  await firstTimer;
  clock.advance(0);
  await first.lease.held;
  t.match(JSON.parse(readFileSync(join(folder, "lease.json"), "utf8")), { holder: "first" });
  const clock2 = new ManualTimers();
  const seen = clock2.set(RENEW);
  const second = contender(t, folder, "second", clock2);
  await seen;
  t.same(second.said(), ["another controller holds the state folder; waiting first"]);
  await first.lease.release();
  const free = clock2.set(0);
  clock2.advance(RENEW);
  await free;
  clock2.advance(0);
  await second.lease.held;
  t.same(second.said().slice(1), ["holding the state folder second"]);
  t.same(first.lost, []);
});

t.test("a holder that stopped is replaced, and gives way when it comes back", async (t) => {
  const folder = temporaryFolder(t);
  const clock = new ManualTimers();
  const first = contender(t, folder, "first", clock);
  await clock.set(0);
  clock.advance(0);
  await first.lease.held;
  const clock2 = new ManualTimers();
  const seen = clock2.set(RENEW);
  const second = contender(t, folder, "second", clock2);
  await seen;
  while (!second.said().includes("holding the state folder second")) await step(clock2);
  t.equal(clock2.now(), DURATION + SETTLE);
  await second.lease.held;
  const stopped = new Promise<void>((resolve) => {
    const check = (): void => void (first.lost.length > 0 ? resolve() : setImmediate(check));
    check();
  });
  clock.advance(RENEW);
  await stopped;
  t.same(first.lost, ["second took it over"]);
  await first.lease.release();
  t.match(JSON.parse(readFileSync(join(folder, "lease.json"), "utf8")), { holder: "second" }, "and leaves it alone");
});

/** Waits until someone has opened the pipe, and gives them its end. */
async function openedForReading(pipe: string): Promise<void> {
  for (;;) {
    try {
      closeSync(openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK));
      return;
    } catch {
      await new Promise(setImmediate);
    }
  }
}

t.test("a holder whose file system hangs has lost it", async (t) => {
  const folder = temporaryFolder(t);
  const clock = new ManualTimers();
  const { lease, lost } = contender(t, folder, "first", clock);
  await clock.set(0);
  clock.advance(0);
  await lease.held;
  unlinkSync(join(folder, "lease.json"));
  // Who opens a pipe waits for its other end.
  execFileSync("mkfifo", [join(folder, "lease.json")]);
  clock.advance(RENEW);
  t.same(lost, []);
  clock.advance(DEADLINE);
  t.same(lost, [], "there is a last look");
  clock.advance(LAST_LOOK);
  t.same(lost, ["it could not be renewed"]);
  await openedForReading(join(folder, "lease.json"));
  await lease.release();
});

t.test("a process that was held up for longer than a lease lasts, and finds its own, goes on", async (t) => {
  const folder = temporaryFolder(t);
  const clock = new ManualTimers();
  const { lost } = contender(t, folder, "busy", clock);
  await clock.set(0);
  const held = clock.set(RENEW);
  clock.advance(0);
  await held;
  // Everything that is due fires at once, as after a stall.
  const again = clock.set(SETTLE);
  clock.advance(DURATION * 2);
  await again;
  const renewed = clock.set(RENEW);
  clock.advance(SETTLE);
  await renewed;
  t.same(lost, []);
});

t.test("where no lease can be made it is said once, and tried at the pace of a renewal", async (t) => {
  const clock = new ManualTimers();
  let next = clock.set(RENEW);
  const { said } = contender(t, "/sys/herald", "first", clock);
  for (let i = 0; i < 3; i++) {
    await next;
    next = clock.set(RENEW);
    clock.advance(RENEW);
  }
  await next;
  t.same(said(), ["lease not written; trying again"]);
});

t.test("a lease that was spoilt or removed is written again by its holder", async (t) => {
  const folder = temporaryFolder(t);
  const clock = new ManualTimers();
  const { lease } = contender(t, folder, "first", clock);
  await clock.set(0);
  clock.advance(0);
  await lease.held;
  for (const spoil of [
    () => writeFileSync(join(folder, "lease.json"), "{"),
    () => writeFileSync(join(folder, "lease.json"), "7"),
    () => unlinkSync(join(folder, "lease.json")),
  ]) {
    spoil();
    await step(clock);
    t.match(JSON.parse(readFileSync(join(folder, "lease.json"), "utf8")), { holder: "first" });
  }
});
