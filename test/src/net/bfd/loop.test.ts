import t from "tap";
import { Loop } from "../../../../src/net/bfd/loop.ts";

/** A loop on a time that passes only while it waits, and `late` milliseconds more each time. */
function lab(options: { readonly late?: number; readonly read?: () => void } = {}) {
  let now = 0;
  const waits: number[] = [];
  const loop = new Loop({
    now: () => now,
    wait: (milliseconds) => {
      waits.push(milliseconds);
      now += milliseconds + (options.late ?? 0);
    },
    read: options.read ?? (() => undefined),
  });
  return { loop, waits, now: () => now, pass: (milliseconds: number) => void (now += milliseconds) };
}

t.test("timers fire in the order of their times, each at its own, and what is cancelled does not", (t) => {
  const { loop, now } = lab();
  const fired: string[] = [];
  const at = (milliseconds: number) =>
    loop.setTimer(milliseconds, () => void fired.push(`${milliseconds} at ${now()}`));
  for (const milliseconds of [30, 10, 50, 20, 40, 10.5]) at(milliseconds);
  at(25).cancel();
  loop.setTimer(60, () => loop.stop());
  loop.run();
  t.same(fired, ["10 at 10", "10.5 at 10.5", "20 at 20", "30 at 30", "40 at 40", "50 at 50"]);
  t.end();
});

t.test("what has come in is read before a timer fires, however late it is", (t) => {
  const order: string[] = [];
  const { loop } = lab({ late: 500, read: () => void order.push("read") });
  loop.setTimer(10, () => {
    order.push("first");
    // Due by now: a packet may have come meanwhile.
    loop.setTimer(0, () => {
      order.push("second");
      loop.stop();
    });
  });
  loop.run();
  t.same(order, ["read", "read", "first", "read", "second"]);
  t.end();
});

t.test("lateness is what passed since a timer was due", (t) => {
  const { loop } = lab({ late: 3 });
  loop.setTimer(10, () => undefined);
  loop.setTimer(10, () => loop.stop());
  loop.run();
  t.match(loop.lateness.report, { fired: 2, sum: 0.006, worst: 0.003 });
  t.end();
});

t.test("with nothing to wait for it looks around once a second, and many timers keep their order", (t) => {
  const { loop, waits } = lab();
  const due: number[] = [];
  let looks = 0;
  const idle = lab({ read: () => ++looks === 3 && idle.loop.stop() });
  idle.loop.run();
  t.same(idle.waits, [1000, 1000]);
  for (let i = 0; i < 500; i++) {
    const milliseconds = (i * 7919) % 997;
    loop.setTimer(milliseconds, () => void due.push(milliseconds));
  }
  loop.setTimer(998, () => loop.stop());
  loop.run();
  t.same(
    due,
    [...due].sort((a, b) => a - b),
  );
  t.equal(due.length, 500);
  t.ok(waits.every((wait) => wait >= 0 && wait <= 1000));
  t.end();
});

t.test("after a stop from within nothing fires any more", (t) => {
  const { loop } = lab();
  let fired = 0;
  loop.setTimer(5, () => loop.stop());
  loop.setTimer(5, () => void fired++);
  loop.run();
  t.equal(fired, 0);
  t.end();
});
