import { array, assert, boolean, integer, property, tuple } from "fast-check";
import t from "tap";
import { findOverlaps } from "../../../src/intent/overlaps.ts";
import { widestPrefix } from "../../../src/intent/pools.ts";
import type { AddressRange, Family } from "../../../src/model/address.ts";
import { overlaps } from "../../../src/model/address.ts";

interface Item {
  readonly range: AddressRange;
}

/** Each against each: slow and plain. */
function byPairs(items: readonly Item[]): Item[] {
  const kept: Item[] = [];
  return items.filter((item) => {
    const lost = kept.some((other) => overlaps(other.range, item.range));
    if (!lost) kept.push(item);
    return lost;
  });
}

const item = tuple(boolean(), integer({ min: 0, max: 60 }), integer({ min: 0, max: 8 })).map(
  ([six, first, size]): Item => {
    const family: Family = six ? 6 : 4;
    return { range: { family, first: BigInt(first), last: BigInt(first + size) } };
  },
);

t.test("the ranges that lose are those that a comparison of all pairs finds, each with one that wins", (t) => {
  assert(
    property(array(item, { maxLength: 25 }), (items) => {
      const found = findOverlaps(items);
      const losers = new Set(found.map(({ loser }) => loser));
      t.same(new Set(byPairs(items)), losers);
      return found.every(({ winner, loser }) => !losers.has(winner) && overlaps(winner.range, loser.range));
    }),
    { numRuns: 200 },
  );
  t.end();
});

function v4(first: number, last: number): AddressRange {
  return { family: 4, first: BigInt(first), last: BigInt(last) };
}

t.test("the widest prefix in a range is the largest aligned block that fits", (t) => {
  t.equal(widestPrefix(v4(0, 255)), 24);
  t.equal(widestPrefix(v4(1, 255)), 25, "128-255");
  t.equal(widestPrefix(v4(1, 5)), 31, "2-3 or 4-5");
  t.equal(widestPrefix(v4(1, 2)), 32, "two that are not aligned");
  t.equal(widestPrefix(v4(7, 7)), 32);
  t.equal(widestPrefix(v4(0, 0xffffffff)), 0);
  t.equal(widestPrefix({ family: 6, first: 0n, last: (1n << 64n) - 1n }), 64);
  t.end();
});
