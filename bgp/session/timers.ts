/** The timers of one machine, by name, on the host's clock. */
import type { TimerName } from "../fsm/types.ts";
import type { Clock, Random, Timer } from "../ports.ts";

interface Running {
  /** When it is to expire, by the clock. */
  due: number;
  /** When the clock's timer fires: not after `due`. A later `due` is waited for then. */
  firing: number;
  handle: Timer;
  /** The length of its last start, in milliseconds, jitter included. */
  length: number;
}

/** RFC 4271 §10: times are multiplied by a random number from 0.75 to 1.0. */
function jittered(milliseconds: number, random: Random): number {
  return milliseconds * (0.75 + 0.25 * random());
}

/**
 * Restarting a timer that runs costs nothing but a number: the clock's timer stays, and waits for the rest when it fires.
 * So HoldTimer may be restarted by every message.
 */
export class Timers {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #expired: (timer: TimerName) => void;
  readonly #running = new Map<TimerName, Running>();

  constructor(clock: Clock, random: Random, expired: (timer: TimerName) => void) {
    this.#clock = clock;
    this.#random = random;
    this.#expired = expired;
  }

  start(name: TimerName, seconds: number, jitter: boolean): void {
    const length = jitter ? jittered(seconds * 1000, this.#random) : seconds * 1000;
    const due = this.#clock.now() + length;
    const running = this.#running.get(name);
    if (running !== undefined && running.firing <= due) {
      running.due = due;
      running.length = length;
      return;
    }
    running?.handle.cancel();
    this.#arm(name, due, length);
  }

  stop(name: TimerName): void {
    this.#running.get(name)?.handle.cancel();
    this.#running.delete(name);
  }

  /** Moves the expiry of a timer that runs to its own length after `since`, where that is later. */
  extend(name: TimerName, since: number): void {
    const running = this.#running.get(name);
    if (running !== undefined) running.due = Math.max(running.due, since + running.length);
  }

  /** Milliseconds until each that runs expires. */
  remaining(): Partial<Record<TimerName, number>> {
    const now = this.#clock.now();
    const left: Partial<Record<TimerName, number>> = {};
    for (const [name, { due }] of this.#running) left[name] = Math.max(0, Math.round(due - now));
    return left;
  }

  stopAll(): void {
    for (const { handle } of this.#running.values()) handle.cancel();
    this.#running.clear();
  }

  #arm(name: TimerName, due: number, length: number): void {
    const handle = this.#clock.setTimer(Math.max(0, due - this.#clock.now()), () => this.#fire(name));
    this.#running.set(name, { due, firing: due, handle, length });
  }

  #fire(name: TimerName): void {
    const running = this.#running.get(name);
    if (running === undefined) return;
    if (running.due > this.#clock.now()) {
      this.#arm(name, running.due, running.length);
      return;
    }
    this.#running.delete(name);
    this.#expired(name);
  }
}
