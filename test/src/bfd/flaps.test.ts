import t from "tap";
import { Flaps } from "../../../src/bfd/flaps.ts";

t.test("the first failures cost nothing, each further one twice the wait of the one before, up to a minute", (t) => {
  const flaps = new Flaps();
  const waits = Array.from({ length: 11 }, (_, i) => {
    flaps.failed(i * 1000);
    return flaps.wait(i * 1000);
  });
  t.same(waits, [0, 0, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  t.equal(flaps.wait(299_999), 60_000);
  t.equal(flaps.wait(400_000), 0, "a failure counts for five minutes");
  t.end();
});
