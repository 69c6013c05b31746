import t from "tap";
import { Queue } from "../../../src/status/queue.ts";
import type { Failure, QueueOptions } from "../../../src/status/queue.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { settled } from "../../support/memory-cluster.ts";

interface Work {
  readonly key: string;
  readonly at: number;
  end(error?: unknown): Promise<void>;
}

function bench(options: Partial<QueueOptions> = {}) {
  const clock = new FakeClock();
  const begun: Work[] = [];
  const failures: Failure[] = [];
  const queue = new Queue({
    clock,
    random: () => 0,
    parallel: 2,
    work: (key) =>
      new Promise<void>((resolve, reject) => {
        const end = async (error?: unknown): Promise<void> => {
          if (error === undefined) resolve();
          else reject(error);
          await settled();
        };
        begun.push({ key, at: clock.now(), end });
      }),
    failed: (failure) => failures.push(failure),
    ...options,
  });
  const keys = (): string[] => begun.map(({ key }) => key);
  const last = (): Work => begun.at(-1) as Work;
  return { clock, begun, failures, queue, keys, last };
}

t.test("keys begin in the order in which they came, no more at a time than allowed", async (t) => {
  const { queue, begun, keys } = bench();
  for (const key of ["a", "b", "c"]) queue.add(key);
  t.same(keys(), ["a", "b"]);
  await begun[1]?.end();
  t.same(keys(), ["a", "b", "c"]);
  t.equal(queue.size, 2);
});

t.test(
  "a key that is added a thousand times while it waits is worked on once, and once more if it had begun",
  async (t) => {
    const { queue, begun, keys } = bench({ parallel: 1 });
    queue.add("busy");
    for (let i = 0; i < 1000; i++) queue.add("a");
    await begun[0]?.end();
    t.same(keys(), ["busy", "a"]);
    for (let i = 0; i < 1000; i++) queue.add("a");
    t.same(keys(), ["busy", "a"], "one key is never worked on twice at a time");
    await begun[1]?.end();
    await begun[2]?.end();
    t.same(keys(), ["busy", "a", "a"]);
    t.equal(queue.size, 0);
  },
);

t.test("a queue is settled when work that began after the last addition has succeeded for each key", async (t) => {
  const { queue, begun, clock } = bench();
  await queue.settled();
  let done = 0;
  queue.add("a");
  queue.add("a");
  queue.add("b");
  void queue.settled().then(() => (done += 1));
  void queue.settled().then(() => (done += 1));
  await begun[0]?.end();
  await begun[1]?.end(new Error("no"));
  t.same([done, queue.size], [0, 2], "one is worked on again, and one waits to be tried again");
  await begun[2]?.end();
  t.equal(done, 0);
  clock.until(() => begun.length === 4);
  await begun[3]?.end();
  t.equal(done, 2);
});

t.test("what fails is tried again after 0.1 s, doubled up to 30 s, and others go on", async (t) => {
  const { queue, begun, failures, clock, keys, last } = bench();
  queue.add("a");
  await begun[0]?.end(new Error("no"));
  queue.add("b");
  t.same(keys(), ["a", "b"]);
  for (let i = 0; i < 9; i++) {
    clock.until(() => begun.length === i + 3);
    t.equal(last().at - (begun.at(i === 0 ? 0 : -2)?.at ?? 0), failures[i]?.retryMilliseconds);
    await last().end(new Error("no"));
  }
  t.same(
    failures.map(({ retryMilliseconds }) => retryMilliseconds),
    [100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000],
  );
  t.same(
    failures.map(({ attempts }) => attempts),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
});

t.test("what is new about a key that waits to be tried again does not wait", async (t) => {
  const { queue, begun, clock } = bench();
  queue.add("a");
  await begun[0]?.end(new Error("no"));
  queue.add("a");
  t.equal(begun.length, 2);
  await begun[1]?.end();
  clock.advance(60_000);
  t.equal(begun.length, 2);
});

t.test("a server that asks to wait is left alone with every key", async (t) => {
  const { queue, begun, clock, keys } = bench();
  queue.add("a");
  await begun[0]?.end(Object.assign(new Error("busy"), { retryAfter: 5000 }));
  queue.add("b");
  queue.add("a");
  clock.advance(4999);
  t.same(keys(), ["a"]);
  clock.advance(1);
  t.same(keys().toSorted(), ["a", "a", "b"]);
});

t.test("with an interval the first change is written at once and what follows a second later", async (t) => {
  const { queue, begun, clock } = bench({ interval: 1000 });
  queue.add("a");
  await begun[0]?.end();
  clock.advance(300);
  queue.add("a");
  queue.add("a");
  t.equal(begun.length, 1);
  clock.advance(700);
  t.equal(begun.length, 2);
  queue.add("a");
  await begun[1]?.end();
  clock.advance(999);
  t.equal(begun.length, 2);
  clock.advance(1);
  t.equal(begun.length, 3);
});

t.test("with a rate a burst goes at once and the rest as the seconds pass", async (t) => {
  const begun: number[] = [];
  const clock = new FakeClock();
  const work = (): Promise<void> => {
    begun.push(clock.now());
    return Promise.resolve();
  };
  const queue = new Queue({ clock, random: () => 0, parallel: 100, work, rate: { perSecond: 10, burst: 3 } });
  for (let i = 0; i < 6; i++) queue.add(`${i}`);
  clock.advance(1000);
  t.same(begun, [0, 0, 0, 100, 200, 300]);
});

t.test("closing gives up what waits and lets end what has begun", async (t) => {
  const { queue, begun, clock, last } = bench({ parallel: 1 });
  queue.add("a");
  queue.add("b");
  let closed = false;
  void queue.close().then(() => (closed = true));
  await settled();
  t.equal(queue.size, 1);
  t.notOk(closed);
  await last().end();
  t.ok(closed);
  queue.add("c");
  clock.advance(60_000);
  t.equal(begun.length, 1);
});

t.test("a key that is dropped while it waits never begins", async (t) => {
  const { queue, begun, keys } = bench({ parallel: 1 });
  queue.add("a");
  queue.add("b");
  queue.drop("b");
  await begun[0]?.end();
  t.same(keys(), ["a"]);
  t.equal(queue.size, 0);
});
