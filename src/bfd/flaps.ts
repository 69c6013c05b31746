/** Damping of a path that fails again and again: for how long it has to be up before it is used (RFC 5882 §3.2). */

/** Failures that cost nothing, and how long each one counts, in milliseconds. */
const FREE = 2;
const MEMORY = 300_000;
/** The first wait and the longest, in milliseconds. */
const FIRST = 1000;
const LONGEST = 60_000;

export class Flaps {
  #failures: number[] = [];

  /** `now` in milliseconds, of a clock that only goes forward. */
  failed(now: number): void {
    this.#failures = [...this.#failures.filter((at) => now - at < MEMORY), now];
  }

  /** Milliseconds: 0 for the first failures, then twice as long with each. */
  wait(now: number): number {
    const recent = this.#failures.filter((at) => now - at < MEMORY).length;
    return recent <= FREE ? 0 : Math.min(LONGEST, FIRST * 2 ** (recent - FREE - 1));
  }
}
