import t from "tap";
import { AddressSpace } from "../../../src/allocate/space.ts";
import { ip } from "../../support/plan-values.ts";
import { range } from "./fixtures.ts";

function space(ranges: string, avoidBuggy = false): AddressSpace {
  return new AddressSpace(ranges.split(" ").map(range), avoidBuggy);
}

t.test("a space counts what it holds, whatever its size", (t) => {
  t.equal(space("10.0.0.0/24").size, 256n);
  t.equal(space("10.0.0.0/24 10.1.0.0/25").size, 384n);
  t.equal(space("10.0.0.0/24 10.1.0.0/25", true).size, 381n, "without .0, .255 and .0");
  t.equal(space("1.2.3.0/31", true).size, 1n);
  t.equal(space("1.2.3.255 1.2.4.0", true).size, 0n);
  t.equal(space("0.0.0.0/0", true).size, 254n << 24n);
  t.equal(space("fd00::/64").size, 1n << 64n);
  t.equal(space("fd00::/32").size, 1n << 96n);
  t.end();
});

t.test("addresses are numbered in the order in which the ranges are written", (t) => {
  const two = space("10.0.1.0-10.0.1.1 10.0.0.7-10.0.0.9");
  const inOrder = ["10.0.1.0", "10.0.1.1", "10.0.0.7", "10.0.0.8", "10.0.0.9"].map((text) => ip(text).value);
  for (const [index, value] of inOrder.entries()) {
    t.equal(two.valueAt(BigInt(index)), value);
    t.equal(two.numberOf(value), BigInt(index));
  }
  for (const outside of ["10.0.0.6", "10.0.0.10", "10.0.1.2", "9.0.0.0"])
    t.equal(two.numberOf(ip(outside).value), undefined);
  t.throws(() => two.valueAt(5n), RangeError);
  t.end();
});

t.test("what ends in .0 or .255 is passed over where it is to be avoided", (t) => {
  const ranges = ["10.0.0.250-10.0.2.3", "10.0.5.0", "10.0.4.255-10.0.4.255", "10.0.6.0/31", "10.0.7.254-10.0.9.1"];
  const avoiding = space(ranges.join(" "), true);
  const usable = ranges.map(range).flatMap(({ first, last }) => {
    const values = Array.from({ length: Number(last - first) + 1 }, (_, index) => first + BigInt(index));
    return values.filter((value) => value % 256n !== 0n && value % 256n !== 255n);
  });
  t.equal(avoiding.size, BigInt(usable.length));
  for (const [index, value] of usable.entries()) {
    t.equal(avoiding.valueAt(BigInt(index)), value);
    t.equal(avoiding.numberOf(value), BigInt(index));
  }
  t.equal(avoiding.numberOf(ip("10.0.1.0").value), undefined);
  t.equal(avoiding.numberOf(ip("10.0.0.255").value), undefined);
  t.equal(avoiding.numberOf(ip("10.0.5.0").value), undefined);
  t.end();
});
