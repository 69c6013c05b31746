/** How long to wait before another attempt: twice as long each time, with chance in it so that many do not come at once. */

/** Milliseconds. The longest is what an API server that comes back is noticed within. */
const FIRST = 250;
const LONGEST = 10_000;

export class Backoff {
  readonly #random: () => number;
  #failures = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** It worked: the next failure waits the shortest time again. */
  reset(): void {
    this.#failures = 0;
  }

  /** Milliseconds, from half to all of the step; no less than what the server asked for, if it did. */
  next(asked = 0): number {
    const step = Math.min(LONGEST, FIRST * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 16);
    return Math.max(asked, 0) + step * (0.5 + this.#random() / 2);
  }
}
