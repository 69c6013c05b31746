/** Events as lines of JSON, in a file of bounded size. */
import type { Clock, Timer } from "../net/clock.ts";
import { appendBounded } from "../net/files.ts";
import type { ObjectEvent } from "./status.ts";
import type { WriteTrouble } from "./trouble.ts";

interface EventFileOptions {
  readonly folder: string;
  readonly clock: Clock;
  readonly trouble: WriteTrouble;
}

/** Lines kept while the file cannot be written, and up to as many again; older ones are lost first. */
const MAX_WAITING = 1000;
/** Milliseconds until the next attempt. */
const RETRY = 1000;

export class EventFile {
  readonly #path: string;
  readonly #options: EventFileOptions;
  readonly #maxBytes: number;
  #lines: string[] = [];
  #writing: Promise<void> | undefined;
  #timer: Timer | undefined;
  #attempts = 0;

  /** `path` is relative to the folder. */
  constructor(path: string, options: EventFileOptions, maxBytes: number) {
    this.#path = path;
    this.#options = options;
    this.#maxBytes = maxBytes;
  }

  /** Resolves when the line was written, or the attempt failed: then it is tried again later. */
  async add({ ref, component, node, type, reason, message }: ObjectEvent): Promise<void> {
    const time = new Date(this.#options.clock.wall()).toISOString();
    const { group, kind, namespace, name } = ref;
    const source = { component, ...(node === undefined ? {} : { node }) };
    this.#lines.push(
      `${JSON.stringify({ time, type, reason, message, object: { group, kind, namespace, name }, source })}\n`,
    );
    if (this.#timer !== undefined && this.#lines.length > 2 * MAX_WAITING) this.#lines.splice(0, MAX_WAITING);
    if (this.#timer === undefined) this.#writing ??= this.#write();
    await this.#writing;
  }

  async #write(): Promise<void> {
    // Lines that come together are written together.
    await Promise.resolve();
    while (this.#lines.length > 0) {
      const lines = this.#lines;
      this.#lines = [];
      try {
        await appendBounded(`${this.#options.folder}/${this.#path}`, lines.join(""), this.#maxBytes);
        this.#attempts = 0;
        this.#options.trouble.written(this.#path);
      } catch (error) {
        this.#lines = [...lines, ...this.#lines].slice(-MAX_WAITING);
        this.#retry(error);
        break;
      }
    }
    this.#writing = undefined;
  }

  #retry(error: unknown): void {
    this.#attempts++;
    const attempt = { what: this.#path, attempts: this.#attempts, retryMilliseconds: RETRY };
    this.#options.trouble.failed(error, attempt);
    this.#timer = this.#options.clock.setTimer(RETRY, () => {
      this.#timer = undefined;
      this.#writing ??= this.#write();
    });
  }

  async close(): Promise<void> {
    this.#timer?.cancel();
    await this.#writing;
    this.#timer?.cancel();
  }
}
