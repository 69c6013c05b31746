/**
 * The state files of Services: the last readable content of each. A file that someone removed is still remembered for
 * `GRACE` milliseconds, so that the controller can write it again before anyone withdraws what it said.
 */
import { parse } from "yaml";
import type { Timer, Timers } from "../../net/clock.ts";
import { serviceOfPath } from "../../net/state-folder.ts";
import type { FileState } from "../../net/tree.ts";
import type { WrittenProblem } from "./identify.ts";
import { readState } from "./overlay.ts";
import type { ServiceState } from "./overlay.ts";

export const GRACE = 1_000;

export class StateFiles {
  readonly #timers: Timers;
  readonly #forgotten: (service: string) => void;
  readonly #services = new Map<string, ServiceState>();
  /** Removed, and still remembered. */
  readonly #leaving = new Map<string, Timer>();

  /** `forgotten`: a removed state no longer counts; called after `change`. */
  constructor(timers: Timers, forgotten: (service: string) => void) {
    this.#timers = timers;
    this.#forgotten = forgotten;
  }

  /** By "namespace/name". */
  of(service: string): ServiceState | undefined {
    return this.#services.get(service);
  }

  /** Takes a change of a file, and answers what is wrong with it. State is written atomically, so all counts at once. */
  change(path: string, state: FileState): readonly WrittenProblem[] {
    if (state.kind === "unreadable") return [{ line: 1, text: `${path} ${state.what}` }];
    const service = serviceOfPath(path);
    if (service !== undefined) this.#stay(service);
    if (state.kind === "gone") {
      if (service !== undefined && this.#services.has(service)) this.#leave(service);
      return [];
    }
    if (service === undefined) return [{ line: 1, text: "this is not the state of a Service; it is passed over" }];
    try {
      const value: unknown = parse(state.text, { maxAliasCount: 0, logLevel: "error" });
      // An empty file is what a power cut can leave of one.
      if (value === null) return [{ line: 1, text: `the state of Service ${service} is empty; it is passed over` }];
      this.#services.set(service, readState(value));
      return [];
    } catch {
      return [{ line: 1, text: `the state of Service ${service} is not YAML; the last readable one stands` }];
    }
  }

  close(): void {
    for (const timer of this.#leaving.values()) timer.cancel();
    this.#leaving.clear();
  }

  #leave(service: string): void {
    const forget = (): void => {
      this.#leaving.delete(service);
      this.#services.delete(service);
      this.#forgotten(service);
    };
    this.#leaving.set(service, this.#timers.setTimer(GRACE, forget));
  }

  #stay(service: string): void {
    this.#leaving.get(service)?.cancel();
    this.#leaving.delete(service);
  }
}
