/** How long passes take, as a histogram: counts by upper bound. */

/** Seconds. */
export const PASS_BOUNDS: readonly number[] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

export interface PassCounts {
  /** How many took at most the bound of the same index in `PASS_BOUNDS`; the last is all of them. */
  readonly cumulative: readonly number[];
  /** Seconds of all together. */
  readonly sum: number;
}

export class PassTimes {
  /** Milliseconds, of a clock that only goes forward. */
  readonly #now: () => number;
  readonly #counts = Array.from({ length: PASS_BOUNDS.length + 1 }, () => 0);
  #sum = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  readonly run = (pass: () => void): void => {
    const start = this.#now();
    try {
      pass();
    } finally {
      this.add((this.#now() - start) / 1000);
    }
  };

  /** One that was timed elsewhere. */
  add(seconds: number): void {
    const bound = PASS_BOUNDS.findIndex((most) => seconds <= most);
    const index = bound === -1 ? PASS_BOUNDS.length : bound;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#sum += seconds;
  }

  get counts(): PassCounts {
    let total = 0;
    return { cumulative: this.#counts.map((count) => (total += count)), sum: this.#sum };
  }
}
