import { assert, double, property } from "fast-check";
import t from "tap";
import { Lateness } from "../../../../src/net/bfd/lateness.ts";

t.test("counts by bound, percentiles within a fifth, the worst exactly", (t) => {
  const lateness = new Lateness();
  for (let i = 0; i < 9_990; i++) lateness.add(0.05);
  for (let i = 0; i < 9; i++) lateness.add(3);
  lateness.add(700);
  const { fired, buckets, p99, p9999, worst, sum } = lateness.report;
  t.equal(fired, 10_000);
  t.same(
    buckets.map(({ le, count }) => `${le} ${count}`),
    [
      "0.000064 9990",
      "0.000256 9990",
      "0.001024 9990",
      "0.004096 9999",
      "0.016384 9999",
      "0.065536 9999",
      "0.262144 9999",
      "1.048576 10000",
    ],
  );
  t.ok(p99 >= 0.000_05 && p99 < 0.000_06);
  t.ok(p9999 >= 0.003 && p9999 < 0.0036);
  t.equal(worst, 0.7);
  t.ok(Math.abs(sum - (9990 * 0.05 + 9 * 3 + 700) / 1000) < 1e-9);
  t.end();
});

t.test("nothing, early, and beyond all bounds", (t) => {
  const lateness = new Lateness();
  t.match(lateness.report, { fired: 0, p99: 0, p9999: 0, worst: 0 });
  lateness.add(-3);
  t.match(lateness.report, { fired: 1, worst: 0, sum: 0 });
  lateness.add(1e9);
  t.match(lateness.report, { fired: 2, worst: 1e6 });
  t.equal(lateness.report.buckets.at(-1)?.count, 1);
  t.end();
});

t.test("a percentile is never below the value, and at most a fifth above", (t) => {
  assert(
    property(double({ min: 0.002, max: 10_000, noNaN: true }), (milliseconds) => {
      const lateness = new Lateness();
      lateness.add(milliseconds);
      lateness.add(20_000);
      for (let i = 0; i < 200; i++) lateness.add(milliseconds);
      const { p99 } = lateness.report;
      return p99 >= (milliseconds / 1000) * 0.999 && p99 <= (milliseconds / 1000) * 1.2;
    }),
  );
  t.end();
});
