/** Writes whole files: one at a time for each path, last value wins, a few paths at a time, again and again until it works. */
import type { Timer, Timers } from "../net/clock.ts";
import { readIfPresent, removeFile, writeAtomic } from "../net/files.ts";
import type { WriteTrouble } from "./trouble.ts";

export interface WriterOptions {
  /** All paths are relative to it. */
  readonly folder: string;
  /** Which files the promise waits for until they are on disk; for others being visible is enough. */
  readonly durable: (path: string) => boolean;
  readonly clock: Timers;
  readonly trouble: WriteTrouble;
}

/** Files written at a time. */
const PARALLEL = 16;
/** Milliseconds before the second attempt; each further one waits twice as long, up to `LONGEST`. */
const FIRST_RETRY = 100;
const LONGEST_RETRY = 30_000;

interface Entry {
  /** What the file shall hold; undefined: no file. */
  wanted: string | undefined;
  /** What it holds, where that is known. */
  written: { readonly text: string | undefined } | undefined;
  /** It is to be looked at before it is taken to be written. */
  doubtful: boolean;
  state: "idle" | "queued" | "writing" | "waiting";
  attempts: number;
  timer: Timer | undefined;
  waiters: (() => void)[];
}

export class Writer {
  readonly #options: WriterOptions;
  readonly #entries = new Map<string, Entry>();
  /** Paths to be written; those before `#next` are. A shift of a long list moves all of it. */
  #queue: string[] = [];
  #next = 0;
  #active = 0;
  #closed = false;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the file holds `text`, or a newer one, or is gone if that is undefined; or when the writer is closed.
   * `doubtful`: that the file holds what was written to it is not taken for granted.
   */
  async write(path: string, text: string | undefined, doubtful = false): Promise<void> {
    if (this.#closed) return;
    const entry = this.#entry(path);
    entry.wanted = text;
    entry.doubtful ||= doubtful;
    if (doubtful && entry.state === "idle") entry.written = undefined;
    if (entry.state === "idle" && entry.written !== undefined && entry.written.text === text) return;
    const done = new Promise<void>((resolve) => entry.waiters.push(resolve));
    if (entry.state === "idle") this.#enqueue(path, entry);
    await done;
  }

  /** Gives up what waits to be tried again; resolves when what is being written is written. */
  async close(): Promise<void> {
    const busy = [...this.#entries.values()].filter(({ state }) => state === "queued" || state === "writing");
    await Promise.all(busy.map((entry) => new Promise<void>((resolve) => entry.waiters.push(resolve))));
    this.#closed = true;
    for (const entry of this.#entries.values()) {
      entry.timer?.cancel();
      this.#settle(entry);
    }
  }

  #entry(path: string): Entry {
    const known = this.#entries.get(path);
    if (known !== undefined) return known;
    const entry: Entry = {
      wanted: undefined,
      written: undefined,
      doubtful: false,
      state: "idle",
      attempts: 0,
      timer: undefined,
      waiters: [],
    };
    this.#entries.set(path, entry);
    return entry;
  }

  #enqueue(path: string, entry: Entry): void {
    entry.state = "queued";
    this.#queue.push(path);
    this.#pump();
  }

  #pump(): void {
    while (this.#active < PARALLEL) {
      const path = this.#queue[this.#next++];
      if (path === undefined) {
        this.#queue = [];
        this.#next = 0;
        return;
      }
      this.#active++;
      void this.#run(path, this.#entry(path)).finally(() => {
        this.#active--;
        this.#pump();
      });
    }
  }

  async #run(path: string, entry: Entry): Promise<void> {
    entry.state = "writing";
    const file = `${this.#options.folder}/${path}`;
    try {
      // Wanted can change while it is written: then once more.
      entry.doubtful = false;
      entry.written ??= { text: await readIfPresent(file) };
      while (entry.doubtful || entry.written.text !== entry.wanted) {
        if (entry.doubtful) {
          entry.doubtful = false;
          entry.written = { text: await readIfPresent(file) };
          continue;
        }
        const text: string | undefined = entry.wanted;
        if (text === undefined) await removeFile(file);
        else await writeAtomic(file, text, { durable: this.#options.durable(path) });
        entry.written = { text };
      }
      entry.state = "idle";
      entry.attempts = 0;
      this.#options.trouble.written(path);
      this.#settle(entry);
      if (entry.written.text === undefined) this.#entries.delete(path);
    } catch (error) {
      this.#retry(path, entry, error);
    }
  }

  #retry(path: string, entry: Entry, error: unknown): void {
    // Whatever is there now, it is looked at before the next attempt.
    entry.written = undefined;
    entry.attempts++;
    const delay = Math.min(FIRST_RETRY * 2 ** (entry.attempts - 1), LONGEST_RETRY);
    const { attempts } = entry;
    this.#options.trouble.failed(error, { what: path, attempts, retryMilliseconds: delay });
    if (this.#closed) {
      this.#settle(entry);
      return;
    }
    entry.state = "waiting";
    entry.timer = this.#options.clock.setTimer(delay, () => this.#enqueue(path, entry));
  }

  #settle(entry: Entry): void {
    const waiters = entry.waiters;
    entry.waiters = [];
    for (const resolve of waiters) resolve();
  }
}
