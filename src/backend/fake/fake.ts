import { formatAddress, formatPrefix } from "../../model/address.ts";
import type { RouteAttributes } from "../../model/announcement.ts";
import type { Peer } from "../../model/config.ts";
import type {
  Backend,
  BackendEvent,
  DesiredPeer,
  DesiredRoute,
  DesiredState,
  Feature,
  Leave,
  RouteUpdate,
} from "../backend.ts";
import type { BfdReport, BackendStatus, PeerReport } from "../report.ts";
import { FakeRouter } from "./router.ts";
import type { SeenMessage } from "./router.ts";

export type FakeCall =
  | { readonly type: "apply"; readonly desired: DesiredState }
  | { readonly type: "update"; readonly changes: readonly RouteUpdate[] };

export interface FakeOptions {
  /** What it answers no to. */
  readonly lacks?: readonly Feature[];
  /** Unix time in milliseconds, for reports. */
  readonly wall?: () => number;
}

interface Session {
  readonly peer: Peer;
  readonly identity: string;
  /** What it is set to, by prefix. */
  readonly routes: Map<string, DesiredRoute>;
  established: boolean;
  since: number | undefined;
  lastError: string | undefined;
  bfd?: BfdReport;
}

/** Equal for peers whose session is the same. */
function identityOf(peer: Peer): string {
  const plain = {
    ...peer,
    password: peer.password?.reveal(),
    families: [...peer.families].sort((a, b) => a - b),
    nodeSelectors: [],
  };
  return textOf(plain);
}

/** Equal for equal values. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? `${inner}` : inner));
}

/** Sessions come up at once and stay up, unless a test says otherwise. Everything happens within the call. */
export class FakeBackend implements Backend {
  readonly name = "fake";
  /** Every `apply` and `update`, in order. */
  readonly calls: FakeCall[] = [];
  readonly #lacks: ReadonlySet<Feature>;
  readonly #wall: () => number;
  readonly #sessions = new Map<string, Session>();
  readonly #routers = new Map<string, FakeRouter>();
  readonly #refused = new Set<string>();
  readonly #listeners = new Set<(event: BackendEvent) => void>();
  #closed = false;

  constructor(options: FakeOptions = {}) {
    this.#lacks = new Set(options.lacks);
    this.#wall = options.wall ?? (() => 0);
  }

  supports(feature: Feature): boolean {
    return !this.#lacks.has(feature);
  }

  apply(desired: DesiredState): void {
    this.#open();
    this.calls.push({ type: "apply", desired });
    const wanted = new Map(desired.peers.map((one) => [one.peer.name, one]));
    for (const [name, session] of this.#sessions) {
      const one = wanted.get(name);
      if (one !== undefined && identityOf(one.peer) === session.identity) continue;
      this.#leave(session, "removed", false);
      this.#sessions.delete(name);
    }
    for (const one of wanted.values()) this.#set(one);
  }

  update(changes: readonly RouteUpdate[]): void {
    this.#open();
    const sessions = changes.map((change) => ({ ...change, session: this.#session(change.peer) }));
    this.calls.push({ type: "update", changes });
    for (const { session, set, withdraw } of sessions) {
      for (const prefix of withdraw) this.#withdraw(session, formatPrefix(prefix));
      for (const route of set) this.#announce(session, route);
    }
  }

  status(): BackendStatus {
    return { backend: this.name, peers: [...this.#sessions.values()].map((session) => this.#report(session)) };
  }

  subscribe(listener: (event: BackendEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(leave: Leave): Promise<void> {
    for (const session of this.#sessions.values()) {
      this.#leave(session, "closed", leave === "keep" && session.peer.gracefulRestart);
    }
    this.#sessions.clear();
    this.#closed = true;
    return Promise.resolve();
  }

  /** What the router that `peer` names holds, by prefix in text form; also after the session is gone. */
  table(peer: string): ReadonlyMap<string, RouteAttributes> {
    return this.#router(peer).table;
  }

  /** All that the router was sent, in order. */
  seen(peer: string): readonly SeenMessage[] {
    return this.#router(peer).seen;
  }

  /** The session is lost, and stays down until `sessionUp`. */
  sessionDown(peer: string, reason = "connection lost"): void {
    const session = this.#session(peer);
    session.lastError = reason;
    this.#leave(session, reason, session.peer.gracefulRestart);
  }

  sessionUp(peer: string): void {
    this.#connect(this.#session(peer));
  }

  /** Until told otherwise, no session with `peer` comes up. */
  refuse(peer: string, on = true): void {
    if (on) this.#refused.add(peer);
    else this.#refused.delete(peer);
    const session = this.#sessions.get(peer);
    if (session === undefined) return;
    if (on) this.sessionDown(peer, "connection refused");
    else this.#connect(session);
  }

  /** What BFD says of the path to that peer. */
  watch(peer: string, report: BfdReport): void {
    this.#session(peer).bfd = report;
    const { state = "Down", remoteState = "Down", diagnostic = "none", remoteDiagnostic = "none" } = report;
    this.#tell({ type: "bfd", peer, state, remoteState, diagnostic, remoteDiagnostic, failure: false });
  }

  #open(): void {
    if (this.#closed) throw new Error("BUG: the backend is closed");
  }

  #session(peer: string): Session {
    const session = this.#sessions.get(peer);
    if (session === undefined) throw new Error(`BUG: peer ${peer} is not of the last apply`);
    return session;
  }

  #router(peer: string): FakeRouter {
    const router = this.#routers.get(peer) ?? new FakeRouter();
    this.#routers.set(peer, router);
    return router;
  }

  #set({ peer, routes }: DesiredPeer): void {
    const known = this.#sessions.get(peer.name);
    const session = known ?? {
      peer,
      identity: identityOf(peer),
      routes: new Map(),
      established: false,
      since: undefined,
      lastError: undefined,
    };
    this.#sessions.set(peer.name, session);
    const wanted = new Set(routes.map(({ prefix }) => formatPrefix(prefix)));
    for (const text of [...session.routes.keys()].filter((text) => !wanted.has(text))) this.#withdraw(session, text);
    for (const route of routes) this.#announce(session, route);
    if (known === undefined) this.#connect(session);
  }

  #announce(session: Session, route: DesiredRoute): void {
    const text = formatPrefix(route.prefix);
    const before = session.routes.get(text);
    session.routes.set(text, route);
    if (!session.established || !session.peer.families.has(route.prefix.family)) return;
    if (before !== undefined && textOf(before.attributes) === textOf(route.attributes)) return;
    this.#router(session.peer.name).announce(route, session.peer);
  }

  #withdraw(session: Session, text: string): void {
    const route = session.routes.get(text);
    if (route === undefined) return;
    session.routes.delete(text);
    if (session.established && session.peer.families.has(route.prefix.family)) {
      this.#router(session.peer.name).withdraw(text);
    }
  }

  #connect(session: Session): void {
    const { name, families } = session.peer;
    if (session.established) return;
    if (this.#refused.has(name)) {
      session.lastError = "connection refused";
      this.#tell({ type: "session", peer: name, state: "Active", reason: session.lastError });
      return;
    }
    session.established = true;
    session.since = this.#wall();
    this.#tell({ type: "session", peer: name, state: "Established" });
    const router = this.#router(name);
    for (const route of session.routes.values())
      if (families.has(route.prefix.family)) router.announce(route, session.peer);
    router.endOfRib();
    this.#tell({ type: "synced", peer: name });
  }

  #leave(session: Session, reason: string, keep: boolean): void {
    if (!session.established) return;
    session.established = false;
    session.since = this.#wall();
    this.#router(session.peer.name).lost(keep);
    this.#tell({ type: "session", peer: session.peer.name, state: "Idle", reason });
  }

  #report({ peer, routes, established, since, lastError, bfd }: Session): PeerReport {
    const unsent = [...routes.values()]
      .filter(({ prefix }) => !peer.families.has(prefix.family))
      .map(({ prefix }) => ({ prefix, reason: `the session does not carry IPv${prefix.family} routes` }));
    return {
      peer: peer.name,
      ...(peer.address !== undefined && { address: `${formatAddress(peer.address)}:${peer.port}` }),
      state: established ? "Established" : "Active",
      routes: routes.size,
      advertised: established ? routes.size - unsent.length : 0,
      unsent,
      ...(bfd !== undefined && { bfd }),
      ...(since !== undefined && { since }),
      ...(lastError !== undefined && { lastError }),
    };
  }

  #tell(event: BackendEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
