/** The table of sessions: who uses which path, and which session a datagram belongs to. */
import { checkConfig, checkTtl } from "./check.ts";
import { DropReason, Drops } from "./error.ts";
import type { DropCounters, Problem } from "./error.ts";
import { Discriminators } from "./discriminators.ts";
import { echoDiscriminator } from "./echo.ts";
import { decode, State } from "./packet.ts";
import type { ControlPacket } from "./packet.ts";
import { isOnPath, MULTIHOP_PORT, pathKey, SINGLE_HOP_PORT } from "./path.ts";
import type { Path } from "./path.ts";
import type { Channel, EchoChannel, Host, IncomingDatagram } from "./ports.ts";
import { Session } from "./session.ts";
import type { SessionConfig, SessionEvent, SessionStatus } from "./types.ts";
import { DEFAULT_MINIMUM_TTL, findConflict, mergeConfigs } from "./users.ts";
import type { PathConfig } from "./users.ts";

/** Answers peers that nobody configured here (RFC 9468): single hop, passive, on the named interfaces only. */
export interface Unsolicited {
  readonly config: SessionConfig;
  readonly interfaces: readonly string[];
  /** The most sessions of this kind at a time. */
  readonly limit: number;
}

/** What happened to the session of a path; `users` are those that share it now. */
export type SessionsEvent = SessionEvent & { readonly path: Path; readonly users: readonly string[] };

export interface SessionsOptions {
  readonly host: Host;
  readonly onEvent: (event: SessionsEvent) => void;
  /** Off where absent. */
  readonly unsolicited?: Unsolicited;
}

export interface PathStatus extends SessionStatus {
  readonly path: Path;
  readonly users: readonly string[];
  readonly sourcePort: number;
  readonly unsolicited: boolean;
}

/** Single hop: sent with it, and taken with nothing else (RFC 5881 §5, RFC 5082). */
const TTL = 255;

interface Entry {
  readonly path: Path;
  readonly session: Session;
  readonly channel: Channel;
  /** Absent: not yet asked for. */
  echo?: EchoChannel;
  readonly discriminator: number;
  /** By name. None: unsolicited, or about to leave. */
  readonly users: Map<string, PathConfig>;
  minimumTtl: number;
  unsolicited: boolean;
}

export class Sessions {
  readonly #options: SessionsOptions;
  readonly #discriminators: Discriminators;
  readonly #byPath = new Map<string, Entry>();
  readonly #byDiscriminator = new Map<number, Entry>();
  readonly #pathOfUser = new Map<string, string>();
  readonly #drops = new Drops();

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#discriminators = new Discriminators(options.host.random);
  }

  /**
   * Says what a user wants watched: one path per user name, shared with the others that name the same path. A changed
   * configuration takes effect without a flap. Answers what is wrong; then nothing has changed.
   */
  set(user: string, path: Path, config: PathConfig): Problem | undefined {
    const key = pathKey(path);
    const present = this.#byPath.get(key);
    const others = new Map(present?.users);
    others.delete(user);
    const problem =
      checkConfig(config) ?? checkTtl(config.minimumTtl ?? DEFAULT_MINIMUM_TTL) ?? findConflict(config, others);
    if (problem !== undefined) return problem;
    const entry = present ?? this.#create(path, config);
    if (this.#pathOfUser.get(user) !== key) this.remove(user);
    this.#pathOfUser.set(user, key);
    entry.users.set(user, config);
    entry.unsolicited = false;
    this.#configure(entry);
    return undefined;
  }

  /** The user is gone. After the last one the session says AdminDown for a detection time, so that the peer keeps its routes. */
  remove(user: string): void {
    const entry = this.#byPath.get(this.#pathOfUser.get(user) ?? "");
    this.#pathOfUser.delete(user);
    if (entry === undefined) return;
    entry.users.delete(user);
    this.#configure(entry);
  }

  /**
   * Before the host ends, without the time that `remove` takes: every session says AdminDown, now and with each further
   * call, so that a lost packet does not matter.
   */
  leave(): void {
    for (const { session } of this.#byPath.values()) {
      if (session.state === State.AdminDown) session.repeat();
      else session.setAdminDown(true);
    }
  }

  /** Ends all sessions without a word; `remove` and `leave` are the polite ways. */
  close(): void {
    for (const entry of this.#byPath.values()) this.#delete(entry);
    this.#pathOfUser.clear();
  }

  /** The host knows that an interface is down: its sessions fail at once. */
  interfaceDown(name: string): void {
    for (const { path, session } of this.#byPath.values()) if (path.interface === name) session.pathDown();
  }

  /** Takes a datagram. Answers why it was dropped, if it was; nothing is thrown, whatever the bytes. */
  receive(datagram: IncomingDatagram): DropReason | undefined {
    const drop = this.#receive(datagram);
    if (drop !== undefined) this.#drops.add(drop);
    return drop;
  }

  /** Takes the payload of an echo packet: one that came back, or another system's that is on its way here. Answers why it was dropped, if it was. */
  receiveEcho(bytes: Uint8Array): DropReason | undefined {
    const entry = this.#byDiscriminator.get(echoDiscriminator(bytes) ?? 0);
    const drop = entry?.session.receiveEcho(bytes);
    if (drop !== undefined) this.#drops.add(drop);
    return drop;
  }

  /** All drops, also of packets that belong to no session. */
  get dropped(): DropCounters {
    return this.#drops.value;
  }

  status(): PathStatus[] {
    return Array.from(this.#byPath.values(), ({ path, users, channel, unsolicited, session }) => ({
      path,
      users: [...users.keys()],
      sourcePort: channel.sourcePort,
      unsolicited,
      ...session.status(),
    }));
  }

  #receive(datagram: IncomingDatagram): DropReason | undefined {
    const { port, ttl, bytes } = datagram;
    if (port === SINGLE_HOP_PORT && ttl !== TTL) return DropReason.Ttl;
    const decoded = decode(bytes);
    if ("drop" in decoded) return decoded.drop;
    const { packet } = decoded;
    const entry = this.#find(packet, datagram);
    if (typeof entry === "string") return entry;
    if (entry.path.multihop && ttl < entry.minimumTtl) return entry.session.drop(DropReason.Ttl);
    const drop = entry.session.receive(packet, bytes);
    // A session that answers nobody in particular is not kept for a packet that was refused.
    if (entry.unsolicited && !entry.session.isHeard) this.#delete(entry);
    return drop;
  }

  /** RFC 5880 §6.3: by Your Discriminator alone; a packet that came another way is not the peer's all the same. */
  #find(packet: ControlPacket, datagram: IncomingDatagram): Entry | DropReason {
    if (packet.yourDiscriminator !== 0) {
      const entry = this.#byDiscriminator.get(packet.yourDiscriminator);
      if (entry === undefined) return DropReason.UnknownDiscriminator;
      return isOnPath(entry.path, datagram) ? entry : entry.session.drop(DropReason.PathMismatch);
    }
    return this.#findByPath(datagram) ?? this.#respond(packet, datagram) ?? DropReason.UnknownPeer;
  }

  #findByPath({ address, localAddress, interface: link, vrf, port }: IncomingDatagram): Entry | undefined {
    const multihop = port === MULTIHOP_PORT;
    if (!multihop && port !== SINGLE_HOP_PORT) return undefined;
    const datagram = { address, multihop, ...(vrf !== undefined && { vrf }) };
    // From what says most to what says least.
    const local = localAddress === undefined ? {} : { localAddress };
    return (
      this.#byPath.get(pathKey({ ...datagram, ...local, interface: link })) ??
      this.#byPath.get(pathKey({ ...datagram, interface: link })) ??
      this.#byPath.get(pathKey({ ...datagram, ...local })) ??
      this.#byPath.get(pathKey(datagram))
    );
  }

  /** RFC 9468 §2: a session for a peer that asks, where that is switched on. */
  #respond(packet: ControlPacket, datagram: IncomingDatagram): Entry | undefined {
    const { unsolicited } = this.#options;
    const { address, localAddress, interface: link, port } = datagram;
    if (unsolicited === undefined || port !== SINGLE_HOP_PORT || datagram.vrf !== undefined) return undefined;
    if (!unsolicited.interfaces.includes(link)) return undefined;
    const present = [...this.#byPath.values()].filter((entry) => entry.unsolicited).length;
    if (present >= unsolicited.limit || packet.state !== "Down") return undefined;
    const path = { address, interface: link, multihop: false, ...(localAddress !== undefined && { localAddress }) };
    const entry = this.#create(path, { ...unsolicited.config, passive: true });
    entry.unsolicited = true;
    return entry;
  }

  #create(path: Path, config: PathConfig): Entry {
    const { host } = this.#options;
    const discriminator = this.#discriminators.take();
    const { multihop, ...ends } = path;
    const options = { ...ends, port: multihop ? MULTIHOP_PORT : SINGLE_HOP_PORT, ttl: TTL };
    const channel = host.open(options);
    const { openEcho } = host;
    const isLoopable = openEcho !== undefined && !multihop && !path.address.includes(":");
    const session = new Session({
      host,
      config,
      localDiscriminator: discriminator,
      send: (bytes) => channel.send(bytes),
      ...(isLoopable && { sendEcho: (bytes: Uint8Array) => (entry.echo ??= openEcho(options)).send(bytes) }),
      onEvent: (event) => this.#options.onEvent({ ...event, path, users: [...entry.users.keys()] }),
      onQuiet: () => entry.users.size === 0 && this.#delete(entry),
      onForgotten: () => entry.unsolicited && this.#delete(entry),
    });
    const entry: Entry = {
      path,
      session,
      channel,
      discriminator,
      users: new Map(),
      minimumTtl: config.minimumTtl ?? DEFAULT_MINIMUM_TTL,
      unsolicited: false,
    };
    this.#byPath.set(pathKey(path), entry);
    this.#byDiscriminator.set(discriminator, entry);
    return entry;
  }

  #configure(entry: Entry): void {
    const [first, ...rest] = entry.users.values();
    if (first === undefined) {
      entry.session.setAdminDown(true);
      return;
    }
    const { minimumTtl, adminDown, ...config } = mergeConfigs([first, ...rest]);
    entry.minimumTtl = minimumTtl ?? DEFAULT_MINIMUM_TTL;
    entry.session.setAdminDown(adminDown === true);
    entry.session.configure(config);
  }

  #delete(entry: Entry): void {
    entry.session.close();
    entry.channel.close();
    entry.echo?.close();
    this.#discriminators.release(entry.discriminator);
    this.#byPath.delete(pathKey(entry.path));
    this.#byDiscriminator.delete(entry.discriminator);
  }
}
