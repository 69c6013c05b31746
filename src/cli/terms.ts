/** The controller's terms: each begins with the wait for the lease and ends when it is lost; then the next one begins. */
import { Controller } from "../controller.ts";
import type { Logger } from "../log/index.ts";
import type { ObservedController } from "../observed.ts";
import type { StatusSink } from "../status/status.ts";
import type { Change, World } from "../world.ts";
import type { Place } from "./system.ts";

export interface TermsOptions {
  readonly place: Pick<Place, "lease" | "sinks">;
  readonly log: Logger;
  readonly world: World;
  readonly loadBalancerClass?: string;
  readonly timed: (pass: () => void) => void;
}

interface Term {
  readonly controller: Controller;
  readonly sink: StatusSink;
  readonly lease: { release(): Promise<void> };
}

/** What a controller decided is worth nothing once another may decide: a term has a controller and a sink of its own. */
export class Terms {
  readonly #options: TermsOptions;
  #term: Term | undefined;
  /** What of former terms is still being closed. */
  #ending: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: TermsOptions) {
    this.#options = options;
  }

  /** The controller of this term. */
  get observed(): ObservedController | undefined {
    return this.#term?.controller;
  }

  get ready(): boolean {
    return this.#term?.controller.ready === true;
  }

  /** Begins the wait for the lease. */
  begin(): void {
    const { loadBalancerClass, log, place, timed, world } = this.#options;
    const sink = place.sinks();
    const allocator = loadBalancerClass === undefined ? {} : { loadBalancerClass };
    const controller = new Controller({ world, sink, log, allocator, timed });
    const lease = place.lease({
      lead: () => controller.lead(),
      lost: () => {
        this.#end();
        void this.#ending.then(() => (this.#closed ? undefined : this.begin()));
      },
    });
    this.#term = { controller, sink, lease };
  }

  take(changes: readonly Change[]): void {
    this.#term?.controller.take(changes);
  }

  /** Someone removed what was written about a Service, or about all of them. */
  restore(service?: string): void {
    this.#term?.controller.restore(service);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#end();
    await this.#ending;
  }

  #end(): void {
    const term = this.#term;
    this.#term = undefined;
    if (term === undefined) return;
    term.controller.stop();
    const before = this.#ending;
    this.#ending = before.then(async () => {
      // What is being written is over before another may decide.
      await term.sink.close();
      await term.lease.release();
    });
  }
}
