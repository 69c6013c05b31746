/**
 * Keys to work on: each at most once at a time, first come first, several at a time, and again until it works. Adding a key
 * that is already there changes nothing but that the work begins once more if it has begun before.
 */
import type { Clock, Timer } from "../net/clock.ts";

export interface Failure {
  readonly key: string;
  readonly error: unknown;
  /** In a row. */
  readonly attempts: number;
  /** Until the next one. */
  readonly retryMilliseconds: number;
}

export interface QueueOptions {
  readonly clock: Pick<Clock, "now" | "setTimer">;
  /** From 0 to 1. */
  readonly random: () => number;
  /** How many keys are worked on at a time. */
  readonly parallel: number;
  /** Rejects where it is to be tried again. */
  readonly work: (key: string) => Promise<void>;
  readonly failed?: (failure: Failure) => void;
  /** A key is worked on: seconds since it was added. */
  readonly done?: (seconds: number) => void;
  /** Milliseconds from one beginning to the next for the same key; 0 unless given. */
  readonly interval?: number;
  /** For all keys together: beginnings per second in the long run, and how many at once. */
  readonly rate?: { readonly perSecond: number; readonly burst: number };
}

/** Milliseconds before the second attempt; each further one waits twice as long, up to `LONGEST_RETRY`; a quarter is chance. */
const FIRST_RETRY = 100;
const LONGEST_RETRY = 30_000;
const JITTER = 0.25;

interface Entry {
  state: "ready" | "working" | "waiting";
  /** Added while it was worked on. */
  again: boolean;
  attempts: number;
  /** When it was added. */
  since: number;
  timer: Timer | undefined;
}

export class Queue {
  readonly #options: QueueOptions;
  readonly #entries = new Map<string, Entry>();
  /** In the order in which they came. */
  readonly #ready = new Set<string>();
  /** Where there is an interval: when a key may begin again. */
  readonly #next = new Map<string, number>();
  #working = 0;
  #tokens: number;
  #filled: number;
  /** Nothing begins before: somebody asked for it, or the tokens are used up. */
  #rest: Timer | undefined;
  #restUntil = 0;
  #closed = false;
  /** Who waits for the last key to go. */
  #waiters: (() => void)[] = [];

  constructor(options: QueueOptions) {
    this.#options = options;
    this.#tokens = options.rate?.burst ?? Infinity;
    this.#filled = options.clock.now();
  }

  /** Keys that are waiting or worked on. */
  get size(): number {
    return this.#entries.size;
  }

  /** The key is worked on from now on, until that has succeeded, it is dropped, or the queue is closed. */
  add(key: string): void {
    if (this.#closed) return;
    const known = this.#entries.get(key);
    if (known === undefined) {
      const since = this.#options.clock.now();
      const entry: Entry = { state: "waiting", again: false, attempts: 0, since, timer: undefined };
      this.#entries.set(key, entry);
      this.#schedule(key, entry, (this.#next.get(key) ?? 0) - since);
    } else if (known.state === "working") {
      known.again = true;
    } else if (known.state === "waiting" && known.attempts > 0) {
      this.#enqueue(key, known);
    }
  }

  /** Resolves when there is no key: neither one that waits nor one that is worked on. */
  settled(): Promise<void> {
    if (this.#entries.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
    });
  }

  /** What has begun goes on; what has not does not begin. */
  drop(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.again = false;
    if (entry.state === "working") return;
    entry.timer?.cancel();
    this.#ready.delete(key);
    this.#leave(key);
  }

  /** Nothing begins for so many milliseconds; what was asked before stays asked. */
  rest(milliseconds: number): void {
    if (milliseconds <= 0 || this.#closed) return;
    const { clock } = this.#options;
    const until = clock.now() + Math.ceil(milliseconds);
    if (this.#rest !== undefined && this.#restUntil >= until) return;
    this.#rest?.cancel();
    this.#restUntil = until;
    this.#rest = clock.setTimer(until - clock.now(), () => {
      this.#rest = undefined;
      this.#pump();
    });
  }

  /** Gives up what waits; resolves when what has begun is over. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#rest?.cancel();
    for (const [key, entry] of this.#entries) if (entry.state !== "working") this.drop(key);
    await this.settled();
  }

  #schedule(key: string, entry: Entry, milliseconds: number): void {
    if (milliseconds <= 0) {
      this.#enqueue(key, entry);
      return;
    }
    entry.state = "waiting";
    entry.timer = this.#options.clock.setTimer(milliseconds, () => this.#enqueue(key, entry));
  }

  #enqueue(key: string, entry: Entry): void {
    entry.timer?.cancel();
    entry.state = "ready";
    this.#ready.add(key);
    this.#pump();
  }

  #pump(): void {
    while (this.#working < this.#options.parallel && this.#rest === undefined) {
      const [key] = this.#ready;
      const entry = key === undefined ? undefined : this.#entries.get(key);
      if (key === undefined || entry === undefined || !this.#token()) return;
      this.#ready.delete(key);
      this.#working += 1;
      void this.#run(key, entry);
    }
  }

  /** Takes one, or waits for one. */
  #token(): boolean {
    const { clock, rate } = this.#options;
    if (rate === undefined) return true;
    const now = clock.now();
    this.#tokens = Math.min(rate.burst, this.#tokens + ((now - this.#filled) * rate.perSecond) / 1000);
    this.#filled = now;
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return true;
    }
    this.rest(((1 - this.#tokens) * 1000) / rate.perSecond);
    return false;
  }

  async #run(key: string, entry: Entry): Promise<void> {
    const { clock, interval = 0, work } = this.#options;
    entry.state = "working";
    entry.again = false;
    if (interval > 0) this.#next.set(key, clock.now() + interval);
    try {
      await work(key);
      this.#options.done?.((clock.now() - entry.since) / 1000);
      entry.attempts = 0;
      entry.since = clock.now();
      if (entry.again && !this.#closed) this.#schedule(key, entry, (this.#next.get(key) ?? 0) - clock.now());
      else this.#leave(key);
    } catch (error) {
      this.#retry(key, entry, error);
    }
    this.#working -= 1;
    this.#pump();
  }

  #retry(key: string, entry: Entry, error: unknown): void {
    entry.attempts += 1;
    const backOff = Math.min(FIRST_RETRY * 2 ** (entry.attempts - 1), LONGEST_RETRY);
    const asked = retryAfter(error);
    const delay = Math.max(asked ?? 0, backOff * (1 - JITTER * this.#options.random()));
    this.#options.failed?.({ key, error, attempts: entry.attempts, retryMilliseconds: delay });
    if (this.#closed) {
      this.#leave(key);
      return;
    }
    if (asked !== undefined) this.rest(delay);
    this.#schedule(key, entry, entry.again ? 0 : delay);
  }

  #leave(key: string): void {
    this.#entries.delete(key);
    if (this.#entries.size > 0) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
  }
}

/** What a server that is too busy asks of all. */
function retryAfter(error: unknown): number | undefined {
  const asked: unknown = typeof error === "object" && error !== null ? Reflect.get(error, "retryAfter") : undefined;
  return typeof asked === "number" ? asked : undefined;
}
