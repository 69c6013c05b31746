import * as fc from "fast-check";
import t from "tap";
import { IntervalSet } from "../../../src/allocate/intervals.ts";
import { ShareGroup } from "../../../src/allocate/share-group.ts";

const SIZE = 40;

t.test("an interval set answers as a plain set does", (t) => {
  const change = fc.tuple(fc.boolean(), fc.bigInt(0n, BigInt(SIZE - 1)));
  const property = fc.property(fc.boolean(), fc.array(change, { maxLength: 120 }), (full, changes) => {
    const set = new IntervalSet(full ? BigInt(SIZE) : 0n);
    const model = new Set(full ? Array.from({ length: SIZE }, (_, index) => BigInt(index)) : []);
    for (const [add, value] of changes) {
      if (add) {
        set.add(value);
        model.add(value);
      } else {
        set.delete(value);
        model.delete(value);
      }
      const sorted = [...model].sort((a, b) => Number(a - b));
      t.equal(set.first(), sorted[0]);
      t.equal(set.has(value), add);
      t.equal(
        set.next(value),
        sorted.find((member) => member >= value),
      );
      let end = add ? value : undefined;
      while (end !== undefined && model.has(end + 1n)) end += 1n;
      t.equal(set.endOf(value), end, "the end of the run");
    }
  });
  fc.assert(property, { numRuns: 60 });
  t.end();
});

t.test("a share group finds the lowest address with all ports free", (t) => {
  const ports = fc.uniqueArray(fc.constantFrom("TCP/80", "TCP/443", "UDP/53"), { maxLength: 3 });
  const step = fc.tuple(fc.boolean(), fc.bigInt(0n, 9n), ports);
  const property = fc.property(fc.array(step, { maxLength: 60 }), ports, (steps, wanted) => {
    const group = new ShareGroup();
    const model = new Map<bigint, string[][]>();
    for (const [join, number, ports] of steps) {
      const there = model.get(number) ?? [];
      if (join && !ports.some((port) => there.flat().includes(port))) {
        group.join(number, ports);
        model.set(number, [...there, ports]);
      } else if (there[0] !== undefined) {
        group.leave(number, there[0], there.length === 1);
        if (there.length === 1) model.delete(number);
        else model.set(number, there.slice(1));
      }
      const fitting = [...model].filter(([, used]) => !wanted.some((port) => used.flat().includes(port)));
      const numbers = fitting.map(([number]) => number).sort((a, b) => Number(a - b));
      t.equal(group.lowest(wanted), numbers[0]);
      t.equal(group.isEmpty, model.size === 0);
    }
  });
  fc.assert(property, { numRuns: 100 });
  t.end();
});
