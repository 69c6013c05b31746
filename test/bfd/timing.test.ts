import t from "tap";
import { detectionTime, jittered, transmitInterval } from "../../bfd/timing.ts";
import { seeded, SessionLab } from "../support/bfd-lab.ts";

function spread(detectMultiplier: number): readonly [number, number, number] {
  const random = seeded(1);
  const lengths = Array.from({ length: 10_000 }, () => jittered(1, detectMultiplier, random));
  return [Math.min(...lengths), Math.max(...lengths), lengths.reduce((sum, length) => sum + length, 0) / 10_000];
}

t.test("10,000 intervals are shortened by 0 to 25 %, evenly", (t) => {
  const [least, most, mean] = spread(3);
  t.ok(least >= 0.75 && least < 0.76, `least ${least}`);
  t.ok(most <= 1 && most > 0.99, `most ${most}`);
  t.ok(Math.abs(mean - 0.875) < 0.005, `mean ${mean}`);
  t.end();
});

t.test("with a multiplier of 1 they are shortened by 10 to 25 %", (t) => {
  const [least, most] = spread(1);
  t.ok(least >= 0.75 && least < 0.76, `least ${least}`);
  t.ok(most <= 0.9 && most > 0.89, `most ${most}`);
  t.end();
});

for (const detectMultiplier of [3, 1]) {
  t.test(`10,000 packets on the wire keep to it, multiplier ${detectMultiplier}`, (t) => {
    const profile = { desiredMinTx: 10_000, requiredMinRx: 10_000, detectMultiplier };
    const lab = new SessionLab({ profile }, { random: seeded(2) }).bringUp({ requiredMinRx: 10_000 });
    const times = lab.during(95_000, { requiredMinRx: 10_000, desiredMinTx: 100_000 }).map(({ at }) => at);
    t.ok(times.length > 10_000, `${times.length} packets`);
    // The first intervals are those around coming Up.
    const lengths = times.slice(3).map((at, i) => (at - (times[i + 2] ?? 0)) / 10);
    const bounds = [Math.min(...lengths), Math.max(...lengths)].map((x) => Math.round(x * 1000) / 1000);
    t.ok((bounds[0] ?? 0) >= 0.75 && (bounds[1] ?? 9) <= (detectMultiplier === 1 ? 0.9 : 1), bounds.join(" to "));
    t.end();
  });
}

t.test("the slower side decides the interval; zero of the peer means none", (t) => {
  t.equal(transmitInterval(300, 1000), 1000);
  t.equal(transmitInterval(300, 1), 300);
  t.equal(transmitInterval(300, 0), undefined);
  t.equal(detectionTime(300, 5, 100), 1500);
  t.equal(detectionTime(300, 5, 400), 2000);
  t.end();
});
