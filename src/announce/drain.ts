/**
 * How a node gives up its traffic: its routes become a last resort first, so that routers that have another way take it
 * (GRACEFUL_SHUTDOWN, RFC 8326), and go after a wait. Nothing is lost where there is another way.
 */
import type { Presence } from "./bgp.ts";

export interface DrainOptions {
  /** Milliseconds between the two steps. */
  readonly wait: number;
  readonly timers: { setTimer(milliseconds: number, fire: () => void): { cancel(): void } };
  /** Whether any router has a route of ours: where none has, there is nothing to wait for. */
  readonly heard: () => boolean;
  readonly changed: (presence: Presence) => void;
}

export class Drain {
  readonly #options: DrainOptions;
  #presence: Presence = "serving";
  #timer: { cancel(): void } | undefined;
  #waiting: (() => void)[] = [];

  constructor(options: DrainOptions) {
    this.#options = options;
  }

  get presence(): Presence {
    return this.#presence;
  }

  /** Begins, or goes on with it; resolves when nothing is announced any more. */
  leave(): Promise<void> {
    if (this.#presence === "serving") {
      const { wait, timers, heard } = this.#options;
      const needless = wait === 0 || !heard();
      this.#set(needless ? "withdrawn" : "lowered");
      if (!needless) this.#timer = timers.setTimer(wait, () => this.#set("withdrawn"));
    }
    if (this.#presence === "withdrawn") return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The node stays after all. */
  stay(): void {
    this.#timer?.cancel();
    this.#set("serving");
  }

  #set(presence: Presence): void {
    if (presence === this.#presence) return;
    this.#presence = presence;
    this.#options.changed(presence);
    if (presence !== "withdrawn") return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
