/** Status that could not be written: told once for all of it, and once when all is. */
import type { Logger } from "../log/index.ts";
import { explainSystemError } from "../net/errors.ts";

export interface Attempt {
  /** A file relative to the state folder, or the kind and name of an object. */
  readonly what: string;
  readonly attempts: number;
  /** Until the next one. */
  readonly retryMilliseconds: number;
}

export class WriteTrouble {
  readonly #where: string;
  readonly #log: Logger;
  readonly #unwritten = new Set<string>();
  readonly #told = new Set<string>();

  /** `where`: the state folder, or the API server. */
  constructor(where: string, log: Logger) {
    this.#where = where;
    this.#log = log;
  }

  /**
   * A full disk, or a server that is away, fails everything and every attempt alike: what was said of one is not repeated.
   * `alike`: what causes that are the same have in common; the whole text unless given.
   */
  failed(cause: unknown, attempt: Attempt, alike = explainSystemError(cause)): void {
    this.#unwritten.add(attempt.what);
    const fields = { ...attempt, error: explainSystemError(cause) };
    if (this.#told.has(alike)) this.#log.debug("status not written; trying again", fields);
    else this.#log.warn("status not written; trying again", fields);
    this.#told.add(alike);
  }

  written(what: string): void {
    if (!this.#unwritten.delete(what) || this.#unwritten.size > 0) return;
    this.#told.clear();
    this.#log.info("status is written again", { where: this.#where });
  }
}
