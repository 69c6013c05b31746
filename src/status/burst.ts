/** A time in which one change follows the other: what can wait does so until it is over. */
import type { Clock } from "../net/clock.ts";

/** Milliseconds without a change that end it. */
const QUIET = 1000;
/** Milliseconds after which nothing waits any more though the changes go on. */
const LONGEST = 120_000;

export class Burst {
  readonly #clock: Pick<Clock, "now">;
  #began = -Infinity;
  #last = -Infinity;

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  /** When this one, or the last one, began. */
  get began(): number {
    return this.#began;
  }

  /** One more change. Answers how many milliseconds what can wait has to, unless further ones come. */
  goesOn(): number {
    const now = this.#clock.now();
    if (now - this.#last >= QUIET) this.#began = now;
    this.#last = now;
    return Math.max(0, Math.min(QUIET, this.#began + LONGEST - now));
  }
}
