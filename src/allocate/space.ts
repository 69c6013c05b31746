/** The addresses of one family in a pool, numbered from 0 in the order in which the pool lists them. */
import type { AddressRange } from "../model/address.ts";
import { lastAtMost } from "../model/search.ts";

/** Which values count: all of them, or those that do not end in .0 or .255; by arithmetic, whatever the size. */
interface Counting {
  usable(value: bigint): boolean;
  /** How many usable values lie below `value`. */
  below(value: bigint): bigint;
  /** The usable value that has `count` others below it. */
  nth(count: bigint): bigint;
}

const everyAddress: Counting = {
  usable: () => true,
  below: (value) => value,
  nth: (count) => count,
};

const withoutBuggyAddresses: Counting = {
  usable: (value) => (value & 255n) !== 0n && (value & 255n) !== 255n,
  below(value) {
    const inBlock = (value & 255n) - 1n;
    return (value >> 8n) * 254n + (inBlock < 0n ? 0n : inBlock);
  },
  nth: (count) => ((count / 254n) << 8n) + (count % 254n) + 1n,
};

interface Part {
  readonly first: bigint;
  readonly last: bigint;
  /** The number of the first usable address of this range. */
  readonly base: bigint;
  /** Usable values below `first`. */
  readonly offset: bigint;
}

export class AddressSpace {
  /** How many addresses there are. */
  readonly size: bigint;
  readonly #counting: Counting;
  readonly #byNumber: readonly Part[];
  readonly #byValue: readonly Part[];

  /** `ranges` of one family that do not overlap, in the order in which they are to be used. */
  constructor(ranges: readonly AddressRange[], avoidBuggy: boolean) {
    this.#counting = avoidBuggy ? withoutBuggyAddresses : everyAddress;
    const parts: Part[] = [];
    let base = 0n;
    for (const { first, last } of ranges) {
      const offset = this.#counting.below(first);
      const count = this.#counting.below(last + 1n) - offset;
      // A range without a usable address would share its number with the next.
      if (count > 0n) parts.push({ first, last, base, offset });
      base += count;
    }
    this.size = base;
    this.#byNumber = parts;
    this.#byValue = parts.toSorted((a, b) => (a.first < b.first ? -1 : 1));
  }

  /** Undefined: the address is not here, or not usable. */
  numberOf(value: bigint): bigint | undefined {
    const part = lastAtMost(this.#byValue, value, (part) => part.first);
    if (part === undefined || value > part.last || !this.#counting.usable(value)) return undefined;
    return part.base + this.#counting.below(value) - part.offset;
  }

  /** The address with a number below `size`. */
  valueAt(number: bigint): bigint {
    const part = lastAtMost(this.#byNumber, number, (part) => part.base);
    if (part === undefined || number >= this.size) throw new RangeError(`no address has number ${number}`);
    return this.#counting.nth(part.offset + number - part.base);
  }
}
