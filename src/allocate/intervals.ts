/** An ordered set of numbers kept as disjoint intervals, so that its cost follows the number of gaps and not of members. */

import { Priorities, merge, split } from "./treap.ts";
import type { TreapNode } from "./treap.ts";

interface Interval extends TreapNode<Interval> {
  first: bigint;
  last: bigint;
}

function refresh(): void {}

/** Expected O(log n) in the number of intervals for everything. */
export class IntervalSet {
  #root: Interval | undefined;
  readonly #priorities = new Priorities();

  /** Holds 0 to `size` - 1 at first. */
  constructor(size = 0n) {
    if (size > 0n) this.#insert(0n, size - 1n);
  }

  has(value: bigint): boolean {
    return this.endOf(value) !== undefined;
  }

  first(): bigint | undefined {
    return this.#above(undefined)?.first;
  }

  /** The lowest member that is not below `value`. */
  next(value: bigint): bigint | undefined {
    return this.has(value) ? value : this.#above(value)?.first;
  }

  /** The last of the unbroken run of members that holds `value`; undefined: it is no member. */
  endOf(value: bigint): bigint | undefined {
    const node = this.#atOrBelow(value);
    return node !== undefined && value <= node.last ? node.last : undefined;
  }

  add(value: bigint): void {
    const below = this.#atOrBelow(value);
    if (below !== undefined && value <= below.last) return;
    const above = this.#above(value);
    const joinsAbove = above?.first === value + 1n;
    if (below?.last === value - 1n) {
      below.last = joinsAbove ? above.last : value;
      if (joinsAbove) this.#remove(above);
    } else if (joinsAbove) {
      above.first = value;
    } else {
      this.#insert(value, value);
    }
  }

  delete(value: bigint): void {
    const node = this.#atOrBelow(value);
    if (node === undefined || value > node.last) return;
    const { first, last } = node;
    if (first === last) {
      this.#remove(node);
    } else if (value === first) {
      node.first = value + 1n;
    } else {
      node.last = value - 1n;
      if (value < last) this.#insert(value + 1n, last);
    }
  }

  /** The interval with the greatest `first` that is not above `value`. */
  #atOrBelow(value: bigint): Interval | undefined {
    let found: Interval | undefined;
    for (let node = this.#root; node !== undefined;) {
      if (node.first <= value) {
        found = node;
        node = node.right;
      } else {
        node = node.left;
      }
    }
    return found;
  }

  /** The interval with the smallest `first` above `value`, or of all. */
  #above(value: bigint | undefined): Interval | undefined {
    let found: Interval | undefined;
    for (let node = this.#root; node !== undefined;) {
      if (value === undefined || node.first > value) {
        found = node;
        node = node.left;
      } else {
        node = node.right;
      }
    }
    return found;
  }

  #insert(first: bigint, last: bigint): void {
    const interval: Interval = { first, last, priority: this.#priorities.next(), left: undefined, right: undefined };
    const [before, after] = split(this.#root, (other) => other.first < first, refresh);
    this.#root = merge(merge(before, interval, refresh), after, refresh);
  }

  #remove({ first }: Interval): void {
    const [before, rest] = split(this.#root, (other) => other.first < first, refresh);
    const [, after] = split(rest, (other) => other.first === first, refresh);
    this.#root = merge(before, after, refresh);
  }
}
