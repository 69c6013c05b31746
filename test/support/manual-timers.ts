import type { Timer, Timers } from "../../src/net/clock.ts";

interface Pending {
  readonly due: number;
  readonly fire: () => void;
}

/** Timers that only run when told; a test can wait until some code sets one. */
export class ManualTimers implements Timers {
  #now = 0;
  #pending: Pending[] = [];
  #waiting: { readonly milliseconds: number | undefined; readonly resolve: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#now;
  }

  setTimer(milliseconds: number, fire: () => void): Timer {
    const pending = { due: this.#now + milliseconds, fire };
    this.#pending.push(pending);
    const waiting = this.#waiting;
    const fits = (length: number | undefined): boolean => length === undefined || length === milliseconds;
    this.#waiting = waiting.filter((w) => !fits(w.milliseconds));
    for (const { resolve } of waiting.filter((w) => fits(w.milliseconds))) resolve();
    return { cancel: () => void (this.#pending = this.#pending.filter((p) => p !== pending)) };
  }

  /** Resolves when a timer of this length, or of any, is set next. */
  set(milliseconds?: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ milliseconds, resolve }));
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
    for (;;) {
      const next = this.#pending.filter((p) => p.due <= this.#now).sort((a, b) => a.due - b.due)[0];
      if (next === undefined) return;
      this.#pending = this.#pending.filter((p) => p !== next);
      next.fire();
    }
  }

  /** To the time of the timer that is due first. */
  advanceToNext(): void {
    this.advance(Math.min(...this.#pending.map((p) => p.due)) - this.#now);
  }

  get count(): number {
    return this.#pending.length;
  }
}
