import { formatAddress } from "../../model/address.ts";
import type { Peer } from "../../model/config.ts";
import type {
  Backend,
  BackendEvent,
  BackendStatus,
  DesiredPeer,
  DesiredRoute,
  DesiredState,
  Feature,
  Leave,
  PeerReport,
  RouteUpdate,
} from "../backend.ts";
import type { RunningConfig } from "./config.ts";
import { afterwards, difference, nothingOf } from "./diff.ts";
import { frrSupports } from "./features.ts";
import { readRunningConfig } from "./read.ts";
import { render } from "./render.ts";
import type { Rendered } from "./render.ts";
import { readNeighbors } from "./report.ts";
import { Sessions } from "./sessions.ts";
import { textOf } from "./text.ts";
import { RefusedError, configure, show } from "./vty.ts";
import type { Clock, Vty } from "./vty.ts";

export interface FrrOptions {
  /** The command socket of bgpd; `lost` is to be called when its connection ends by itself. */
  readonly vty: (lost: (error: Error) => void) => Vty;
  readonly clock: Clock;
}

/** Milliseconds between two questions for the sessions: until all is said, and then. */
const ASK_SOON = 200;
const ASK = 1_000;
/** Milliseconds until a daemon that is lost is tried again: from, to. */
const RETRY = [250, 5_000] as const;
/** Milliseconds between two looks at the whole configuration, for what others changed. */
const LOOK = 30_000;

/** A backend on a running bgpd; what it may not touch there it leaves alone. */
export function frrBackend(options: FrrOptions): Backend {
  return new FrrBackend(options);
}

interface Told {
  readonly peer: Peer;
  readonly routes: Map<string, DesiredRoute>;
}

type TimerName = "retry" | "ask" | "look";

class FrrBackend implements Backend {
  readonly name = "frr";
  readonly #vty: Vty;
  readonly #clock: Clock;
  readonly #listeners = new Set<(event: BackendEvent) => void>();
  readonly #sessions = new Sessions((event) => this.#emit(event));
  readonly #timers = new Map<TimerName, { cancel(): void }>();
  #node: Omit<DesiredState, "peers"> | undefined;
  #peers: ReadonlyMap<string, Told> = new Map();
  /** What bgpd has, as far as we know; undefined: to be read. */
  #running: RunningConfig | undefined;
  #rendered: Rendered | undefined;
  /** Why bgpd is not as it should be. */
  #trouble: string | undefined;
  #failures = 0;
  /** The next attempt waits for its time, whatever changes meanwhile. */
  #unreachable = false;
  #due = false;
  #work: Promise<void> | undefined;
  #closed = false;

  constructor({ vty, clock }: FrrOptions) {
    this.#clock = clock;
    this.#vty = vty((error) => {
      if (this.#closed) return;
      this.#running = undefined;
      if (this.#work === undefined) this.#failed(error);
    });
  }

  supports(feature: Feature): boolean {
    return frrSupports(feature);
  }

  apply({ peers, ...node }: DesiredState): void {
    this.#node = node;
    this.#peers = new Map(
      peers.map(({ peer, routes }): [string, Told] => [
        peer.name,
        { peer, routes: new Map(routes.map((route) => [textOf(route.prefix), route])) },
      ]),
    );
    this.#converge();
  }

  update(changes: readonly RouteUpdate[]): void {
    const unknown = changes.find(({ peer }) => !this.#peers.has(peer));
    if (unknown !== undefined) throw new Error(`BUG: peer ${unknown.peer} is not of the last apply`);
    for (const { peer, set, withdraw } of changes) {
      const routes = this.#peers.get(peer)?.routes;
      for (const prefix of withdraw) routes?.delete(textOf(prefix));
      for (const route of set) routes?.set(textOf(route.prefix), route);
    }
    this.#converge();
  }

  status(): BackendStatus {
    return { backend: this.name, peers: this.#desired().map((one) => this.#report(one)) };
  }

  subscribe(listener: (event: BackendEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(leave: Leave): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#timers.values()) timer.cancel();
    await this.#work;
    try {
      if (leave === "withdraw" && this.#node !== undefined) {
        const running = readRunningConfig(await show(this.#vty, "show running-config"));
        const commands = difference(running, nothingOf(running));
        if (commands.length > 0) await configure(this.#vty, commands);
      }
    } catch (error) {
      this.#emit({ type: "error", text: `Herald's lines may be left in bgpd: ${message(error)}` });
    }
    this.#vty.close();
  }

  #desired(): DesiredPeer[] {
    return Array.from(this.#peers.values(), ({ peer, routes }) => ({ peer, routes: [...routes.values()] }));
  }

  #report(one: DesiredPeer): PeerReport {
    const { refused, blocked } = this.#rendered ?? {};
    const reason = refused?.get(one.peer.name);
    if (reason !== undefined) {
      const unsent = one.routes.map(({ prefix }) => ({ prefix, reason }));
      const { name: peer } = one.peer;
      return { peer, state: "Idle", routes: unsent.length, advertised: 0, lastError: reason, unsent };
    }
    const report = this.#sessions.report(one, (prefix) => blocked?.get(prefix));
    return this.#trouble === undefined ? report : { ...report, lastError: this.#trouble };
  }

  /** Begins to make bgpd as it should be, or does it once more after what is going on. */
  #converge(): void {
    this.#due = true;
    if (this.#work !== undefined || this.#closed || (this.#unreachable && this.#timers.has("retry"))) return;
    this.#work = Promise.resolve()
      .then(() => this.#loop())
      .then(
        () => this.#done(),
        (error: unknown) => this.#failed(error),
      )
      .finally(() => {
        this.#work = undefined;
        // A change that came with the last answer.
        if (this.#due && !this.#timers.has("retry")) this.#converge();
      });
  }

  async #loop(): Promise<void> {
    while (this.#due && !this.#closed) {
      this.#due = false;
      await this.#step();
    }
  }

  async #step(): Promise<void> {
    if (this.#node === undefined) return;
    const running = this.#running ?? readRunningConfig(await show(this.#vty, "show running-config"));
    const desired = { ...this.#node, peers: this.#desired() };
    const rendered = render(desired, running, this.#rendered?.tags ?? new Map());
    this.#tellRefused(rendered);
    this.#rendered = rendered;
    this.#sessions.keepOnly(new Set([...this.#peers.keys()].filter((peer) => !rendered.refused.has(peer))));
    const commands = difference(running, rendered.config);
    // Until bgpd has said yes to all, nobody knows what it has.
    this.#running = undefined;
    if (commands.length > 0) await configure(this.#vty, commands);
    this.#running = afterwards(running, rendered.config);
  }

  #tellRefused({ refused, blocked }: Rendered): void {
    for (const [prefix, reason] of blocked) {
      if (this.#rendered?.blocked.get(prefix) === reason) continue;
      this.#emit({ type: "error", text: `${prefix} is not announced: ${reason}` });
      break;
    }
    for (const [peer, text] of refused) {
      if (this.#rendered?.refused.get(peer) !== text) this.#emit({ type: "error", peer, text });
    }
  }

  #done(): void {
    this.#failures = 0;
    this.#unreachable = false;
    this.#trouble = undefined;
    if (this.#node === undefined || this.#closed) return;
    this.#later("ask", 0, () => this.#ask());
    if (!this.#timers.has("look")) this.#lookLater();
  }

  #lookLater(): void {
    this.#later("look", LOOK, () => {
      this.#running = undefined;
      this.#converge();
      this.#lookLater();
    });
  }

  #failed(error: unknown): void {
    this.#running = undefined;
    if (this.#closed) return;
    const text = message(error);
    if (text !== this.#trouble) this.#emit({ type: "error", text });
    this.#trouble = text;
    const refused = error instanceof RefusedError;
    this.#unreachable = !refused;
    if (!refused) this.#sessions.lose(text, this.#clock.wall());
    const [first, most] = RETRY;
    const wait = refused ? most : Math.min(most, first * 2 ** this.#failures);
    this.#failures += 1;
    this.#due = true;
    this.#later("retry", wait, () => this.#converge());
    if (refused) this.#later("ask", ASK_SOON, () => this.#ask());
  }

  #ask(): void {
    show(this.#vty, "show bgp neighbors json").then(
      (text) => this.#hear(text),
      (error: unknown) => {
        if (this.#work === undefined && !this.#timers.has("retry")) this.#failed(error);
      },
    );
  }

  #hear(text: string): void {
    if (this.#closed) return;
    let neighbors;
    try {
      neighbors = readNeighbors(text);
    } catch {
      neighbors = new Map();
    }
    let inStep = true;
    let missing = false;
    for (const { peer, routes } of this.#desired()) {
      if (peer.address === undefined || this.#rendered?.refused.has(peer.name) !== false) continue;
      const seen = neighbors.get(formatAddress(peer.address));
      const carried = routes.filter(
        ({ prefix }) =>
          seen?.agreed.has(prefix.family) === true && this.#rendered?.blocked.has(textOf(prefix)) === false,
      );
      if (seen !== undefined) this.#sessions.see(peer.name, seen, carried.length, this.#clock.wall());
      else missing = true;
      inStep &&= this.#sessions.inStep(peer.name) && seen?.sent === carried.length;
    }
    // Somebody took away what is Herald's, or bgpd is another one now.
    if (missing && this.#work === undefined && !this.#timers.has("retry")) {
      this.#running = undefined;
      this.#later("retry", ASK_SOON, () => this.#converge());
    } else {
      this.#later("ask", inStep ? ASK : ASK_SOON, () => this.#ask());
    }
  }

  #later(name: TimerName, milliseconds: number, act: () => void): void {
    this.#timers.get(name)?.cancel();
    const timer = this.#clock.setTimer(milliseconds, () => {
      if (this.#timers.get(name) === timer) this.#timers.delete(name);
      act();
    });
    this.#timers.set(name, timer);
  }

  #emit(event: BackendEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
