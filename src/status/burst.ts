/** A time in which one change follows the other: what can wait does so until it is over. */
import type { Clock } from "../net/clock.ts";

export interface BurstOptions {
  /** Milliseconds without a change that end it. */
  readonly quiet: number;
  /** Milliseconds after which nothing waits any more though the changes go on. */
  readonly longest: number;
}

export class Burst {
  readonly #clock: Pick<Clock, "now">;
  readonly #options: BurstOptions;
  #began = -Infinity;
  #last = -Infinity;

  constructor(clock: Pick<Clock, "now">, options: BurstOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** When this one, or the last one, began. */
  get began(): number {
    return this.#began;
  }

  /** One more change. Answers how many milliseconds what can wait has to, unless further ones come. */
  goesOn(): number {
    const { quiet, longest } = this.#options;
    const now = this.#clock.now();
    if (now - this.#last >= quiet) this.#began = now;
    this.#last = now;
    return Math.max(0, Math.min(quiet, this.#began + longest - now));
  }
}
