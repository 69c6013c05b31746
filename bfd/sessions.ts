/** The table of sessions: who uses which path, and which session a datagram belongs to. */
import { checkConfig, checkTtl } from "./check.ts";
import { DropReason, Drops } from "./error.ts";
import type { DropCounters, Problem } from "./error.ts";
import { Numbers } from "./numbers.ts";
import { decode } from "./packet.ts";
import type { ControlPacket } from "./packet.ts";
import { isOnPath, MULTIHOP_PORT, pathKey, SINGLE_HOP_PORT } from "./path.ts";
import type { Path } from "./path.ts";
import type { Host, IncomingDatagram } from "./ports.ts";
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
  /** How long a path that failed so many times is kept Down, in milliseconds; absent: not at all. */
  readonly damp?: (path: Path, failures: number) => number;
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
  readonly numbers: { readonly discriminator: number; readonly port: number };
  /** By name. None: unsolicited, or about to leave. */
  readonly users: Map<string, PathConfig>;
  minimumTtl: number;
  unsolicited: boolean;
}

export class Sessions {
  readonly #options: SessionsOptions;
  readonly #numbers: Numbers;
  readonly #byPath = new Map<string, Entry>();
  readonly #byDiscriminator = new Map<number, Entry>();
  readonly #pathOfUser = new Map<string, string>();
  readonly #drops = new Drops();

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#numbers = new Numbers(options.host.random);
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
    if (entry === undefined) return { field: "path", text: "all 16384 source ports are in use; remove other sessions" };
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

  /** Ends all sessions without a word; `remove` is the polite way. */
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
    if (drop === undefined) return undefined;
    this.#drops.add(drop);
    const { address, interface: link } = datagram;
    this.#options.host.log.debug("BFD packet dropped", { reason: drop, address, interface: link });
    return drop;
  }

  /** All drops, also of packets that belong to no session. */
  get dropped(): DropCounters {
    return this.#drops.value;
  }

  status(): PathStatus[] {
    return Array.from(this.#byPath.values(), ({ path, users, numbers, unsolicited, session }) => ({
      path,
      users: [...users.keys()],
      sourcePort: numbers.port,
      unsolicited,
      ...session.status(),
    }));
  }

  #receive(datagram: IncomingDatagram): DropReason | undefined {
    const { port, ttl, bytes } = datagram;
    if (port === SINGLE_HOP_PORT && ttl !== TTL && ttl !== "checked") return DropReason.Ttl;
    const decoded = decode(bytes);
    if ("drop" in decoded) return decoded.drop;
    const { packet } = decoded;
    const entry = this.#find(packet, datagram);
    if (typeof entry === "string") return entry;
    if (entry.path.multihop && ttl !== "checked" && ttl < entry.minimumTtl) return entry.session.drop(DropReason.Ttl);
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

  #findByPath({ address, localAddress, interface: link, port }: IncomingDatagram): Entry | undefined {
    const multihop = port === MULTIHOP_PORT;
    if (!multihop && port !== SINGLE_HOP_PORT) return undefined;
    const datagram = { address, multihop };
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
    if (unsolicited === undefined || port !== SINGLE_HOP_PORT || !unsolicited.interfaces.includes(link))
      return undefined;
    const present = [...this.#byPath.values()].filter((entry) => entry.unsolicited).length;
    if (present >= unsolicited.limit || packet.state !== "Down") return undefined;
    const path = { address, interface: link, multihop: false, ...(localAddress !== undefined && { localAddress }) };
    const entry = this.#create(path, { ...unsolicited.config, passive: true });
    if (entry !== undefined) entry.unsolicited = true;
    return entry;
  }

  #create(path: Path, config: PathConfig): Entry | undefined {
    const { host, damp } = this.#options;
    const numbers = this.#numbers.take();
    if (numbers === undefined) return undefined;
    const { address, localAddress, interface: link, multihop } = path;
    const envelope = {
      address,
      ...(localAddress !== undefined && { localAddress }),
      ...(link !== undefined && { interface: link }),
      port: multihop ? MULTIHOP_PORT : SINGLE_HOP_PORT,
      sourcePort: numbers.port,
      ttl: TTL,
    };
    const session = new Session({
      host,
      config,
      localDiscriminator: numbers.discriminator,
      send: (bytes) => host.send({ ...envelope, bytes }),
      onEvent: (event) => this.#tell(entry, event),
      onQuiet: () => entry.users.size === 0 && this.#delete(entry),
      onForgotten: () => entry.unsolicited && this.#delete(entry),
      ...(damp !== undefined && { damp: (failures: number) => damp(path, failures) }),
    });
    const entry: Entry = {
      path,
      session,
      numbers,
      users: new Map(),
      minimumTtl: config.minimumTtl ?? DEFAULT_MINIMUM_TTL,
      unsolicited: false,
    };
    this.#byPath.set(pathKey(path), entry);
    this.#byDiscriminator.set(numbers.discriminator, entry);
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

  #tell({ path, users }: Entry, event: SessionEvent): void {
    const { log } = this.#options.host;
    const fields = { address: path.address, interface: path.interface };
    if (event.type === "state") {
      const { from, to, diagnostic, remoteDiagnostic } = event;
      log.info("BFD session changed", { ...fields, from, to, diagnostic, remoteDiagnostic });
    } else {
      log.warn("BFD timer fired late", { ...fields, timer: event.timer, milliseconds: event.milliseconds });
    }
    this.#options.onEvent({ ...event, path, users: [...users.keys()] });
  }

  #delete(entry: Entry): void {
    entry.session.close();
    this.#numbers.release(entry.numbers);
    this.#byPath.delete(pathKey(entry.path));
    this.#byDiscriminator.delete(entry.numbers.discriminator);
  }
}
