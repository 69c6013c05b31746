/** A backend that drives a daemon: what it is told, in one order, again after each loss; and what the daemon says. */
import type { Family } from "../../model/address.ts";
import type { Peer } from "../../model/config.ts";
import type { Backend, BackendEvent, DesiredRoute, DesiredState, Feature, Leave, RouteUpdate } from "../backend.ts";
import type { BackendStatus, PeerReport } from "../report.ts";
import { RouteClasses } from "./classes.ts";
import { NO_VERDICT, RefusedError } from "./daemon.ts";
import type { Clock, Daemon, DaemonHost, Verdict } from "./daemon.ts";
import { Sessions } from "./sessions.ts";
import type { NeighborState } from "./sessions.ts";
import { message, textOf } from "./text.ts";

export interface DriverOptions {
  readonly name: string;
  readonly supports: (feature: Feature) => boolean;
  readonly clock: Clock;
  readonly daemon: (host: DaemonHost) => Daemon;
}

/** Milliseconds between two questions for the sessions: until all is said, and then. */
const ASK_SOON = 200;
const ASK = 1_000;
/** Milliseconds until a daemon that is lost is tried again: from, to. */
const RETRY = [250, 5_000] as const;
/** Milliseconds between two looks at everything, for what others changed. */
const LOOK = 30_000;

/** Of a neighbour that the daemon should have and has not. */
const GONE: NeighborState = {
  state: "Idle",
  told: 0,
  agreed: new Set(),
  ups: 0,
  synced: false,
  lastError: "somebody took the neighbor away from the daemon",
};

interface Told {
  readonly peer: Peer;
  readonly routes: Map<string, DesiredRoute>;
  readonly count: Record<Family, number>;
}

type TimerName = "retry" | "ask" | "look";

export class DrivenBackend implements Backend {
  readonly name: string;
  readonly supports: (feature: Feature) => boolean;
  readonly #clock: Clock;
  readonly #daemon: Daemon;
  readonly #listeners = new Set<(event: BackendEvent) => void>();
  readonly #sessions = new Sessions((event) => this.#emit(event));
  readonly #timers = new Map<TimerName, { cancel(): void }>();
  readonly #classes = new RouteClasses();
  #node: Omit<DesiredState, "peers"> | undefined;
  #peers: ReadonlyMap<string, Told> = new Map();
  /** Of the last full pass. */
  #seen: ReadonlyMap<string, Told> = new Map();
  /** Prefixes to look at; undefined: at everything. */
  #changed: Set<string> | undefined = new Set();
  #verdict = NO_VERDICT;
  /** Why the daemon is not as it should be. */
  #trouble: string | undefined;
  /** Sessions have changed since they were last asked for. */
  #stirred = false;
  /** Every session is up and was told everything. */
  #inStep = false;
  #failures = 0;
  /** The next attempt waits for its time, whatever changes meanwhile. */
  #unreachable = false;
  #due = false;
  #work: Promise<void> | undefined;
  #closed = false;

  constructor({ name, supports, clock, daemon }: DriverOptions) {
    this.name = name;
    this.supports = supports;
    this.#clock = clock;
    this.#daemon = daemon({
      lost: (error) => {
        if (this.#closed) return;
        this.#forget();
        if (this.#work === undefined && this.#node !== undefined) this.#failed(error);
      },
      stirred: () => {
        this.#stirred = true;
        if (!this.#closed && this.#timers.has("ask")) this.#later("ask", 0, () => this.#ask());
      },
    });
  }

  apply({ peers, ...node }: DesiredState): void {
    this.#classes.replace(peers);
    this.#node = node;
    this.#peers = new Map(
      peers.map(({ peer, routes }): [string, Told] => {
        const told: Told = { peer, routes: new Map(), count: { 4: 0, 6: 0 } };
        for (const route of routes) set(told, route);
        return [peer.name, told];
      }),
    );
    this.#changed = undefined;
    this.#converge();
  }

  update(changes: readonly RouteUpdate[]): void {
    const unknown = changes.find(({ peer }) => !this.#peers.has(peer));
    if (unknown !== undefined) throw new Error(`BUG: peer ${unknown.peer} is not of the last apply`);
    for (const change of changes) {
      const told = this.#peers.get(change.peer);
      if (told === undefined) continue;
      for (const prefix of change.withdraw) {
        if (told.routes.delete(textOf(prefix))) told.count[prefix.family] -= 1;
      }
      for (const route of change.set) set(told, route);
    }
    const changed = this.#classes.update(changes);
    for (const prefix of changed) this.#changed?.add(prefix);
    if (changed.size > 0) this.#converge();
  }

  status(): BackendStatus {
    return { backend: this.name, peers: [...this.#peers.values()].flatMap((told) => this.#reports(told)) };
  }

  subscribe(listener: (event: BackendEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(leave: Leave, text = "Herald stops"): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#timers.values()) timer.cancel();
    await this.#work;
    try {
      if (leave === "withdraw" && this.#node !== undefined) await this.#daemon.withdraw(text);
    } catch (error) {
      this.#emit({ type: "error", text: `what Herald wrote may be left in ${this.name}: ${message(error)}` });
    }
    this.#daemon.close();
  }

  #reports(told: Told): PeerReport[] {
    const { name, listenRange } = told.peer;
    if (listenRange === undefined || this.#verdict.refused.has(name)) return [this.#report(name, told)];
    return this.#sessions.members(name).map((member) => this.#report(member, told));
  }

  /** Of the peer itself, or of one that came from its range. */
  #report(name: string, { peer, routes }: Told): PeerReport {
    const { refused, blocked, withheld, warnings } = this.#verdict;
    const reason = refused.get(peer.name);
    if (reason !== undefined) {
      const unsent = Array.from(routes.values(), ({ prefix }) => ({ prefix, reason }));
      return { peer: peer.name, state: "Idle", routes: routes.size, advertised: 0, lastError: reason, unsent };
    }
    const kept = withheld.get(peer.name);
    const report = this.#sessions.report(name, peer, routes, (prefix) => {
      return blocked.get(textOf(prefix)) ?? (prefix.family === kept?.family ? kept.reason : undefined);
    });
    const lastError = this.#trouble ?? report.lastError ?? warnings.get(peer.name);
    return lastError === undefined ? report : { ...report, lastError };
  }

  /** Begins to make the daemon as it should be, or does it once more after what is going on. */
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
    while (this.#due && !this.#closed && this.#node !== undefined) {
      this.#due = false;
      if (this.#changed === undefined) await this.#lookOnceMore();
      const changed = this.#changed;
      this.#changed = new Set();
      const peers = new Map(Array.from(this.#peers, ([name, { peer }]) => [name, peer]));
      try {
        await this.#daemon.converge({ node: this.#node, peers, classes: this.#classes }, changed);
      } finally {
        this.#judge(this.#daemon.verdict);
      }
    }
  }

  /** Before peers are removed: the end of a session can only be told of one that was seen. */
  async #lookOnceMore(): Promise<void> {
    const seen = this.#seen;
    this.#seen = this.#peers;
    if ([...seen.keys()].every((peer) => this.#peers.has(peer))) return;
    const sessions = await this.#daemon.sessions(false);
    for (const [name, state] of sessions) this.#sessions.see(name, state, Infinity, this.#clock.wall());
  }

  #judge(verdict: Verdict): void {
    const before = this.#verdict;
    this.#verdict = { ...verdict, refused: new Map(verdict.refused), blocked: new Map(verdict.blocked) };
    for (const [prefix, reason] of verdict.blocked) {
      if (before.blocked.get(prefix) === reason) continue;
      this.#emit({ type: "error", text: `${prefix} is not announced: ${reason}` });
      break;
    }
    for (const about of ["refused", "warnings"] as const) {
      for (const [peer, text] of verdict[about]) {
        if (before[about].get(peer) !== text) this.#emit({ type: "error", peer, text });
      }
    }
    this.#sessions.keepOnly((peer) => this.#peers.has(peer) && !verdict.refused.has(peer));
  }

  #forget(): void {
    this.#inStep = false;
    this.#daemon.forget();
    this.#changed = undefined;
  }

  #done(): void {
    this.#failures = 0;
    this.#unreachable = false;
    this.#trouble = undefined;
    if (this.#node === undefined || this.#closed) return;
    // To ask costs the daemon as much as its table: not after every single change.
    this.#later("ask", this.#inStep ? ASK_SOON : 0, () => this.#ask());
    this.#inStep = false;
    if (!this.#timers.has("look")) this.#lookLater();
  }

  #lookLater(): void {
    this.#later("look", LOOK, () => {
      this.#forget();
      this.#converge();
      this.#lookLater();
    });
  }

  #failed(error: unknown): void {
    this.#forget();
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
    this.#stirred = false;
    this.#daemon.sessions(this.#inStep).then(
      (sessions) => this.#hear(sessions),
      (error: unknown) => {
        if (this.#work === undefined && !this.#timers.has("retry")) this.#failed(error);
      },
    );
  }

  #hear(sessions: ReadonlyMap<string, NeighborState>): void {
    if (this.#closed) return;
    let inStep = true;
    let missing = false;
    for (const [name, told] of this.#peers) {
      if (this.#verdict.refused.has(name)) continue;
      if (told.peer.listenRange !== undefined) {
        inStep = this.#hearMembers(told, sessions) && inStep;
        continue;
      }
      const seen = sessions.get(name);
      const carried = seen === undefined ? 0 : this.#carried(told, seen.agreed);
      missing ||= seen === undefined;
      if (seen !== undefined || this.#sessions.has(name)) {
        this.#sessions.see(name, seen ?? GONE, carried, this.#clock.wall());
      }
      inStep &&= this.#sessions.inStep(name) && (seen?.told ?? carried) === carried;
    }
    // Somebody took away what is Herald's, or the daemon is another one now.
    if (missing && this.#work === undefined && !this.#timers.has("retry")) {
      this.#forget();
      this.#later("retry", ASK_SOON, () => this.#converge());
    } else {
      this.#inStep = inStep;
      this.#later("ask", this.#stirred ? 0 : inStep ? ASK : ASK_SOON, () => this.#ask());
    }
  }

  /** Whether all that came from a range are told everything. */
  #hearMembers(told: Told, sessions: ReadonlyMap<string, NeighborState>): boolean {
    const { name } = told.peer;
    for (const member of this.#sessions.members(name)) {
      if (!sessions.has(member)) this.#sessions.leave(member, "the connection ended");
    }
    let inStep = true;
    for (const [member, seen] of sessions) {
      if (seen.member?.of !== name) continue;
      const carried = this.#carried(told, seen.agreed);
      this.#sessions.see(member, seen, carried, this.#clock.wall());
      inStep &&= this.#sessions.inStep(member) && (seen.told ?? carried) === carried;
    }
    return inStep;
  }

  /** How many prefixes a session with these families is told. */
  #carried({ peer, routes, count }: Told, agreed: ReadonlySet<Family>): number {
    const { blocked, withheld } = this.#verdict;
    const families = [...agreed].filter((family) => withheld.get(peer.name)?.family !== family);
    if (blocked.size === 0) return families.reduce((sum, family) => sum + count[family], 0);
    const told = ({ prefix }: DesiredRoute): boolean =>
      families.includes(prefix.family) && !blocked.has(textOf(prefix));
    return [...routes.values()].filter(told).length;
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

function set({ routes, count }: Told, route: DesiredRoute): void {
  const text = textOf(route.prefix);
  if (!routes.has(text)) count[route.prefix.family] += 1;
  routes.set(text, route);
}
