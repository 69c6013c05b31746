/** How long it takes from a change that the source tells to the moment when the routes that follow from it are written. */
import type { Backend } from "./backend/backend.ts";
import type { PassCounts } from "./pass-times.ts";
import { PassTimes } from "./pass-times.ts";
import type { Change } from "./world.ts";

export class WireTimes {
  readonly #now: () => number;
  readonly #times: PassTimes;
  /** When the first change of this turn came. */
  #told: number | undefined;
  /** When the change came that the backend was last told of and has not written for every peer. */
  #sent: number | undefined;

  /** `now`: milliseconds of a clock that only goes forward. */
  constructor(now: () => number) {
    this.#now = now;
    this.#times = new PassTimes(now);
  }

  get counts(): PassCounts {
    return this.#times.counts;
  }

  /** To be told before the speaker is. */
  take(changes: readonly Change[]): void {
    const moves = changes.some(({ type }) => type !== "problems" && type !== "namespace" && type !== "synced");
    if (!moves || this.#told !== undefined) return;
    this.#told = this.#now();
    // The speaker's pass is a microtask that is queued in this turn, so it is over when this one's follower runs.
    queueMicrotask(() => queueMicrotask(() => (this.#told = undefined)));
  }

  /** The same backend, watched. */
  around(backend: Backend): Backend {
    backend.subscribe(({ type }) => {
      if (type !== "synced" || this.#sent === undefined) return;
      this.#times.add((this.#now() - this.#sent) / 1000);
      this.#sent = undefined;
    });
    return {
      name: backend.name,
      supports: (feature) => backend.supports(feature),
      apply: (desired) => backend.apply(desired),
      update: (changes) => {
        this.#sent ??= this.#told;
        backend.update(changes);
      },
      status: () => backend.status(),
      subscribe: (listener) => backend.subscribe(listener),
      close: (...how) => backend.close(...how),
      ...(backend.refresh !== undefined && { refresh: async () => backend.refresh?.() }),
      ...(backend.glass !== undefined && { glass: backend.glass }),
    };
  }
}
