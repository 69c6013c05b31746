/**
 * Couples BFD with the sessions of a backend (RFC 5882 §4): one BFD session for each path that a peer asks to be watched;
 * a failure ends the peer's session, and it is tried again when the path is alive. What goes down on purpose ends nothing.
 */
import type { Path, SessionsEvent } from "@herald/bfd";
import type { BackendEvent } from "../backend/backend.ts";
import type { BfdReport, BfdState, BfdTimers } from "../backend/report.ts";
import type { BfdProfile, Peer } from "../model/config.ts";
import type { BfdEngine, EngineHandlers } from "./ports.ts";
import { Flaps } from "./flaps.ts";
import { configOf, pathOf } from "./path.ts";
import type { Surroundings } from "./path.ts";
import { diagnosticText, sessionReport, timersReport } from "./report.ts";

export interface Timer {
  cancel(): void;
}

/** Milliseconds; `wall` is Unix time. */
export interface Clock {
  now(): number;
  wall(): number;
  setTimer(milliseconds: number, fire: () => void): Timer;
}

export interface WatcherOptions extends Surroundings {
  readonly clock: Clock;
  /** Starts the engine, when the first peer asks for it. Throws, with a reason, where there cannot be one. */
  readonly engine: (handlers: EngineHandlers) => BfdEngine;
  /** Whether this node forwards, and so returns the echo packets of its neighbours. */
  readonly isForwarding: () => boolean;
  /** "down": end the session and begin none; "up": the path is alive; "unwatched": nothing is known of it. */
  readonly setPath: (peer: string, path: "unwatched" | "up" | "down") => void;
  readonly onEvent: (event: BackendEvent) => void;
}

/** Without a sign of life for so long after a failure BGP is tried all the same, in milliseconds: BFD itself may be blocked. */
const PATIENCE = 30_000;
/** Milliseconds between looks at who is at the other end of an interface. */
const LOOK = 1000;

interface Watched {
  peer: Peer;
  profile: BfdProfile;
  /** Of the path and how it is watched, as text: equal text, nothing to tell the engine. */
  asked: string;
  address?: string;
  state: BfdState;
  since?: number;
  /** Of the last event, where that is newer than what the engine told. */
  said?: Pick<BfdReport, "diagnostic" | "remoteState" | "remoteDiagnostic">;
  reason?: string;
  /** BGP waits for the path. */
  held: boolean;
  waiting?: Timer;
  readonly flaps: Flaps;
}

export class Watcher {
  readonly #options: WatcherOptions;
  readonly #watched = new Map<string, Watched>();
  #engine: BfdEngine | undefined;
  /** Why there is no engine. */
  #failure: string | undefined;
  /** For peers that are named by an interface. */
  #looking: Timer | undefined;

  constructor(options: WatcherOptions) {
    this.#options = options;
  }

  /** The whole list; those with a profile are watched. */
  setPeers(peers: readonly Peer[]): void {
    const wanted = new Map(peers.map((peer) => [peer.name, peer]));
    for (const name of this.#watched.keys()) if (wanted.get(name)?.bfdProfile === undefined) this.#remove(name);
    for (const peer of peers) if (peer.bfdProfile !== undefined) this.#set(peer, peer.bfdProfile);
    this.#look();
  }

  /** Again and again, as long as there is a peer whose address is not the configuration's. */
  #look(): void {
    this.#looking?.cancel();
    const found = [...this.#watched.values()].filter(({ peer }) => peer.interface !== undefined);
    if (found.length === 0) return;
    this.#looking = this.#options.clock.setTimer(LOOK, () => {
      for (const { peer, profile } of found) this.#set(peer, profile);
      this.#look();
    });
  }

  /** Undefined: the peer is not watched. */
  report(peer: string): BfdReport | undefined {
    const watched = this.#watched.get(peer);
    if (watched === undefined) return undefined;
    const { profile, address, state, since, said, reason } = watched;
    const session = this.#engine?.status()?.sessions.find(({ users }) => users.includes(peer));
    return {
      profile: profile.name,
      ...(address !== undefined && { address }),
      ...(session !== undefined && sessionReport(session)),
      ...said,
      ...(reason === undefined ? { state } : { reason }),
      ...(since !== undefined && { since }),
    };
  }

  /** Undefined: there is no engine. */
  timers(): BfdTimers | undefined {
    const status = this.#engine?.status();
    return status === undefined ? undefined : timersReport(status);
  }

  async refresh(): Promise<void> {
    await this.#engine?.refresh();
    if (this.#engine?.status() === undefined) return;
    for (const watched of this.#watched.values()) delete watched.said;
  }

  /** Peers are told that this end goes down on purpose. */
  async close(): Promise<void> {
    this.#looking?.cancel();
    for (const { waiting } of this.#watched.values()) waiting?.cancel();
    this.#watched.clear();
    await this.#engine?.close();
  }

  #set(peer: Peer, profile: BfdProfile): void {
    const present = this.#watched.get(peer.name);
    const watched = present ?? { peer, profile, asked: "", state: "Down", held: false, flaps: new Flaps() };
    watched.peer = peer;
    watched.profile = profile;
    this.#watched.set(peer.name, watched);
    let path: Path;
    try {
      path = pathOf(peer, this.#options);
    } catch (error) {
      // A neighbour that is not heard of any more is watched where it was.
      if (watched.asked === "") watched.reason = error instanceof Error ? error.message : String(error);
      return;
    }
    watched.address = path.address;
    const config = configOf(profile, this.#options.isForwarding());
    const asked = JSON.stringify([path, config]);
    const engine = this.#start();
    if (engine === undefined) {
      watched.reason = this.#failure ?? "";
      return;
    }
    if (watched.asked === asked) return;
    watched.asked = asked;
    delete watched.reason;
    engine.set(peer.name, path, config);
  }

  #remove(name: string): void {
    const watched = this.#watched.get(name);
    watched?.waiting?.cancel();
    this.#watched.delete(name);
    this.#engine?.remove(name);
    if (watched?.held === true) this.#options.setPath(name, "unwatched");
  }

  #start(): BfdEngine | undefined {
    if (this.#engine !== undefined || this.#failure !== undefined) return this.#engine;
    try {
      this.#engine = this.#options.engine({
        onEvent: (event) => this.#heard(event),
        refused: (user, { field, text }) => this.#refused(user, `${field}: ${text}`),
        lost: (reason) => this.#lost(reason),
      });
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error);
      this.#options.onEvent({ type: "error", text: `BFD is not possible here: ${this.#failure}` });
    }
    return this.#engine;
  }

  #heard(event: SessionsEvent): void {
    for (const user of event.users) {
      const watched = this.#watched.get(user);
      if (watched !== undefined) this.#changed(user, watched, event);
    }
  }

  #changed(peer: string, watched: Watched, event: SessionsEvent): void {
    const { to, failure, remoteState } = event;
    const { clock, setPath, onEvent } = this.#options;
    const said = {
      diagnostic: diagnosticText(event.diagnostic),
      remoteState,
      remoteDiagnostic: diagnosticText(event.remoteDiagnostic),
    };
    watched.state = to;
    watched.since = clock.wall();
    watched.said = said;
    onEvent({ type: "bfd", peer, state: to, ...said, failure });
    if (failure) {
      watched.flaps.failed(clock.now());
      watched.held = true;
      setPath(peer, "down");
      this.#releaseAfter(PATIENCE, peer, watched, "unwatched");
    } else if (!watched.held) {
      setPath(peer, to === "Up" ? "up" : "unwatched");
    } else if (to === "Up") {
      this.#releaseAfter(watched.flaps.wait(clock.now()), peer, watched, "up");
    } else if (remoteState === "AdminDown") {
      this.#releaseAfter(0, peer, watched, "unwatched");
    } else if (event.from === "Up") {
      this.#releaseAfter(PATIENCE, peer, watched, "unwatched");
    }
  }

  #releaseAfter(milliseconds: number, peer: string, watched: Watched, path: "unwatched" | "up"): void {
    const release = (): void => {
      watched.held = false;
      this.#options.setPath(peer, path);
    };
    watched.waiting?.cancel();
    if (milliseconds === 0) release();
    else watched.waiting = this.#options.clock.setTimer(milliseconds, release);
  }

  #refused(peer: string, reason: string): void {
    const watched = this.#watched.get(peer);
    if (watched === undefined) return;
    watched.reason = reason;
    this.#options.onEvent({ type: "error", peer, text: `BFD does not watch ${peer}: ${reason}` });
  }

  /** No peer is suspected for what happened here. */
  #lost(reason: string): void {
    this.#options.onEvent({ type: "error", text: `the BFD thread ended and is started again: ${reason}` });
    for (const [peer, watched] of this.#watched) {
      watched.state = "Down";
      watched.since = this.#options.clock.wall();
      delete watched.said;
      if (watched.held) this.#releaseAfter(0, peer, watched, "unwatched");
      else this.#options.setPath(peer, "unwatched");
    }
  }
}
