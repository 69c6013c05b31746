import t from "tap";
import { Timers } from "../../../bgp/session/timers.ts";
import { FakeClock } from "../../support/fake-clock.ts";

function setup(random: () => number = () => 1) {
  const clock = new FakeClock();
  const fired: string[] = [];
  const timers = new Timers(clock, random, (name) => fired.push(`${name} ${clock.now()}`));
  return { clock, fired, timers };
}

t.test("a timer fires once, at its time", (t) => {
  const { clock, fired, timers } = setup();
  timers.start("Hold", 3, false);
  clock.advance(2999);
  t.same(fired, []);
  clock.advance(10_000);
  t.same(fired, ["Hold 3000"]);
  t.end();
});

t.test("restarting costs no timer of the clock and moves the expiry", (t) => {
  const { clock, fired, timers } = setup();
  timers.start("Hold", 3, false);
  for (let i = 0; i < 100; i++) {
    clock.advance(20);
    timers.start("Hold", 3, false);
  }
  t.equal(clock.pending, 1);
  clock.advance(10_000);
  t.same(fired, ["Hold 5000"]);
  t.end();
});

t.test("a restart with a shorter time fires earlier", (t) => {
  const { clock, fired, timers } = setup();
  timers.start("Hold", 240, false);
  timers.start("Hold", 3, false);
  clock.advance(300_000);
  t.same(fired, ["Hold 3000"]);
  t.end();
});

t.test("jitter spreads over 0.75 to 1.0 of the time", (t) => {
  for (const [random, at] of [
    [0, 750],
    [0.5, 875],
    [0.9999999, 1000],
  ] as const) {
    const { clock, fired, timers } = setup(() => random);
    timers.start("Keepalive", 1, true);
    clock.advance(2000);
    t.equal(Math.round(Number(fired[0]?.split(" ")[1])), at);
  }
  t.end();
});

t.test("extending counts from a moment, and never shortens", (t) => {
  const { clock, fired, timers } = setup();
  timers.start("SendHold", 10, false);
  clock.advance(4000);
  timers.extend("SendHold", 4000);
  timers.extend("SendHold", 1000);
  timers.extend("Keepalive", 1000);
  clock.advance(20_000);
  t.same(fired, ["SendHold 14000"]);
  t.end();
});

t.test("a stopped timer does not fire", (t) => {
  const { clock, fired, timers } = setup();
  timers.start("Hold", 3, false);
  timers.start("Keepalive", 1, false);
  timers.stop("Hold");
  timers.stopAll();
  clock.advance(10_000);
  t.same(fired, []);
  t.equal(clock.pending, 0);
  t.end();
});
