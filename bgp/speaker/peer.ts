/** One peer: its connections, its list of routes, and what is known of it. */
import { Afi, MessageType, SAFI_UNICAST } from "bgp-ts-codec";
import type { RouteRefreshMessage, UpdateMessage } from "bgp-ts-codec";
import type { DownReason, State } from "../fsm/index.ts";
import type { Connection, Host } from "../ports.ts";
import { Counters } from "../session/counters.ts";
import { familyList } from "../session/open.ts";
import type { RouteMessage } from "../session/receive.ts";
import type { RecordSink, SessionRecorder } from "../session/record.ts";
import type { Session } from "../session/session.ts";
import type { MessageWatcher } from "../session/traffic.ts";
import type { Negotiated, PeerError } from "../session/types.ts";
import { closing, deconfigured, pathDown, reconfigured, tooManyPrefixes } from "./cease.ts";
import { configChange } from "./config-change.ts";
import { Connections } from "./connections.ts";
import type { UpdateGroup, UpdateGroups } from "./group.ts";
import { MessageLog } from "./message-log.ts";
import type { LoggedMessage } from "./message-log.ts";
import { outputOf } from "./output.ts";
import { ReceivedPrefixes } from "./received.ts";
import type { Position, Tables } from "./tables.ts";
import { Transmitter } from "./transmitter.ts";
import type {
  AdjRibOut,
  CloseOptions,
  PathState,
  PeerConfig,
  PeerStatus,
  Route,
  RouteChange,
  SpeakerEvent,
} from "./types.ts";
import { UpdateErrors } from "./update-errors.ts";

/** Told of every message of every peer; see `MessageWatcher`. */
export type PeerWatcher = (peer: string, ...message: Parameters<MessageWatcher>) => void;

/** What the peers of a speaker share. */
export interface Surroundings {
  readonly host: Host;
  readonly tables: Tables;
  readonly groups: UpdateGroups;
  readonly emit: (event: SpeakerEvent) => void;
  readonly record?: RecordSink;
  readonly watch?: PeerWatcher;
}

interface Sending {
  readonly group: UpdateGroup;
  readonly transmitter: Transmitter;
}

export class Peer {
  readonly #around: Surroundings;
  #config: PeerConfig;
  readonly #connections: Connections;
  readonly #sent = new Counters();
  readonly #received = new Counters();
  #position: Position | undefined;
  /** While Established. */
  #sending: Sending | undefined;
  #prefixes = new ReceivedPrefixes();
  readonly #errors: UpdateErrors;
  #sessions = 0;
  #ups = 0;
  #flaps = 0;
  #since: number | undefined;
  /** The way to the peer is known to be dead: no session is tried. */
  #held = false;
  #lastError: PeerError | undefined;
  /** The last NOTIFICATION each way. */
  #lastSent: PeerError | undefined;
  #lastReceived: PeerError | undefined;
  readonly #log: MessageLog;

  constructor(config: PeerConfig, around: Surroundings) {
    this.#config = config;
    this.#around = around;
    this.#errors = new UpdateErrors(config.name, around.host);
    const { record, watch } = around;
    this.#log = new MessageLog(around.host.clock);
    this.#connections = new Connections(config, {
      host: around.host,
      sent: this.#sent,
      received: this.#received,
      handlers: {
        stateChanged: (from, to, reason) => this.#changed(from, to, reason),
        up: (session, negotiated) => this.#up(session, negotiated),
        down: () => this.#down(),
        routes: (received) => this.#routes(received),
        writable: () => this.#sending?.transmitter.pump(),
        error: (error) => this.#failed(error),
      },
      watch: (direction, bytes, context) => {
        this.#log.note(direction, bytes, context);
        watch?.(config.name, direction, bytes, context);
      },
      ...(record !== undefined && { recorder: () => this.#recorder(record) }),
    });
  }

  get config(): PeerConfig {
    return this.#config;
  }

  start(): void {
    if (!this.#held) this.#connections.start();
  }

  /** A connection that carries messages ends by "down" and waits for another word; attempts to have one go on. */
  setPath(path: PathState): void {
    this.#connections.setPathUp(path === "up");
    const { negotiated, state } = this.#connections.primary;
    if (path !== "down") {
      const held = this.#held;
      this.#held = false;
      if (held) this.start();
    } else if (state === "OpenSent" || state === "OpenConfirm" || state === "Established") {
      this.#held = true;
      this.#connections.stopForNow(pathDown(negotiated));
      this.#connections.stop();
    }
  }

  /** Ends the session only where the change cannot wait for the next one; then begins anew at once. */
  configure(config: PeerConfig): void {
    const change = configChange(this.#config, config);
    if (change === "none") return;
    const key = config.md5Key ?? "";
    const stays = change === "live" || (change === "key" && this.#connections.rekey(key, () => this.#beginAnew()));
    if (!stays) this.#connections.stop(reconfigured(this.#connections.primary.negotiated));
    this.#config = config;
    this.#connections.reconfigure(config);
    if (!stays) this.start();
    else if (change === "key") this.#around.host.log.info("key replaced, the session stays", { peer: config.name });
  }

  #beginAnew(): void {
    this.#connections.stop(reconfigured(this.#connections.primary.negotiated));
    this.start();
  }

  /** See `Connections.idle`. */
  get idle(): boolean {
    return this.#connections.idle;
  }

  /** Takes over the list of another peer as it is, if it has one. */
  follow({ position }: { readonly position: Position | undefined }): void {
    if (position !== undefined) this.#position = this.#around.tables.fork(position);
  }

  get position(): Position | undefined {
    return this.#position;
  }

  accept(connection: Connection): boolean {
    return this.#connections.accept(connection);
  }

  setRoutes(routes: readonly Route[]): void {
    if (this.#position !== undefined) {
      const changes = this.#around.tables.set(this.#position, routes);
      this.#sending?.transmitter.changed(changes);
      return;
    }
    this.#position = this.#around.tables.enter(routes);
    this.#sending?.transmitter.start(this.#position);
  }

  /** Before the first list there is nothing to change: the table would go out with a part of the routes. */
  updateRoutes(change: RouteChange): void {
    if (this.#position === undefined) throw new Error(`peer ${this.#config.name}: setRoutes comes before updateRoutes`);
    const changes = this.#around.tables.update(this.#position, change);
    this.#sending?.transmitter.changed(changes);
  }

  /** The peer is no longer wanted. */
  remove(): Promise<void> {
    return this.#end(deconfigured(this.#connections.primary.negotiated));
  }

  close(options: CloseOptions): Promise<void> {
    return this.#end(closing(options, this.#connections.primary.negotiated));
  }

  /** The oldest first. */
  get messages(): readonly LoggedMessage[] {
    return this.#log.entries;
  }

  /** The whole list as the UPDATEs that say it, End-of-RIB left out; undefined while there is no session. */
  adjRibOut(): AdjRibOut | undefined {
    if (this.#sending === undefined) return undefined;
    const { group } = this.#sending;
    const { context, families } = group.output;
    const messages = this.#position === undefined ? [] : group.dump(this.#position);
    return { context, families: familyList(families), messages };
  }

  status(): PeerStatus {
    const { name, remoteAddress, remotePort, localAs } = this.#config;
    const { primary } = this.#connections;
    const { negotiated, state } = primary;
    const known = state === "OpenConfirm" || state === "Established" ? negotiated : undefined;
    const routes = this.#position === undefined ? 0 : this.#position.table.sizeAt(this.#position.version);
    const connection = primary.connection;
    const counts = this.#sending?.transmitter.counts(routes) ?? { advertised: 0, pending: routes };
    return {
      name,
      state,
      remoteAddress,
      remotePort,
      localAs,
      ...(known !== undefined && {
        remoteAs: known.remoteAs,
        remoteId: known.remoteId,
        holdTime: known.holdTime,
        keepaliveTime: known.keepaliveTime,
      }),
      ...(connection !== undefined && {
        localAddress: connection.localAddress,
        localPort: connection.localPort,
        connectedPort: connection.remotePort,
        direction: primary.direction,
      }),
      ...(this.#sending !== undefined && { updateGroup: this.#sending.group.id }),
      timers: primary.timers(),
      buffered: primary.buffered,
      ...(this.#since !== undefined && { since: this.#since }),
      capabilitiesSent: known?.capabilitiesSent ?? [],
      capabilitiesReceived: known?.capabilitiesReceived ?? [],
      sent: this.#sent.value,
      received: this.#received.value,
      ups: this.#ups,
      flaps: this.#flaps,
      routes,
      ...counts,
      unsent: this.#sending?.transmitter.unsent ?? [],
      receivedPrefixes: this.#prefixes.count,
      receivedPrefixesExact: this.#prefixes.exact,
      updateErrors: this.#errors.counts,
      ...(this.#lastError !== undefined && { lastError: this.#lastError }),
      ...(this.#lastSent !== undefined && { lastSent: this.#lastSent }),
      ...(this.#lastReceived !== undefined && { lastReceived: this.#lastReceived }),
    };
  }

  #end(cease: Parameters<Connections["stop"]>[0]): Promise<void> {
    this.#connections.stop(cease);
    if (this.#position !== undefined) this.#around.tables.leave(this.#position);
    this.#position = undefined;
    return this.#connections.settled();
  }

  #recorder(record: RecordSink): SessionRecorder {
    const { name } = this.#config;
    const { clock } = this.#around.host;
    const session = ++this.#sessions;
    return (event) => record({ at: clock.now(), peer: name, session, ...event });
  }

  #changed(from: State, to: State, reason: DownReason | undefined): void {
    if (to === "Established") this.#ups += 1;
    if (from === "Established") this.#flaps += 1;
    if (to === "Established" || from === "Established") this.#since = this.#around.host.clock.wall();
    const { name } = this.#config;
    this.#around.host.log.debug("session state", { peer: name, from, to, reason });
    this.#around.emit({ type: "state", peer: name, from, to, ...(reason !== undefined && { reason }) });
  }

  #failed(error: PeerError): void {
    const { name } = this.#config;
    this.#lastError = error;
    if (error.direction === "sent") this.#lastSent = error;
    if (error.direction === "received") this.#lastReceived = error;
    this.#around.host.log.debug("session error", { peer: name, direction: error.direction, error: error.text });
    this.#around.emit({ type: "error", peer: name, error });
  }

  #up(session: Session, negotiated: Negotiated): void {
    const { host, groups, emit } = this.#around;
    const { name, localAs } = this.#config;
    const localAddress = session.connection?.localAddress;
    if (localAddress === undefined) throw new Error("BUG: an established session has a connection");
    const group = groups.enter(outputOf(localAs, negotiated, localAddress));
    const transmitter = new Transmitter({
      group,
      session,
      clock: host.clock,
      random: host.random,
      enhancedRefresh: negotiated.enhancedRouteRefresh,
      interval: () => this.#config.minAdvertisementInterval ?? 0,
      synced: () => emit({ type: "synced", peer: name }),
      unsent: (unsent) => emit({ type: "unsent", peer: name, unsent }),
    });
    this.#sending = { group, transmitter };
    this.#prefixes = new ReceivedPrefixes();
    if (this.#position !== undefined) transmitter.start(this.#position);
  }

  #down(): void {
    if (this.#sending === undefined) return;
    this.#sending.transmitter.stop();
    this.#around.groups.leave(this.#sending.group);
    this.#sending = undefined;
    this.#prefixes = new ReceivedPrefixes();
  }

  #routes({ message, errors, bytes }: RouteMessage): void {
    this.#errors.note(errors, bytes);
    if (message.type === MessageType.Update) this.#update(message);
    else this.#refresh(message);
  }

  #update(message: UpdateMessage): void {
    const { maxPrefixes } = this.#config;
    const afi = this.#prefixes.note(message, maxPrefixes);
    if (afi === undefined || maxPrefixes === undefined) return;
    this.#connections.stopForNow(tooManyPrefixes(this.#connections.primary.negotiated, afi, maxPrefixes));
  }

  /** Subtype 0 asks; BoRR and EoRR of the peer end nothing, because none of its routes are kept. */
  #refresh({ afi, safi, subtype }: RouteRefreshMessage): void {
    if (subtype !== 0 || safi !== SAFI_UNICAST || (afi !== Afi.Ipv4 && afi !== Afi.Ipv6)) return;
    this.#sending?.transmitter.refresh(afi);
  }
}
