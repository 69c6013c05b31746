/**
 * The shell around one state machine: it performs the machine's actions with the host's ports, and turns what comes
 * from connection and clock into events. One connection at a time (RFC 4271 §8.2.1).
 */
import { MessageType, encodeMessage } from "bgp-ts-codec";
import type { CodecContext, Message } from "bgp-ts-codec";
import { expiryEvent, initialMachine, startEvent, step } from "../fsm/index.ts";
import type { Action, Cease, Direction, FsmConfig, FsmEvent, Machine, State, TimerName } from "../fsm/index.ts";
import type { Connection, Timer } from "../ports.ts";
import { Counters } from "./counters.ts";
import { ErrorNote, silenceHint } from "./error-note.ts";
import { newFramer } from "./framer.ts";
import type { Frame, Framer } from "./framer.ts";
import { fsmConfig } from "./fsm-config.ts";
import { INITIAL_CONTEXT, negotiate } from "./negotiate.ts";
import { buildOpen } from "./open.ts";
import type { SessionHandlers, SessionOptions } from "./options.ts";
import { PATH_DOWN, PathWait } from "./path-wait.ts";
import { interpret } from "./receive.ts";
import type { RouteMessage } from "./receive.ts";
import { recordable, toHex } from "./record.ts";
import type { SessionRecorder } from "./record.ts";
import { Timers } from "./timers.ts";
import { Traffic } from "./traffic.ts";
import { Transport } from "./transport.ts";
import type { Negotiated, SessionConfig } from "./types.ts";

const KEEPALIVE = encodeMessage({ type: MessageType.Keepalive }, INITIAL_CONTEXT);

export class Session {
  readonly #host: SessionOptions["host"];
  readonly #handlers: SessionHandlers;
  readonly #record: SessionRecorder | undefined;
  readonly #timers: Timers;
  readonly #transport: Transport;
  readonly #traffic: Traffic;
  readonly #note: ErrorNote;
  #config: SessionConfig;
  #fsm: FsmConfig;
  #machine: Machine;
  #framer: Framer;
  #again: boolean;
  #negotiated: Negotiated | undefined;
  #direction: Direction = "outbound";
  #connectedAt = 0;
  /** The OPEN that came is being weighed against another connection. */
  #opening = false;
  /** Handed to its reader by the action processUpdate. */
  #routes: RouteMessage | undefined;
  /** HoldTimer ran out, and what has already come in is read first. */
  #grace: Timer | undefined;
  #sendHoldTime = 0;
  readonly #pathWait: PathWait;
  #pathUp = false;
  readonly #events: FsmEvent[] = [];
  #stepping = false;

  constructor(options: SessionOptions) {
    const { config, host, handlers, idleHoldTime = 0, again = false } = options;
    this.#host = host;
    this.#handlers = handlers;
    this.#record = options.record;
    this.#config = config;
    this.#fsm = fsmConfig(config);
    this.#machine = initialMachine(this.#fsm, idleHoldTime);
    this.#framer = newFramer(this.#config);
    this.#again = again;
    this.#note = new ErrorNote(host.clock);
    this.#pathWait = new PathWait(host.clock);
    this.#timers = new Timers(host.clock, host.random, (timer) => this.#expired(timer));
    this.#transport = new Transport(host.clock, host.dialer, {
      connected: (connection) => this.#connected("connected", connection),
      failed: (error) => this.#lost({ type: "failed", text: error.message }, error.message),
      data: (bytes) => this.#data(bytes),
      writable: () => this.#drained(),
      closed: (error) => {
        const text = error === undefined ? "the peer closed the connection" : error.message;
        this.#lost({ type: "closed", ...(error !== undefined && { text }) }, text);
      },
    });
    const { sent = new Counters(), received = new Counters(), record, watch } = options;
    this.#traffic = new Traffic({ transport: this.#transport, sent, received, record, watch });
    this.#record?.({ type: "session", config: recordable(config), idleHoldTime, again });
  }

  get machine(): Machine {
    return this.#machine;
  }

  get state(): State {
    return this.#machine.state;
  }

  /** Of the OPENs of the connection there is. */
  get negotiated(): Negotiated | undefined {
    return this.#negotiated;
  }

  get connection(): Connection | undefined {
    return this.#transport.connection;
  }

  /** Who opened the connection there is. */
  get direction(): Direction {
    return this.#direction;
  }

  /** When that was, by the host's clock. */
  get connectedAt(): number {
    return this.#connectedAt;
  }

  start(): void {
    this.#record?.({ type: "start" });
    this.#dispatch(startEvent(this.#fsm));
  }

  /** Runs on a connection that the peer opened. */
  accept(connection: Connection): void {
    this.#dispatch({ type: "AutomaticStartPassive" });
    this.#transport.take(connection);
    this.#connected("accepted", connection);
  }

  /** Ends it; without a Cease the peer is told nothing, and may keep the routes (RFC 4724 §4). */
  stop(cease?: Cease): void {
    this.#stop("ManualStop", cease);
  }

  /** Ends it, to begin again after a wait. */
  stopForNow(cease: Cease): void {
    this.#stop("AutomaticStop", cease);
  }

  /** Another connection to the peer was chosen. */
  dump(event: FsmEvent): void {
    const silent = event.type === "OpenCollisionDump" && event.silent === true;
    this.#record?.({ type: "dump", silent, opening: this.#opening });
    this.#dispatch(event);
  }

  /** Whether the host knows that the path is up: what a session in strict mode waits for. */
  setPathUp(up: boolean): void {
    if (up === this.#pathUp) return;
    this.#record?.({ type: "path", up });
    this.#pathUp = up;
    if (up) this.#frames(this.#pathWait.end());
  }

  /** For what comes; a session that is up keeps what was agreed on. */
  reconfigure(config: SessionConfig): void {
    this.#record?.({ type: "config", config: recordable(config) });
    this.#config = config;
    this.#fsm = fsmConfig(config);
  }

  /** Milliseconds until each timer that runs expires. */
  timers(): Readonly<Partial<Record<TimerName, number>>> {
    return this.#timers.remaining();
  }

  /** Bytes that the kernel has not taken. */
  get buffered(): number {
    return this.connection?.buffered ?? 0;
  }

  /** Ends all of it without a word. */
  dispose(): void {
    this.#timers.stopAll();
    this.#pathWait.clear();
    this.#grace?.cancel();
    this.#transport.close(true);
  }

  /** When the connections that were closed are over. */
  settled(): Promise<void> {
    return this.#transport.settled();
  }

  /** Whether `sendRoutes` may be called. */
  get writable(): boolean {
    return this.#machine.state === "Established" && this.#transport.writable;
  }

  /** Writes whole messages of one type. */
  sendRoutes(bytes: Uint8Array, type: MessageType, messages: number): void {
    this.#traffic.sendRoutes(bytes, type, messages, this.#contextOf("send"));
    this.#progress();
    if (this.#transport.flushed) this.#timers.extend("Keepalive", this.#host.clock.now());
  }

  #stop(type: "ManualStop" | "AutomaticStop", cease: Cease | undefined): void {
    const automatic = type === "AutomaticStop";
    this.#record?.({
      type: "stop",
      automatic,
      ...(cease && { cease: { subcode: cease.subcode, data: toHex(cease.data) } }),
    });
    this.#dispatch(cease === undefined ? { type } : { type, cease });
  }

  #connected(type: "connected" | "accepted", connection: Connection): void {
    const { localAddress, localPort, remoteAddress, remotePort } = connection;
    const local = { address: localAddress, port: localPort };
    this.#record?.({ type, local, remote: { address: remoteAddress, port: remotePort } });
    this.#framer = newFramer(this.#config);
    this.#pathWait.clear();
    this.#negotiated = undefined;
    this.#connectedAt = this.#host.clock.now();
    this.#direction = type === "accepted" ? "inbound" : "outbound";
    this.#dispatch({ type: type === "accepted" ? "TcpConnectionConfirmed" : "TcpCrAcked" });
  }

  #lost(event: Parameters<SessionRecorder>[0], text: string): void {
    this.#record?.(event);
    this.#note.detail(text);
    this.#dispatch({ type: "TcpConnectionFails" });
  }

  #data(bytes: Uint8Array): void {
    this.#record?.({ type: "received", bytes: toHex(bytes) });
    this.#frames(this.#framer.read(bytes));
  }

  #frames(frames: Iterable<Frame>): void {
    const { connection } = this;
    for (const frame of frames) {
      if (this.#pathWait.keeps(frame)) continue;
      const context = this.#contextOf("receive");
      if (frame.status === "message") this.#traffic.hear(frame.bytes, frame.type, context);
      const received = interpret(frame, this.#machine.state, context);
      switch (received.kind) {
        case "event":
          if (received.text !== undefined) this.#note.detail(received.text);
          this.#dispatch(received.event);
          break;
        case "open":
          this.#open(received.open);
          break;
        case "notification":
          this.#note.received(received.message);
          this.#dispatch(received.event);
          break;
        case "routes":
          this.#routes = received.routes;
          this.#dispatch(received.event);
          break;
      }
      // What follows belongs to a connection that is over.
      if (this.connection !== connection) return;
    }
  }

  /** A second OPEN on one connection is an error of the machine's; only the first is looked at. */
  #open(open: Parameters<typeof negotiate>[2]): void {
    const delayed = this.#machine.running.includes("DelayOpen");
    const type = delayed ? "BgpOpenWithDelayOpenTimerRunning" : "BgpOpen";
    if (this.#machine.state !== "OpenSent" && !delayed) {
      this.#dispatch({ type, holdTime: 0, keepaliveTime: 0 });
      return;
    }
    const result = negotiate(this.#config, buildOpen(this.#config, this.#again), open);
    if ("notification" in result) {
      this.#note.detail(result.text);
      this.#dispatch({ type: "BgpOpenMsgErr", notification: result.notification });
      return;
    }
    const { connection } = this;
    this.#negotiated = result;
    this.#opening = true;
    this.#handlers.opened(result);
    this.#opening = false;
    if (this.connection !== connection) return;
    const { holdTime, keepaliveTime } = result;
    const proceed = (): void => this.#dispatch({ type, holdTime, keepaliveTime });
    if (!result.bfdStrict || this.#pathUp) proceed();
    else this.#pathWait.begin(holdTime, proceed, () => this.stopForNow(PATH_DOWN));
  }

  #drained(): void {
    this.#progress();
    if (this.#machine.state === "Established") this.#handlers.writable();
  }

  #progress(): void {
    if (this.#transport.progressed()) this.#timers.extend("SendHold", this.#host.clock.now());
  }

  #expired(timer: TimerName): void {
    if (timer === "SendHold" && this.#transport.flushed) {
      // Nothing waits to be taken: the peer is not slow, we had nothing to say.
      this.#timers.start(timer, this.#sendHoldTime, false);
      return;
    }
    if (timer === "Hold") {
      this.#grace = this.#host.clock.setTimer(0, () => this.expire(timer));
      return;
    }
    this.expire(timer);
  }

  /** A timer is over, whatever the clock says: how a recording is replayed. */
  expire(timer: TimerName): void {
    this.#grace = undefined;
    if (timer === "ConnectRetry" && this.state === "Connect") this.#note.detail(silenceHint(this.#config));
    this.#record?.({ type: "timer", timer });
    this.#dispatch(expiryEvent(timer));
  }

  #dispatch(event: FsmEvent): void {
    this.#events.push(event);
    if (this.#stepping) return;
    this.#stepping = true;
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) this.#step(next);
    } finally {
      this.#stepping = false;
    }
  }

  #step(event: FsmEvent): void {
    const from = this.#machine.state;
    const { machine, actions, reason } = step(this.#fsm, this.#machine, event);
    this.#machine = machine;
    for (const action of actions) this.#perform(action);
    if (reason !== undefined) {
      const error = this.#note.take(reason);
      if (error !== undefined) this.#handlers.error(error);
    }
    const to = machine.state;
    if (to !== from) {
      this.#record?.({ type: "state", from, to, ...(reason !== undefined && { reason }) });
      this.#handlers.stateChanged(from, to, reason);
    }
    if (to === "Established" && from !== to && this.#negotiated !== undefined) {
      this.#again = true;
      this.#handlers.up(this.#negotiated);
    }
  }

  #perform(action: Action): void {
    switch (action.type) {
      case "startTimer":
        if (action.timer === "Hold") this.#grace?.cancel();
        if (action.timer === "SendHold") this.#sendHoldTime = action.seconds;
        this.#timers.start(action.timer, action.seconds, action.jitter);
        break;
      case "stopTimer":
        if (action.timer === "Hold") this.#grace?.cancel();
        this.#timers.stop(action.timer);
        break;
      case "connect":
        this.#record?.({ type: "connect" });
        this.#transport.connect(this.#config);
        break;
      case "listen":
      case "up":
        break;
      case "close":
        this.#pathWait.clear();
        this.#record?.({ type: "close", abort: action.abort === true });
        this.#transport.close(action.abort === true);
        break;
      case "sendOpen":
        this.#say(buildOpen(this.#config, this.#again));
        break;
      case "sendKeepalive":
        this.#traffic.sendBytes(KEEPALIVE, MessageType.Keepalive, this.#contextOf("send"));
        this.#progress();
        break;
      case "sendNotification":
        this.#note.sent(action.notification);
        this.#say({ type: MessageType.Notification, ...action.notification });
        break;
      case "down":
        this.#handlers.down(action.reason);
        break;
      case "processUpdate":
        if (this.#routes !== undefined) this.#handlers.routes(this.#routes);
        this.#routes = undefined;
        break;
    }
  }

  #say(message: Message): void {
    this.#traffic.send(message, this.#contextOf("send"));
    this.#progress();
  }

  #contextOf(direction: "send" | "receive"): CodecContext {
    return this.#negotiated?.[direction] ?? INITIAL_CONTEXT;
  }
}
