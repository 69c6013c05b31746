/**
 * One controller for each cluster, by a Lease of coordination.k8s.io. The rule, which looks at no clock but the observer's own:
 *
 * - A contender takes a Lease that is not there, that nobody holds, or that has not changed for as long as it says by the
 *   contender's own clock. The API server lets one of many do so, by the version of the object.
 * - The leader renews every `RENEW`. It may write (`canWrite`) until `DEADLINE` after it last asked for a renewal that worked:
 *   that is before anyone else can have taken the Lease, also where it was held up itself in between.
 * - A leader that cannot renew stops writing and goes on trying: an API server that is down takes no leader's place. It has
 *   lost the Lease when it finds somebody else's name in it.
 */
import type { Logger } from "../log/index.ts";
import type { Clock, Timer } from "../net/clock.ts";
import { ApiError } from "../net/kubernetes/client.ts";
import type { ApiClient } from "../net/kubernetes/client.ts";
import { leaseBody, readLease } from "./api-lease-object.ts";
import type { FoundLease } from "./api-lease-object.ts";
import { DEADLINE, DURATION, RENEW } from "./lease.ts";
import type { HeldLease } from "./lease.ts";

export interface ApiLeaseOptions {
  readonly client: ApiClient;
  readonly namespace: string;
  readonly name: string;
  /** Unique to this process. */
  readonly holder: string;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly log: Logger;
  /** Called at most once, after `held` resolved: this process must stop being the leader. */
  readonly lost: (reason: string) => void;
}

export interface ApiLease extends HeldLease {
  /** Whether nobody else can be the leader now. Asked before each write. */
  canWrite(): boolean;
}

/** Milliseconds that a request about the Lease may take. */
const TIMEOUT = 5_000;

type Position =
  | { readonly kind: "waiting"; readonly version: string | undefined; readonly since: number }
  /** When the renewal was asked for, by both clocks: one stands still while the machine is suspended. */
  | { readonly kind: "leading"; readonly version: string; readonly renewed: number; readonly wall: number }
  | { readonly kind: "lost" };

export function acquireApiLease(options: ApiLeaseOptions): ApiLease {
  return new Contender(options);
}

class Contender implements ApiLease {
  readonly held: Promise<void>;
  readonly #options: ApiLeaseOptions;
  readonly #collection: string;
  #position: Position = { kind: "waiting", version: undefined, since: 0 };
  /** Of the Lease as last seen, for what is written next. */
  #transitions = 0;
  #acquired = "";
  #resolve: () => void = () => undefined;
  #timer: Timer | undefined;
  #step: Promise<void>;
  #released = false;
  /** Whose name in it was told, and what kept it from being renewed. */
  #told = "";
  #trouble = "";

  constructor(options: ApiLeaseOptions) {
    this.#options = options;
    this.#collection = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(options.namespace)}/leases`;
    this.held = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#step = this.#run();
  }

  canWrite(): boolean {
    const position = this.#position;
    if (position.kind !== "leading") return false;
    const { clock } = this.#options;
    return clock.now() - position.renewed < DEADLINE && clock.wall() - position.wall < DEADLINE;
  }

  async release(): Promise<void> {
    this.#released = true;
    this.#timer?.cancel();
    await this.#step;
    if (this.#position.kind !== "leading") return;
    const { version } = this.#position;
    this.#position = { kind: "lost" };
    // Where it fails the next one waits for as long as for a leader that crashed.
    await this.#put("", version).catch(() => undefined);
  }

  async #run(): Promise<void> {
    try {
      if (this.#position.kind === "leading") await this.#renew(this.#position.version);
      else await this.#look();
      this.#trouble = "";
    } catch (error) {
      this.#failed(error);
    }
    if (this.#released || this.#position.kind === "lost") return;
    const again = RENEW * (0.9 + this.#options.random() / 5);
    this.#timer = this.#options.clock.setTimer(again, () => {
      this.#step = this.#run();
    });
  }

  async #renew(version: string): Promise<void> {
    try {
      await this.#lead(() => this.#put(this.#options.holder, version));
    } catch (error) {
      if (!(error instanceof ApiError) || (error.status !== 409 && error.status !== 404)) throw error;
      // Somebody wrote to it, or removed it: only another's name in it says that it is lost.
      await this.#look();
    }
  }

  async #look(): Promise<void> {
    const { clock, holder } = this.#options;
    const found = await this.#get();
    if (this.#released) return;
    if (found === undefined) {
      await this.#take(() => this.#create());
      return;
    }
    const since = this.#transitions;
    this.#transitions = found.transitions;
    this.#acquired = found.acquired;
    const mine = found.holder === holder;
    if (this.#position.kind === "leading") {
      if (mine) await this.#lead(() => this.#put(holder, found.version));
      else if (found.holder === "" && since === found.transitions)
        await this.#take(() => this.#put(holder, found.version));
      else this.#lose(found.holder === "" ? "somebody" : found.holder);
      return;
    }
    if (this.#position.kind === "lost") return;
    const now = clock.now();
    if (this.#position.version !== found.version) {
      this.#position = { kind: "waiting", version: found.version, since: now };
    }
    const free = mine || found.holder === "" || now - this.#position.since >= (found.duration ?? DURATION);
    if (free) await this.#take(() => this.#put(holder, found.version));
    else this.#tellHolder(found.holder);
  }

  /** Of many that try at once the API server lets one; to the others it is as if they had looked later. */
  async #take(write: () => Promise<string>): Promise<void> {
    this.#acquired = microTime(this.#options.clock.wall());
    this.#transitions += 1;
    try {
      await this.#lead(write);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409) throw error;
    }
  }

  async #lead(write: () => Promise<string>): Promise<void> {
    const { clock, holder, log } = this.#options;
    // Counted from before the write: whoever waits counts from after it.
    const [renewed, wall] = [clock.now(), clock.wall()];
    const version = await write();
    const first = this.#position.kind === "waiting";
    this.#position = { kind: "leading", version, renewed, wall };
    if (!first) return;
    log.info("leading", { lease: this.#options.name, holder });
    this.#resolve();
  }

  #lose(to: string): void {
    const { holder, log, lost, name } = this.#options;
    this.#position = { kind: "lost" };
    log.error("no longer leading: another controller took over", { lease: name, holder, leader: to });
    lost(`${to} took the Lease over`);
  }

  async #get(): Promise<FoundLease | undefined> {
    const path = `${this.#collection}/${encodeURIComponent(this.#options.name)}`;
    try {
      return readLease(await this.#options.client.request({ method: "GET", path, timeout: TIMEOUT }));
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  async #create(): Promise<string> {
    const body = this.#body(this.#options.holder);
    const answer = await this.#options.client.request({
      method: "POST",
      path: this.#collection,
      body,
      timeout: TIMEOUT,
    });
    return readLease(answer).version;
  }

  async #put(holder: string, version: string): Promise<string> {
    const path = `${this.#collection}/${encodeURIComponent(this.#options.name)}`;
    const body = this.#body(holder, version);
    return readLease(await this.#options.client.request({ method: "PUT", path, body, timeout: TIMEOUT })).version;
  }

  #body(holder: string, version?: string): unknown {
    const { clock, name, namespace } = this.#options;
    return leaseBody({
      name,
      namespace,
      holder,
      // Nobody's Lease need not be waited for.
      duration: holder === "" ? 1_000 : DURATION,
      acquired: this.#acquired,
      renewed: microTime(clock.wall()),
      transitions: this.#transitions,
      ...(version === undefined ? {} : { version }),
    });
  }

  #tellHolder(holder: string): void {
    if (holder === this.#told) return;
    this.#told = holder;
    this.#options.log.info("another controller leads; waiting", { lease: this.#options.name, leader: holder });
  }

  #failed(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    if (text === this.#trouble) return;
    this.#trouble = text;
    this.#options.log.warn("lease not written; trying again", { lease: this.#options.name, error: text });
  }
}

/** MicroTime of meta/v1. */
function microTime(wall: number): string {
  return new Date(wall).toISOString().replace("Z", "000Z");
}
