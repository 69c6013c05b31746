import { createHash } from "node:crypto";
import type { ChannelOptions, Digest, Host, Profile, SessionsEvent, SessionsOptions } from "@herald/bfd";
import { Sessions } from "@herald/bfd";
import { decode } from "../../bfd/packet.ts";
import type { ControlPacket } from "../../bfd/packet.ts";
import { Session } from "../../bfd/session.ts";
import type { SessionConfig, SessionEvent } from "../../bfd/types.ts";
import { FakeClock } from "./fake-clock.ts";

export const digest: Digest = (algorithm, bytes) => createHash(algorithm).update(bytes).digest();

/** 300 ms, three times. */
export const PROFILE: Profile = { desiredMinTx: 300_000, requiredMinRx: 300_000, detectMultiplier: 3 };

/** A valid packet of a peer with discriminator 7 that knows us as 1. */
export const PACKET: ControlPacket = {
  diagnostic: 0,
  state: "Down",
  poll: false,
  final: false,
  controlPlaneIndependent: false,
  demand: false,
  detectMultiplier: 3,
  myDiscriminator: 7,
  yourDiscriminator: 1,
  desiredMinTx: 300_000,
  requiredMinRx: 300_000,
  requiredMinEchoRx: 0,
};

/** Numbers in [0, 1), the same ones each time (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

export interface Sent {
  readonly at: number;
  readonly packet: ControlPacket;
  readonly bytes: Uint8Array;
}

/** What a payload says; an error where it is none. */
export function read(bytes: Uint8Array): ControlPacket {
  const decoded = decode(bytes);
  if ("drop" in decoded) throw new Error(`sent a packet that is dropped: ${decoded.drop}`);
  return decoded.packet;
}

/** One session against a peer written by hand: what it sends is kept, what it receives is given. */
export class SessionLab {
  readonly clock: FakeClock;
  readonly sent: Sent[] = [];
  readonly echoes: Uint8Array[] = [];
  readonly events: SessionEvent[] = [];
  readonly session: Session;
  quiet = 0;
  forgotten = 0;

  constructor(options: Partial<SessionConfig> = {}, more: LabOptions = {}) {
    this.clock = more.clock ?? new FakeClock();
    const config = { profile: PROFILE, ...options };
    this.session = new Session({
      host: { clock: this.clock, random: more.random ?? (() => 0.999_999), digest },
      config,
      localDiscriminator: 1,
      send: (bytes) => this.sent.push({ at: this.clock.now(), packet: read(bytes), bytes }),
      sendEcho: (bytes) => this.echoes.push(bytes) > 0,
      onEvent: (event) => this.events.push(event),
      onQuiet: () => void this.quiet++,
      onForgotten: () => void this.forgotten++,
    });
    this.session.configure(config);
  }

  receive(packet: Partial<ControlPacket>) {
    return this.session.receive({ ...PACKET, ...packet }, new Uint8Array(24));
  }

  /** The last packet sent. */
  get last(): ControlPacket {
    const last = this.sent.at(-1);
    if (last === undefined) throw new Error("nothing was sent");
    return last.packet;
  }

  /** What is sent while the clock goes on; a peer that is Up says so meanwhile, every 100 ms. */
  during(milliseconds: number, peer?: Partial<ControlPacket>): Sent[] {
    const before = this.sent.length;
    for (let left = milliseconds; left > 0; left -= 100) {
      if (peer !== undefined) this.receive({ state: "Up", ...peer });
      this.clock.advance(Math.min(100, left));
    }
    return this.sent.slice(before);
  }

  /** Up, with the poll of the start answered. */
  bringUp(peer: Partial<ControlPacket> = {}): this {
    this.receive({ ...peer, state: "Down" });
    this.receive({ ...peer, state: "Init" });
    this.receive({ ...peer, state: "Up", final: true });
    return this;
  }

  /** "Down→Init Init→Up": the changes of state so far. */
  get changes(): string {
    return this.events.map(({ from, to }) => `${from}→${to}`).join(" ");
  }
}

export interface LabOptions {
  readonly random?: () => number;
  readonly clock?: FakeClock;
}

const DEAF = { sourcePort: 49_152, send: () => undefined, close: () => undefined };

/** A host whose packets go nowhere. */
export function deafHost(random: () => number = () => 0.5, clock = new FakeClock()): Host {
  return { clock, random, digest, open: () => DEAF };
}

interface Datagram extends ChannelOptions {
  readonly from: string;
  readonly sourcePort: number;
  readonly bytes: Uint8Array;
}

/** Systems on wires: each interface name is a link, and what is sent on it reaches the system with the address. */
export class BfdNetwork {
  readonly clock = new FakeClock();
  /** Part of what gets lost, 0 to 1. */
  loss = 0;
  /** Up to so many milliseconds more on the way, each packet its own: they overtake each other. */
  spread = 0;
  #port = 49_152;
  readonly cut = new Set<string>();
  readonly random: () => number;
  readonly datagrams: Datagram[] = [];
  /** Source ports of channels that were closed. */
  readonly closed: number[] = [];
  readonly #systems = new Map<string, Sessions>();

  constructor(seed = 5880) {
    this.random = seeded(seed);
  }

  system(address: string, options: Partial<SessionsOptions> & { random?: () => number } = {}) {
    const events: SessionsEvent[] = [];
    const host: Host = {
      clock: this.clock,
      random: options.random ?? this.random,
      digest,
      open: (channel) => {
        const sourcePort = this.#port++;
        return {
          sourcePort,
          send: (bytes) => this.#send({ ...channel, sourcePort, from: address, bytes }),
          close: () => void this.closed.push(sourcePort),
        };
      },
    };
    const sessions = new Sessions({ host, onEvent: (event) => events.push(event), ...options });
    this.#systems.set(address, sessions);
    return { sessions, events };
  }

  #send(datagram: Datagram): void {
    this.datagrams.push(datagram);
    const { from, address, interface: link = "eth0", port, ttl, bytes } = datagram;
    if (this.random() < this.loss) return;
    this.clock.setTimer(0.5 + (this.spread === 0 ? 0 : this.spread * this.random()), () => {
      if (this.cut.has(link)) return;
      const target = this.#systems.get(address);
      target?.receive({ address: from, localAddress: address, interface: link, port, ttl, bytes });
    });
  }
}
