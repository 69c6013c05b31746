/** One timer that is moved often: a later time costs a number, the clock's own timer stays and waits for the rest. */
import type { Clock, Timer } from "./ports.ts";

export class DueTimer {
  readonly #clock: Clock;
  readonly #expired: (lateness: number) => void;
  #due = 0;
  /** When the clock's timer fires, by the clock: never after `due`. */
  #firing = 0;
  #handle: Timer | undefined;

  /** `expired` gets how late it is called, in milliseconds. */
  constructor(clock: Clock, expired: (lateness: number) => void) {
    this.#clock = clock;
    this.#expired = expired;
  }

  /** Runs until `due`, a time of the clock, whatever it did before; a time gone by is the next turn. */
  set(due: number): void {
    this.#due = due;
    if (this.#handle !== undefined && this.#firing <= due) return;
    this.stop();
    this.#arm();
  }

  stop(): void {
    this.#handle?.cancel();
    this.#handle = undefined;
  }

  #arm(): void {
    this.#firing = this.#due;
    this.#handle = this.#clock.setTimer(Math.max(0, this.#due - this.#clock.now()), () => this.#fire());
  }

  #fire(): void {
    this.#handle = undefined;
    const lateness = this.#clock.now() - this.#due;
    if (lateness < 0) this.#arm();
    else this.#expired(lateness);
  }
}
