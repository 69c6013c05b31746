/**
 * The event loop of the BFD thread, in place of Node's: it waits for sockets and timers with a resolution of
 * microseconds, and reads what has come in before a timer fires, so that a late loop suspects no peer.
 */
import type { Clock, Timer } from "@herald/bfd";
import { Lateness } from "./lateness.ts";

export interface LoopOptions {
  /** Milliseconds with fractions, monotonic. */
  readonly now: () => number;
  /** Returns when there is something to read, or after so many milliseconds. */
  readonly wait: (milliseconds: number) => void;
  /** Reads and acts on what there is. */
  readonly read: () => void;
}

/** The longest wait in milliseconds: whatever else goes wrong, the loop looks around this often. */
const LONGEST = 1000;

class Waiting implements Timer {
  readonly due: number;
  readonly fire: () => void;
  live = true;

  constructor(due: number, fire: () => void) {
    this.due = due;
    this.fire = fire;
  }

  cancel(): void {
    this.live = false;
  }
}

export class Loop implements Clock {
  readonly lateness = new Lateness();
  readonly #options: LoopOptions;
  /** A binary heap, the next one first; what was cancelled stays until it is its turn. */
  readonly #heap: Waiting[] = [];
  #stopped = false;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  now(): number {
    return this.#options.now();
  }

  setTimer(milliseconds: number, fire: () => void): Timer {
    const waiting = new Waiting(this.now() + Math.max(0, milliseconds), fire);
    this.#push(waiting);
    return waiting;
  }

  /** Until `stop`. */
  run(): void {
    while (!this.#stopped) {
      this.#options.read();
      this.#fire();
      if (!this.#stopped) this.#options.wait(this.#left());
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  /** All that is due; what becomes due by it waits until the sockets have been read once more. */
  #fire(): void {
    const now = this.now();
    const due: Waiting[] = [];
    for (let next = this.#heap[0]; next !== undefined && (!next.live || next.due <= now); next = this.#heap[0]) {
      this.#shift();
      if (next.live) due.push(next);
    }
    for (const timer of due) {
      if (!timer.live || this.#stopped) continue;
      this.lateness.add(this.now() - timer.due);
      timer.fire();
    }
  }

  #left(): number {
    const next = this.#heap[0];
    return next === undefined ? LONGEST : Math.min(LONGEST, Math.max(0, next.due - this.now()));
  }

  #push(waiting: Waiting): void {
    const heap = this.#heap;
    let at = heap.push(waiting) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || above.due <= waiting.due) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = waiting;
  }

  #shift(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
      const smaller = right !== undefined && left !== undefined && right.due < left.due ? right : left;
      if (smaller === undefined || last.due <= smaller.due) break;
      heap[at] = smaller;
      at = smaller === left ? 2 * at + 1 : 2 * at + 2;
    }
    heap[at] = last;
  }
}
