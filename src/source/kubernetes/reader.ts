/**
 * Reads all objects of one kind and then every change, from one server, for ever: list, watch, and again from where it was.
 *
 * - Where the server streams lists (Kubernetes 1.32 and newer, WatchList before), list and watch are one request; else it
 *   is asked page by page.
 * - A watch that ends goes on from the last version seen. Only where that is too old (410) all is listed again.
 * - While nothing answers, nothing is told: what was known stays known.
 * - A single change is told at once. Of very many in a short time several are taken together: each look costs more than what it finds.
 */
import type { Clock, Timer } from "../../net/clock.ts";
import { ApiError } from "../../net/kubernetes/client.ts";
import type { ApiClient } from "../../net/kubernetes/client.ts";
import { Backoff } from "./backoff.ts";
import type { Selection } from "./kinds.ts";
import { Lines } from "./lines.ts";
import { parsePage, parseWatchEvent } from "./wire.ts";
import type { ApiValue, WatchEvent } from "./wire.ts";

/** Where a kind is, in the version that is read. */
export interface Place {
  readonly path: string;
  readonly version: string;
}

/** Told what the server has, in order. */
export interface Taker {
  /** A request for all there is, or for what changes, is about to be made; the next page of a list is none. */
  asks(what: "list" | "watch"): void;
  /** A list begins: every object there is comes, then `listed`. Changes may come between. It may begin anew before its end. */
  listing(place: Place): void;
  object(value: ApiValue): void;
  removed(value: ApiValue): void;
  listed(): void;
  /** The server has no such kind. */
  absent(): void;
  /** It does not work, and is tried again after `retryMilliseconds`; then it works again. */
  failed(error: ApiError, retryMilliseconds: number): void;
  works(): void;
}

export interface ReaderOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Asks the server; undefined where it has no such kind. */
  readonly locate: (signal: AbortSignal) => Promise<Place | undefined>;
  readonly selection: Selection;
  readonly taker: Taker;
}

/** Milliseconds without a word in which a list must go on. */
const LIST_SILENCE = 30_000;
/** Seconds that the server is asked to keep a watch, at least and at most; and milliseconds more until it is given up. */
const WATCH_SECONDS = [240, 300] as const;
const WATCH_SLACK = 15_000;
/** Milliseconds: a watch that ends sooner and said nothing is a failure. */
const SHORT = 1_000;
/** Milliseconds: after a watch that lasted so long, the first attempts follow quickly again. */
const LASTING = 10_000;
/** Milliseconds until a kind that is missing is looked for again. */
const ABSENT = 10_000;
const PAGE = 500;
/** So many changes in so many milliseconds are a burst; in one, milliseconds from one look to the next. */
const BURST = { changes: 10, within: 100, rest: 50 };

const INVALID = new Set([400, 422]);

export class Reader {
  readonly #options: ReaderOptions;
  readonly #backoff: Backoff;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #streams = true;
  #query: Readonly<Record<string, string>>;
  /** Undefined until it was looked for, and after it was gone. */
  #place: Place | undefined;
  /** Where a watch goes on; undefined: all must be listed. */
  #version: string | undefined;
  /** The last version was too old, and nothing has worked since. */
  #expired = false;
  #failing = false;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.random);
    this.#query = options.selection.query;
    this.#done = this.#run();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#step();
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        await this.#failed(error);
      }
    }
  }

  async #step(): Promise<void> {
    const { locate, taker } = this.#options;
    this.#place ??= await locate(this.#stop.signal);
    if (this.#place === undefined) {
      taker.absent();
      await this.#wait(ABSENT * (0.5 + this.#options.random() / 2));
    } else if (this.#version !== undefined) {
      taker.asks("watch");
      await this.#watch(this.#place, { resourceVersion: this.#version });
    } else if (this.#streams) {
      taker.asks("list");
      taker.listing(this.#place);
      await this.#watch(this.#place, { sendInitialEvents: "true", resourceVersionMatch: "NotOlderThan" });
    } else {
      taker.asks("list");
      await this.#list(this.#place);
    }
  }

  async #list(place: Place): Promise<void> {
    const { client, taker } = this.#options;
    const signal = this.#stop.signal;
    taker.listing(place);
    for (let next = ""; ;) {
      const query = { ...this.#query, limit: String(PAGE), ...(next === "" ? {} : { continue: next }) };
      const page = parsePage(await client.request({ method: "GET", path: place.path, query, signal }));
      for (const value of page.items) taker.object(value);
      next = page.continue;
      if (next === "") return this.#listed(page.version);
    }
  }

  /** Until it ends. */
  async #watch(place: Place, from: Readonly<Record<string, string>>): Promise<void> {
    const { client, clock, random } = this.#options;
    const [least, most] = WATCH_SECONDS;
    const seconds = Math.round(least + (most - least) * random());
    const query = { ...this.#query, ...from, watch: "1", allowWatchBookmarks: "true", timeoutSeconds: String(seconds) };
    const began = clock.now();
    const silence = new Silence(clock);
    const pace = new Pace(clock);
    let said = false;
    try {
      silence.allow(LIST_SILENCE);
      const signal = AbortSignal.any([this.#stop.signal, silence.signal]);
      const stream = await client.stream({ path: place.path, query, signal });
      if (this.#version !== undefined) this.#works();
      const lines = new Lines();
      silence.allow(this.#version === undefined ? LIST_SILENCE : seconds * 1000 + WATCH_SLACK);
      for await (const chunk of stream) {
        const listing = this.#version === undefined;
        const events = lines.push(chunk);
        for (const line of events) this.#take(parseWatchEvent(line));
        said = true;
        if (!listing && pace.isBurst(events.length)) await this.#wait(BURST.rest);
        if (listing) silence.allow(this.#version === undefined ? LIST_SILENCE : seconds * 1000 + WATCH_SLACK);
      }
    } finally {
      silence.end();
      if (clock.now() - began > LASTING) this.#backoff.reset();
    }
    if (this.#version === undefined || (!said && clock.now() - began < SHORT)) {
      throw new ApiError(`GET ${place.path}: the server ended the watch`, { status: 0, reason: "Ended" });
    }
  }

  #take(event: WatchEvent): void {
    const { taker } = this.#options;
    if (event.type === "BOOKMARK") {
      if (event.initialEnd) this.#listed(event.version);
      else if (this.#version !== undefined) this.#version = event.version;
      return;
    }
    if (event.type === "DELETED") taker.removed(event.object);
    else taker.object(event.object);
    // A list that breaks off begins anew: its versions are not in order.
    if (this.#version !== undefined) this.#version = event.object.metadata.resourceVersion ?? this.#version;
  }

  #listed(version: string): void {
    this.#version = version;
    this.#backoff.reset();
    this.#expired = false;
    this.#works();
    this.#options.taker.listed();
  }

  #works(): void {
    if (this.#failing) this.#options.taker.works();
    this.#failing = false;
  }

  async #failed(error: ApiError): Promise<void> {
    const { status, reason, retryAfter } = error;
    if (INVALID.has(status) && this.#asksLess(status)) return;
    if (reason === "Silent" && this.#version === undefined) this.#streams = false;
    if (status === 404) this.#forget();
    if (status === 410 || reason === "Expired") {
      this.#version = undefined;
      // At once, but not again and again.
      const again = this.#expired;
      this.#expired = true;
      if (!again) return;
    }
    this.#failing = true;
    const wait = this.#backoff.next(retryAfter);
    this.#options.taker.failed(error, wait);
    await this.#wait(wait);
  }

  /** What an older server may not know is left out of the next attempt; false where there is nothing left to leave out. */
  #asksLess(status: number): boolean {
    const less = this.#options.selection.else;
    if (status === 400 && less !== undefined && this.#query !== less) {
      this.#query = less;
      return true;
    }
    if (!this.#streams || this.#version !== undefined) return false;
    this.#streams = false;
    return true;
  }

  /** The kind may be gone, or be in another version. */
  #forget(): void {
    this.#place = undefined;
    this.#version = undefined;
  }

  #wait(milliseconds: number): Promise<void> {
    const { signal } = this.#stop;
    return new Promise((resolve) => {
      const over = (): void => {
        signal.removeEventListener("abort", over);
        timer.cancel();
        resolve();
      };
      const timer = this.#options.clock.setTimer(milliseconds, over);
      signal.addEventListener("abort", over);
      if (signal.aborted) over();
    });
  }
}

/** How fast changes come. */
class Pace {
  readonly #clock: Clock;
  #since = -Infinity;
  #changes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** So many changes came now; after each burst it counts anew. */
  isBurst(changes: number): boolean {
    const now = this.#clock.now();
    if (now - this.#since > BURST.within) {
      this.#since = now;
      this.#changes = 0;
    }
    this.#changes += changes;
    if (this.#changes < BURST.changes) return false;
    this.#since = -Infinity;
    return true;
  }
}

/** Ends what says nothing for too long: a connection can die without anybody telling. */
class Silence {
  readonly #clock: Clock;
  readonly #abort = new AbortController();
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** From now on. */
  allow(milliseconds: number): void {
    this.end();
    this.#timer = this.#clock.setTimer(milliseconds, () => {
      const message = `the API server said nothing for ${Math.round(milliseconds / 1000)} s`;
      this.#abort.abort(new ApiError(message, { status: 0, reason: "Silent" }));
    });
  }

  end(): void {
    this.#timer?.cancel();
  }
}
