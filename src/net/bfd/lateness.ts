/** How late timers fire: counts by quarters of a power of two of microseconds, so that percentiles are within a fifth. */

const QUARTERS = 4;
/** 2^24 microseconds are 17 seconds. */
const BUCKETS = 24 * QUARTERS + 1;

export interface LatenessReport {
  readonly fired: number;
  /** Cumulative counts by upper bound in seconds. */
  readonly buckets: readonly { readonly le: number; readonly count: number }[];
  /** Seconds, as all that follows. */
  readonly sum: number;
  readonly p99: number;
  readonly p9999: number;
  readonly worst: number;
}

/** The powers of two of microseconds that are reported as bounds: 64 us to 1 s, each four times the one before. */
const REPORTED = [6, 8, 10, 12, 14, 16, 18, 20];

export class Lateness {
  readonly #counts = new Uint32Array(BUCKETS);
  #fired = 0;
  #sum = 0;
  #worst = 0;

  /** Milliseconds; what is early counts as on time. */
  add(milliseconds: number): void {
    const late = Math.max(0, milliseconds);
    const bucket = late <= 0.001 ? 0 : Math.min(BUCKETS - 1, Math.ceil(Math.log2(late * 1000) * QUARTERS));
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#fired++;
    this.#sum += late;
    this.#worst = Math.max(this.#worst, late);
  }

  get report(): LatenessReport {
    return {
      fired: this.#fired,
      buckets: REPORTED.map((power) => ({ le: 2 ** power / 1e6, count: this.#upTo(power * QUARTERS) })),
      sum: this.#sum / 1000,
      p99: this.#percentile(0.99),
      p9999: this.#percentile(0.9999),
      worst: this.#worst / 1000,
    };
  }

  #upTo(bucket: number): number {
    return this.#counts.subarray(0, bucket + 1).reduce((sum, count) => sum + count, 0);
  }

  #percentile(part: number): number {
    let seen = 0;
    for (const [bucket, count] of this.#counts.entries()) {
      seen += count;
      if (count > 0 && seen >= part * this.#fired) return Math.min(2 ** (bucket / QUARTERS) / 1e6, this.#worst / 1000);
    }
    return 0;
  }
}
