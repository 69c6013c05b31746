/** (d) Addresses for Services that come one by one, and the last free one of a large pool. */
import { Allocator } from "../../../src/allocate/index.ts";
import type { ServiceView } from "../../../src/model/service.ts";
import { pool, service } from "../../support/plan-values.ts";
import { collectGarbage, samples } from "../measure.ts";
import type { Bench } from "../report.ts";

/** 10.0.0.0/12 has 2^20 addresses. */
const LARGE = "10.0.0.0-10.15.255.255";
const SIZE = 2 ** 20;

function services(count: number): ServiceView[] {
  return Array.from({ length: count }, (_, i) => service(`s-${i}`, []));
}

function allocator(): Allocator {
  const made = new Allocator();
  made.setPools(new Map([["large", pool("large", LARGE)]]), [{ name: "default", labels: {} }]);
  return made;
}

/** Everything given but the last `free` addresses. */
function nearlyFull(free: number): Allocator {
  const made = allocator();
  made.start(services(SIZE - free));
  return made;
}

export function run(bench: Bench): void {
  for (const count of bench.quick ? [100] : [10_000, 100_000]) {
    const all = services(count);
    const title = count.toLocaleString("en");
    const ways: Readonly<Record<string, (allocator: Allocator) => void>> = {
      "one by one": (given) => {
        for (const view of all) given.upsert(view);
      },
      "in one first pass": (given) => {
        given.start(all);
      },
    };
    for (const [way, work] of Object.entries(ways)) {
      const values = samples(bench.runs, 1, allocator, work);
      const target = count === 10_000 ? { atMost: 200 } : {};
      bench.record({ name: `${title} Services, ${way}`, unit: "ms", values, ...target });
    }
  }
  if (bench.quick) return;
  const full = nearlyFull(1);
  collectGarbage();
  const taken: number[] = [];
  for (let round = 0; round < 1_000; round++) {
    const view = service(`last-${round}`, []);
    const began = performance.now();
    const [allocation] = full.upsert(view);
    taken.push(performance.now() - began);
    if (allocation?.addresses.length !== 1) throw new Error("BUG: the last address is not given");
    full.remove(view.key);
  }
  const target = { atMost: 1, counts: "p99" } as const;
  bench.record({ name: "the last free address of a /12", unit: "ms", values: taken, ...target });
}
