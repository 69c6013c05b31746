/** One session in asynchronous mode (RFC 5880 §6.8) on the host's clock. Packets come in decoded and go out as bytes. */
import { Authenticator, sameAuthentication } from "./authentication.ts";
import { DueTimer } from "./due-timer.ts";
import { Echo } from "./echo.ts";
import { DropReason, Drops } from "./error.ts";
import { INITIAL, step } from "./fsm.ts";
import type { FsmEvent, Machine } from "./fsm.ts";
import { Diagnostic, encode, State } from "./packet.ts";
import type { ControlPacket } from "./packet.ts";
import { Parameters } from "./parameters.ts";
import type { Host } from "./ports.ts";
import { remoteOf, UNKNOWN } from "./remote.ts";
import { detectionTime, jittered, transmitInterval } from "./timing.ts";
import type { SessionConfig, SessionEvent, SessionStatus } from "./types.ts";

export interface SessionOptions {
  readonly host: Pick<Host, "clock" | "random" | "digest">;
  readonly config: SessionConfig;
  /** Not 0, and unique among the sessions of this system. */
  readonly localDiscriminator: number;
  readonly send: (bytes: Uint8Array) => void;
  /** Absent: no echo packets, of either end, whatever the configuration. */
  readonly sendEcho?: (bytes: Uint8Array) => boolean;
  readonly onEvent: (event: SessionEvent) => void;
  /** Administratively down for so long that the peer has had to notice: nothing is sent any more. */
  readonly onQuiet?: () => void;
  /** The peer has been silent for twice the detection time: its discriminator is forgotten. */
  readonly onForgotten?: () => void;
}

/** Milliseconds from which on a detection timer counts as late. */
const LATE = 5;

/** Of the byte with state and flags all but P and F, which do not make a packet's contents differ (RFC 5880 §6.8.7). */
const FLAGS = 0xcf;

export class Session {
  readonly #options: SessionOptions;
  #config: SessionConfig;
  readonly #parameters: Parameters;
  readonly #authenticator: Authenticator;
  readonly #transmission: DueTimer;
  readonly #detection: DueTimer;
  readonly #quieting: DueTimer;
  readonly #echo: Echo;
  #machine: Machine = INITIAL;
  #remote = UNKNOWN;
  /** When the last valid packet came; absent: none, or forgotten. */
  #heard: number | undefined;
  /** The detection time has passed since. */
  #expired = false;
  /** Late detection gives what waits in the socket one turn to be read. */
  #graced = false;
  #quiet = false;
  /** When the last periodic packet was due to go. */
  #lastPeriodic: number;
  /** The interval that the transmission timer runs on, in microseconds. */
  #interval: number | undefined;
  /** The last packet without its authentication. */
  #lastSent: Uint8Array | undefined;
  readonly #drops = new Drops();
  readonly #counts = { sent: 0, received: 0, ups: 0, downs: 0, failures: 0 };

  constructor(options: SessionOptions) {
    const { clock, digest, random } = options.host;
    this.#options = options;
    this.#config = options.config;
    this.#parameters = new Parameters(options.config.profile);
    this.#authenticator = new Authenticator(digest, random);
    this.#transmission = new DueTimer(clock, () => this.#transmissionDue());
    this.#detection = new DueTimer(clock, (lateness) => this.#detectionDue(lateness));
    this.#quieting = new DueTimer(clock, () => this.#becomeQuiet());
    this.#lastPeriodic = clock.now();
    this.#echo = new Echo({
      host: options.host,
      localDiscriminator: options.localDiscriminator,
      send: (bytes) => options.sendEcho?.(bytes) ?? false,
      failed: () => this.pathDown(Diagnostic.EchoFunctionFailed),
    });
  }

  /** Ends without a word. */
  close(): void {
    this.#quiet = true;
    for (const timer of [this.#transmission, this.#detection, this.#quieting, this.#echo]) timer.stop();
  }

  get state(): State {
    return this.#machine.state;
  }

  /** A packet from the peer has been taken, and it is not forgotten yet. */
  get isHeard(): boolean {
    return this.#heard !== undefined;
  }

  /** Starts the session, where the role is active by a first packet. Later it takes effect without leaving Up: changed intervals are agreed on by a Poll Sequence. */
  configure(config: SessionConfig): void {
    if (!sameAuthentication(this.#config.authentication, config.authentication)) this.#authenticator.forget();
    this.#config = config;
    this.#parameters.change(config.profile, this.#now());
    this.#settle(this.#machine.state);
  }

  /** Administratively down: says so for a detection time, then is silent. Up again begins anew from Down (RFC 5880 §6.8.16). */
  setAdminDown(down: boolean): void {
    this.#dispatch({ type: down ? "adminDown" : "adminUp" });
  }

  /** The host knows that the path is gone, without waiting for the detection time (RFC 5880 §6.8.17). */
  pathDown(diagnostic: number = Diagnostic.PathDown): void {
    this.#dispatch({ type: "pathDown", diagnostic });
  }

  /** Says once more how things are, for a host that is about to end. */
  repeat(): void {
    if (this.#maySend()) this.#send(false);
  }

  /** Counts a packet that the caller dropped on this session's account. */
  drop(reason: DropReason): DropReason {
    this.#drops.add(reason);
    return reason;
  }

  /** A packet that `decode` let pass, and the payload it came in (RFC 5880 §6.8.6). Answers why it was dropped, if it was. */
  receive(packet: ControlPacket, bytes: Uint8Array): DropReason | undefined {
    const { authentication } = this.#config;
    const refused =
      authentication !== undefined
        ? this.#authenticator.verify(authentication, packet, bytes)
        : packet.authentication !== undefined
          ? DropReason.AuthenticationUnexpected
          : undefined;
    if (refused !== undefined) return this.drop(refused);
    this.#remote = remoteOf(packet);
    const now = this.#now();
    if (packet.final) this.#parameters.finalReceived(now, this.#silence() / 1000);
    const from = this.#machine.state;
    if (!this.#step({ type: "packet", state: packet.state })) return this.drop(DropReason.AdminDown);
    this.#counts.received++;
    this.#heard = now;
    this.#expired = false;
    this.#graced = false;
    if (packet.poll && this.#maySend()) this.#send(true);
    this.#settle(from);
    return undefined;
  }

  /** An echo packet with this session's discriminator. Answers why it was dropped, if it was. */
  receiveEcho(bytes: Uint8Array): DropReason | undefined {
    return this.#echo.receive(bytes) ? undefined : this.drop(DropReason.Echo);
  }

  status(): SessionStatus {
    const { state, diagnostic } = this.#machine;
    const remote = this.#remote;
    return {
      state,
      diagnostic,
      remoteState: remote.state,
      remoteDiagnostic: remote.diagnostic,
      remoteControlPlaneIndependent: remote.controlPlaneIndependent,
      localDiscriminator: this.#options.localDiscriminator,
      remoteDiscriminator: remote.discriminator,
      ...(this.#interval !== undefined && { transmitInterval: this.#interval }),
      ...(this.#heard !== undefined && { detectionTime: this.#detectionTime() }),
      ...(this.#echo.interval !== undefined && { echoInterval: this.#echo.interval }),
      polling: this.#parameters.polling,
      counters: {
        ...this.#counts,
        echoSent: this.#echo.counts.sent,
        echoReceived: this.#echo.counts.received,
        dropped: this.#drops.value,
      },
    };
  }

  #now(): number {
    return this.#options.host.clock.now();
  }

  #dispatch(event: FsmEvent): void {
    const from = this.#machine.state;
    this.#step(event);
    this.#settle(from);
  }

  /** Moves the machine; false: the packet is to be discarded. */
  #step(event: FsmEvent): boolean {
    const from = this.#machine.state;
    const { machine, actions } = step(this.#machine, event);
    this.#machine = machine;
    for (const { type } of actions) {
      if (type === "discard") return false;
      if (type === "up") {
        this.#counts.ups++;
        this.#parameters.up();
      }
      if (type === "down") {
        this.#counts.downs++;
        this.#parameters.down();
      }
    }
    if (from === machine.state) return true;
    if (this.#isFailure(from)) this.#counts.failures++;
    if (machine.state === State.AdminDown) {
      const known = this.#remote.discriminator === 0 ? 0 : this.#peerDetectionTime();
      this.#quieting.set(this.#now() + known / 1000);
    } else if (from === State.AdminDown) {
      this.#quieting.stop();
      this.#quiet = false;
    }
    return true;
  }

  /**
   * Not where the peer is down on purpose. It is too where its reason is that this end went down, which was Up all the
   * time: no failure of a path says so, but the session there was taken away, for good or for another in its place.
   */
  #isFailure(from: State): boolean {
    const { state, diagnostic } = this.#machine;
    const { state: said, diagnostic: why } = this.#remote;
    const signaled = diagnostic === Diagnostic.NeighborSignaledSessionDown;
    const onPurpose = said === State.AdminDown || why === Diagnostic.NeighborSignaledSessionDown;
    return from === State.Up && state === State.Down && !(signaled && onPurpose);
  }

  /** Brings timers and peer up to date with what has changed, then tells. */
  #settle(from: State): void {
    this.#setDetection();
    this.#setInterval();
    this.#setEcho();
    if (this.#maySend() && this.#differs(encode(this.#packet(false)))) this.#send(false);
    const { state, diagnostic } = this.#machine;
    if (from === state) return;
    this.#options.onEvent({
      from,
      to: state,
      diagnostic,
      remoteState: this.#remote.state,
      remoteDiagnostic: this.#remote.diagnostic,
      remoteControlPlaneIndependent: this.#remote.controlPlaneIndependent,
      failure: this.#isFailure(from),
    });
  }

  /** In microseconds, as all that follows where not said otherwise. */
  #detectionTime(): number {
    return detectionTime(this.#parameters.requiredMinRx, this.#remote.multiplier, this.#remote.minTx);
  }

  /** How long the peer waits for our packets once it has the one that we send now. */
  #peerDetectionTime(): number {
    const { desiredMinTx } = this.#parameters.advertised;
    return detectionTime(this.#remote.minRx, this.#config.profile.detectMultiplier, desiredMinTx);
  }

  /** How long the packets lost that the multiplier allows take, at the interval in use. */
  #silence(): number {
    return this.#config.profile.detectMultiplier * (this.#interval ?? 0);
  }

  /** RFC 5880 §6.8.7: a passive end waits for the peer; one that is down on purpose has said it long enough. */
  #maySend(): boolean {
    return !this.#quiet && !(this.#config.passive === true && this.#remote.discriminator === 0);
  }

  /** The detection time counts from the last valid packet, also where it has changed since. */
  #setDetection(): void {
    if (this.#heard !== undefined && !this.#expired) this.#detection.set(this.#heard + this.#detectionTime() / 1000);
  }

  /** The interval of periodic packets; a peer in demand mode wants none but polls once both are Up. */
  #periodicInterval(): number | undefined {
    const { demand, state } = this.#remote;
    const demanded = demand && state === State.Up && this.#machine.state === State.Up && !this.#parameters.unsettled;
    if (demanded || !this.#maySend()) return undefined;
    return transmitInterval(this.#parameters.desiredMinTx, this.#remote.minRx);
  }

  /** RFC 5880 §6.8.9: while Up, and where the peer says that it returns them. */
  #setEcho(): void {
    const { echo, profile } = this.#config;
    const { minEchoRx } = this.#remote;
    const may = this.#machine.state === State.Up && this.#options.sendEcho !== undefined && minEchoRx > 0;
    if (echo === undefined || !may) this.#echo.stop();
    else this.#echo.run(Math.max(echo.desiredMinTx, minEchoRx), profile.detectMultiplier);
  }

  /** A new interval counts from the last periodic packet; an equal one leaves the timer alone. */
  #setInterval(): void {
    const interval = this.#periodicInterval();
    if (interval === this.#interval) return;
    this.#interval = interval;
    if (interval === undefined) {
      this.#transmission.stop();
      return;
    }
    const length = jittered(interval, this.#config.profile.detectMultiplier, this.#options.host.random);
    this.#transmission.set(this.#lastPeriodic + length / 1000);
  }

  #transmissionDue(): void {
    this.#lastPeriodic = this.#now();
    this.#parameters.advance(this.#lastPeriodic);
    this.#send(false);
    this.#interval = undefined;
    this.#setInterval();
    this.#setDetection();
  }

  #detectionDue(lateness: number): void {
    if (lateness >= LATE && !this.#graced) {
      this.#graced = true;
      this.#detection.set(this.#now());
      return;
    }
    this.#graced = false;
    if (this.#expired) {
      this.#forget();
      return;
    }
    this.#expired = true;
    this.#detection.set(this.#now() + this.#detectionTime() / 1000);
    this.#dispatch({ type: "detectionExpired" });
  }

  /** One more detection time without a packet: the peer may come back as another (RFC 5880 §6.8.1). */
  #forget(): void {
    this.#remote = { ...UNKNOWN, state: this.#remote.state, diagnostic: this.#remote.diagnostic };
    this.#heard = undefined;
    this.#authenticator.forget();
    this.#settle(this.#machine.state);
    this.#options.onForgotten?.();
  }

  #becomeQuiet(): void {
    this.#quiet = true;
    this.#setInterval();
    this.#options.onQuiet?.();
  }

  /** The packet that tells how things are; never with both P and F. */
  #packet(final: boolean): ControlPacket {
    return {
      ...this.#machine,
      ...this.#parameters.advertised,
      poll: this.#parameters.polling && !final,
      final,
      controlPlaneIndependent: this.#config.controlPlaneIndependent === true,
      demand: false,
      detectMultiplier: this.#config.profile.detectMultiplier,
      myDiscriminator: this.#options.localDiscriminator,
      yourDiscriminator: this.#remote.discriminator,
      requiredMinEchoRx: this.#options.sendEcho === undefined ? 0 : (this.#config.echo?.requiredMinRx ?? 0),
    };
  }

  #differs(bytes: Uint8Array): boolean {
    const last = this.#lastSent;
    return last === undefined || bytes.some((byte, i) => ((byte ^ (last[i] ?? 0)) & (i === 1 ? FLAGS : 0xff)) !== 0);
  }

  #send(final: boolean): void {
    const packet = this.#packet(final);
    const plain = encode(packet);
    const changed = this.#differs(plain);
    this.#lastSent = plain;
    if (packet.poll) this.#parameters.pollSent(this.#now() + this.#peerDetectionTime() / 1000);
    const { authentication } = this.#config;
    this.#counts.sent++;
    this.#options.send(
      authentication === undefined ? plain : this.#authenticator.seal(authentication, packet, changed),
    );
  }
}
