import type { Test } from "tap";
import { formatRef } from "../../src/model/object.ts";
import type { SourceEvent } from "../../src/model/object.ts";
import { directorySource } from "../../src/source/directory/index.ts";
import { ManualTimers } from "./manual-timers.ts";

/** An event as one line: "upsert Service default/web", "problem pools.yaml:3 the key a is written twice; keep one". */
export function describeEvent(event: SourceEvent): string {
  switch (event.type) {
    case "upsert":
      return `upsert ${formatRef(event.object.ref)}`;
    case "delete":
      return `delete ${formatRef(event.ref)}`;
    case "problem":
      return `problem ${event.origin.file}:${event.origin.line} ${event.text}`;
    case "resolved":
      return `resolved ${event.id}`;
    case "synced":
      return "synced";
  }
}

/** A directory source that runs for one test, and what it tells. */
export class WatchedSource {
  readonly timers = new ManualTimers();
  /** Services whose state someone removed; "all" for the whole folder. */
  readonly lost: string[] = [];
  /** All events not yet taken. */
  #events: SourceEvent[] = [];
  #wake: () => void = () => undefined;

  static async start(t: Test, config: string, options: { state?: string; maxBytes?: number } = {}) {
    const watched = new WatchedSource();
    const stateLost = (service = "all"): void => void watched.lost.push(service);
    const source = directorySource({ config, clock: watched.timers, stateLost, ...options });
    t.teardown(() => source.close());
    await source.start((event) => {
      watched.#events.push(event);
      watched.#wake();
    });
    return watched;
  }

  /** What was told so far, and forgets it. */
  take(): string[] {
    return this.takeEvents().map(describeEvent);
  }

  takeEvents(): SourceEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** Waits until `count` more events came. */
  async events(count: number): Promise<SourceEvent[]> {
    while (this.#events.length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.takeEvents();
  }

  /** Waits until `count` more events came, as lines. */
  async next(count = 1): Promise<string[]> {
    return (await this.events(count)).map(describeEvent);
  }
}
