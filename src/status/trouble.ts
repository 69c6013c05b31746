/** Files that could not be written: told once for all of them, and once when all are. */
import type { Logger } from "../log/index.ts";
import { explainSystemError } from "../net/errors.ts";

export interface Attempt {
  /** Relative to the state folder. */
  readonly file: string;
  readonly attempts: number;
  /** Until the next one. */
  readonly retryMilliseconds: number;
}

export class WriteTrouble {
  readonly #folder: string;
  readonly #log: Logger;
  readonly #files = new Set<string>();
  #told = "";

  constructor(folder: string, log: Logger) {
    this.#folder = folder;
    this.#log = log;
  }

  /** A full disk fails every file and every attempt alike: what was said of one is not repeated for others. */
  failed(cause: unknown, attempt: Attempt): void {
    this.#files.add(attempt.file);
    const error = explainSystemError(cause);
    const fields = { ...attempt, error };
    if (error === this.#told) this.#log.debug("status file not written; trying again", fields);
    else this.#log.warn("status file not written; trying again", fields);
    this.#told = error;
  }

  written(file: string): void {
    if (!this.#files.delete(file) || this.#files.size > 0) return;
    this.#told = "";
    this.#log.info("status files are written again", { folder: this.#folder });
  }
}
