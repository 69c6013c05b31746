import t from "tap";
import { Burst } from "../../../src/status/burst.ts";

t.test("what can wait does so until the changes end, or have gone on for long enough", (t) => {
  let now = 5_000;
  const burst = new Burst({ now: () => now }, { quiet: 100, longest: 250 });
  const steps: readonly (readonly [after: number, wait: number, began: number])[] = [
    [0, 100, 5_000],
    [90, 100, 5_000],
    [90, 70, 5_000],
    [90, 0, 5_000],
    [99, 0, 5_000],
    [100, 100, 5_469],
    [0, 100, 5_469],
  ];
  for (const [after, wait, began] of steps) {
    now += after;
    t.same([burst.goesOn(), burst.began], [wait, began], `at ${now}`);
  }
  t.end();
});
