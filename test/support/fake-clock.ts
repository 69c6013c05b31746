import type { Clock, Timer } from "@herald/bgp";

interface Waiting {
  readonly due: number;
  /** Breaks ties: first set, first fired. */
  readonly order: number;
  readonly fire: () => void;
  live: boolean;
}

function before(a: Waiting, b: Waiting): boolean {
  return a.due < b.due || (a.due === b.due && a.order < b.order);
}

/** A clock that stands still until it is told to go on. Timers fire in the order of their times, each at its own time. */
export class FakeClock implements Clock {
  #now = 0;
  #order = 0;
  /** A binary heap, the next one first. */
  readonly #heap: Waiting[] = [];

  now(): number {
    return this.#now;
  }

  /** Unix time began an even number of milliseconds ago. */
  wall(): number {
    return 1_700_000_000_000 + this.#now;
  }

  setTimer(milliseconds: number, fire: () => void): Timer {
    const waiting = { due: this.#now + Math.max(0, milliseconds), order: this.#order++, fire, live: true };
    this.#push(waiting);
    return { cancel: () => void (waiting.live = false) };
  }

  /** Timers not yet fired nor cancelled. */
  get pending(): number {
    return this.#heap.filter(({ live }) => live).length;
  }

  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (let next = this.#heap[0]; next !== undefined && next.due <= end; next = this.#heap[0]) this.#fireNext();
    this.#now = end;
  }

  /** Goes on until the condition holds; an error after `limit` milliseconds without it. */
  until(condition: () => boolean, limit = 600_000): void {
    const end = this.#now + limit;
    while (!condition()) {
      const next = this.#heap[0];
      if (next === undefined || next.due > end) throw new Error(`not so within ${limit} ms of the clock`);
      this.#fireNext();
    }
  }

  #fireNext(): void {
    const next = this.#pop();
    if (next === undefined || !next.live) return;
    next.live = false;
    this.#now = next.due;
    next.fire();
  }

  #push(waiting: Waiting): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(waiting);
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || before(parent, waiting)) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = waiting;
  }

  #pop(): Waiting | undefined {
    const heap = this.#heap;
    const [top] = heap;
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let at = 0;
    for (;;) {
      const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
      const least = right !== undefined && left !== undefined && before(right, left) ? 2 * at + 2 : 2 * at + 1;
      const child = heap[least];
      if (child === undefined || before(last, child)) break;
      heap[at] = child;
      at = least;
    }
    heap[at] = last;
    return top;
  }
}
