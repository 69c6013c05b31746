/** The connections to one peer: the one that counts, and one that the peer opened beside it (RFC 4271 §6.8). */
import { acceptsConnections, resolveCollision } from "../fsm/index.ts";
import type { Cease, DownReason, FsmEvent, State } from "../fsm/index.ts";
import type { Connection, Host, Timer } from "../ports.ts";
import type { Counters } from "../session/counters.ts";
import type { RouteMessage } from "../session/receive.ts";
import type { SessionRecorder } from "../session/record.ts";
import { Session } from "../session/session.ts";
import type { MessageWatcher } from "../session/traffic.ts";
import type { SessionHandlers } from "../session/options.ts";
import type { Negotiated, PeerError, SessionConfig } from "../session/types.ts";

export interface ConnectionsHandlers {
  stateChanged(from: State, to: State, reason?: DownReason): void;
  up(session: Session, negotiated: Negotiated): void;
  down(reason: DownReason): void;
  routes(received: RouteMessage): void;
  writable(): void;
  error(error: PeerError): void;
}

export interface ConnectionsOptions {
  readonly host: Host;
  readonly handlers: ConnectionsHandlers;
  readonly sent: Counters;
  readonly received: Counters;
  /** A recorder for each session there comes to be. */
  readonly recorder?: () => SessionRecorder;
  readonly watch: MessageWatcher;
}

/** How long after its beginning a connection is believed to bring an OPEN, in milliseconds: later it may be dead. */
const FRESH = 10_000;

const COLLISION: FsmEvent = { type: "OpenCollisionDump" };

export class Connections {
  readonly #options: ConnectionsOptions;
  #config: SessionConfig;
  #again = false;
  #pathUp = false;
  /** Whose state is the peer's. */
  #primary: Session;
  #other: Session | undefined;
  #state: State = "Idle";
  readonly #leaving = new Set<Promise<void>>();
  /** For a sign that the peer has the key too. */
  #keyWait: Timer | undefined;

  constructor(config: SessionConfig, options: ConnectionsOptions) {
    this.#config = config;
    this.#options = options;
    this.#primary = this.#create();
  }

  get primary(): Session {
    return this.#primary;
  }

  /** There is no connection, nor an attempt at one, and none that would be refused as a penalty. */
  get idle(): boolean {
    const { state, held } = this.#primary.machine;
    return this.#other === undefined && (state === "Idle" || state === "Active") && !held;
  }

  start(): void {
    this.#primary.start();
  }

  stop(cease?: Cease): void {
    this.#keyWait?.cancel();
    this.#other?.stop(cease);
    this.#primary.stop(cease);
  }

  stopForNow(cease: Cease): void {
    this.#primary.stopForNow(cease);
  }

  /** Whether the host knows that the path is up: for the connections there are, and those to come. */
  setPathUp(up: boolean): void {
    this.#pathUp = up;
    this.#primary.setPathUp(up);
    this.#other?.setPathUp(up);
  }

  reconfigure(config: SessionConfig): void {
    this.#config = config;
    this.#primary.reconfigure(config);
    this.#other?.reconfigure(config);
  }

  /**
   * Gives the session that is up another key, where the host can (RFC 2385 §4.5 leaves the change to the operators). False:
   * it takes a new session. `unheard`: so does this one, for nothing came in half of its hold time; the peer has the old
   * key still, or began anew with the other.
   */
  rekey(key: string, unheard: () => void): boolean {
    const { host, received } = this.#options;
    const session = this.#primary;
    const { connection, negotiated, state } = session;
    const holdTime = negotiated?.holdTime ?? 0;
    if (state !== "Established" || this.#other !== undefined || holdTime === 0) return false;
    try {
      if (connection?.setMd5Key === undefined) return false;
      connection.setMd5Key(key);
    } catch {
      return false;
    }
    const before = received.value.bytes;
    this.#keyWait?.cancel();
    this.#keyWait = host.clock.setTimer(holdTime * 500, () => {
      if (session.connection === connection && session === this.#primary && received.value.bytes === before) unheard();
    });
    // A peer whose kernel has the key already answers it: by taking it, or with a reset.
    session.expire("Keepalive");
    return true;
  }

  /** When the connections that were closed are over. */
  async settled(): Promise<void> {
    await Promise.all([this.#primary.settled(), this.#other?.settled(), ...this.#leaving]);
  }

  /** Takes a connection from the peer; false when none is taken now. One that came before it and waits is given up. */
  accept(connection: Connection): boolean {
    if (!acceptsConnections(this.#primary.machine)) return false;
    const { idleHoldTime } = this.#primary.machine;
    if (this.#other !== undefined) this.#discard(this.#other, COLLISION);
    const session = this.#create(idleHoldTime);
    session.accept(connection);
    this.#other = session;
    return true;
  }

  #create(idleHoldTime = 0): Session {
    const { host, handlers, sent, received, recorder, watch } = this.#options;
    const ifPrimary = (act: () => void): void => {
      if (session === this.#primary) act();
    };
    const own: SessionHandlers = {
      opened: (negotiated) => this.#arbitrate(session, negotiated),
      stateChanged: (_from, to, reason) => this.#changed(session, to, reason),
      up: (negotiated) => {
        this.#again = true;
        if (session !== this.#primary) this.#promote(session, COLLISION);
        handlers.up(session, negotiated);
      },
      down: (reason) => ifPrimary(() => handlers.down(reason)),
      routes: (message) => ifPrimary(() => handlers.routes(message)),
      writable: () => ifPrimary(() => handlers.writable()),
      error: (error) => handlers.error(error),
    };
    const record = recorder?.();
    const session: Session = new Session({
      config: this.#config,
      host,
      handlers: own,
      sent,
      received,
      idleHoldTime,
      again: this.#again,
      watch,
      ...(record !== undefined && { record }),
    });
    session.setPathUp(this.#pathUp);
    return session;
  }

  /** The second connection is dropped when it falls back before it has won. */
  #changed(session: Session, to: State, reason: DownReason | undefined): void {
    if (session === this.#primary) this.#report(to, reason);
    else if (session === this.#other && (to === "Idle" || to === "Active")) {
      this.#other = undefined;
      this.#retire(session);
    }
  }

  #report(to: State, reason: DownReason | undefined): void {
    const from = this.#state;
    if (from === to) return;
    this.#state = to;
    this.#options.handlers.stateChanged(from, to, reason);
  }

  /** A valid OPEN came on `session`: if there is another connection, one of the two may have to go. */
  #arbitrate(session: Session, { remoteId, remoteAs }: Negotiated): void {
    const rival = session === this.#primary ? this.#other : this.#primary;
    if (rival === undefined) return;
    const outcome = resolveCollision({
      localId: this.#config.bgpId,
      localAs: this.#config.localAs,
      remoteId,
      remoteAs,
      existing: { direction: rival.direction, state: this.#stateOf(rival) },
      candidate: { direction: session.direction },
      collisionDetectEstablishedState: false,
      gracefulRestart: rival.negotiated?.gracefulRestart === true,
    });
    if (outcome.keep === "both") return;
    const [winner, loser] = outcome.keep === "candidate" ? [session, rival] : [rival, session];
    if (winner === this.#primary) this.#discard(loser, outcome.dump);
    else this.#promote(winner, outcome.dump);
  }

  /**
   * A rival whose own OPEN must be on its way is weighed as if it had come: the identifier is known by the OPEN that did
   * (RFC 4271 §6.8 allows it). Waiting for it would let a session come up that the peer, having both, gives up again.
   */
  #stateOf(rival: Session): State {
    const age = this.#options.host.clock.now() - rival.connectedAt;
    return rival.state === "OpenSent" && age < FRESH ? "OpenConfirm" : rival.state;
  }

  /** The second connection becomes the one that counts. */
  #promote(session: Session, dump: FsmEvent): void {
    const loser = this.#primary;
    if (loser.state === "Established") this.#options.handlers.down("collision");
    this.#other = undefined;
    this.#primary = session;
    this.#report(session.state, "collision");
    this.#discard(loser, dump);
  }

  #discard(session: Session, dump: FsmEvent): void {
    if (session === this.#other) this.#other = undefined;
    session.dump(dump);
    this.#retire(session);
  }

  #retire(session: Session): void {
    session.dispose();
    const settled = session.settled();
    this.#leaving.add(settled);
    void settled.then(() => this.#leaving.delete(settled));
  }
}
