import t from "tap";
import { PASS_BOUNDS, PassTimes } from "../../src/pass-times.ts";

t.test("passes are counted by how long they took, also those that fail", (t) => {
  let now = 0;
  const times = new PassTimes(() => now);
  const took = (milliseconds: number): void => times.run(() => void (now += milliseconds));
  took(0.5);
  took(2);
  took(60_000);
  t.throws(() =>
    times.run(() => {
      now += 30;
      throw new Error("no");
    }),
  );
  const { cumulative, sum } = times.counts;
  t.same(
    [0.0005, 0.0025, 0.05, 2.5].map((bound) => cumulative[PASS_BOUNDS.indexOf(bound)]),
    [1, 2, 3, 3],
  );
  t.equal(cumulative.at(-1), 4);
  t.equal(sum, 60.0325);
  t.end();
});
