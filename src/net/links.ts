/**
 * Who is at the other end of a link: for peers that are named by an interface. Routers are known by their router
 * advertisements, others by their answer to a ping of all nodes, if it is the only one. Routers such as FRR look for us in the
 * same way, so we advertise ourselves too, as no default router (lifetime 0, RFC 4861 §4.2).
 */
import type { Log, Timer } from "@herald/bgp";
import type { Clock } from "./clock.ts";
import { Icmp6Type } from "./icmp6.ts";
import type { Icmp6Packet, Icmp6Socket } from "./icmp6.ts";

export interface LinksOptions {
  readonly clock: Clock;
  readonly log: Pick<Log, "warn">;
  /** Throws where it cannot. */
  readonly open: (device: string) => Icmp6Socket;
  /** Our own addresses on an interface, without zones. */
  readonly own: (device: string) => readonly string[];
}

/** Milliseconds between looks at what came; between advertisements, the first few of them; and until a router is forgotten. */
const LOOK = 100;
const ADVERTISE = 10_000;
const ADVERTISE_FIRST = 1_000;
const FIRST = 4;
const FORGET = 60_000;

const ALL_NODES = "ff02::1";

/** Type, code, checksum 2, hop limit, flags, lifetime 2, reachable 4, retransmit 4: all that is left open is zero. */
const ADVERTISEMENT = Uint8Array.of(Icmp6Type.RouterAdvertisement, ...new Uint8Array(15));
/** Type, code, checksum 2, identifier 2, sequence 2. */
const PING = Uint8Array.of(Icmp6Type.EchoRequest, ...new Uint8Array(7));

function isLinkLocal(address: string): boolean {
  return /^fe[89ab]/i.test(address);
}

class Link {
  users = 1;
  readonly #device: string;
  readonly #options: LinksOptions;
  readonly #socket: Icmp6Socket;
  /** By address, when it was last heard of. */
  readonly #routers = new Map<string, number>();
  readonly #others = new Map<string, number>();
  #sent = 0;
  #looking: Timer;
  #advertising: Timer | undefined;

  constructor(device: string, options: LinksOptions) {
    this.#device = device;
    this.#options = options;
    this.#socket = options.open(device);
    this.#looking = this.#look();
    this.#advertise();
  }

  neighbor(): string | undefined {
    this.#take();
    for (const known of [this.#routers, this.#others]) {
      for (const [address, at] of known) if (this.#options.clock.now() - at > FORGET) known.delete(address);
    }
    const [router] = this.#routers.keys();
    if (router !== undefined) return router;
    const [other] = this.#others.keys();
    return this.#others.size === 1 ? other : undefined;
  }

  /** Why there is none. */
  get reason(): string {
    return this.#others.size > 1
      ? `${this.#others.size} neighbours and no router advertisement on interface ${this.#device}; write peerAddress`
      : `nobody is heard on interface ${this.#device} yet`;
  }

  close(): void {
    this.#looking.cancel();
    this.#advertising?.cancel();
    this.#socket.close();
  }

  #look(): Timer {
    return this.#options.clock.setTimer(LOOK, () => {
      this.#take();
      this.#looking = this.#look();
    });
  }

  #take(): void {
    const own = this.#options.own(this.#device);
    for (const packet of this.#socket.receive()) if (!own.includes(packet.from)) this.#note(packet);
  }

  /** The one that was there first stays the first. */
  #note({ from, bytes }: Icmp6Packet): void {
    if (!isLinkLocal(from)) return;
    const known = bytes[0] === Icmp6Type.RouterAdvertisement ? this.#routers : this.#others;
    known.set(from, this.#options.clock.now());
  }

  #advertise(): void {
    try {
      this.#socket.send(ALL_NODES, ADVERTISEMENT);
      this.#socket.send(ALL_NODES, PING);
    } catch (error) {
      // The interface is down, or has no address yet: the next one may go out.
      if (this.#sent === 0) this.#options.log.warn("router advertisement not sent", { error: String(error) });
    }
    this.#sent += 1;
    const wait = this.#sent < FIRST ? ADVERTISE_FIRST : ADVERTISE;
    this.#advertising = this.#options.clock.setTimer(wait, () => this.#advertise());
  }
}

export class Links {
  readonly #options: LinksOptions;
  readonly #links = new Map<string, Link>();

  constructor(options: LinksOptions) {
    this.#options = options;
  }

  /** From now on there is somebody to be found on this interface. */
  join(device: string): void {
    const link = this.#links.get(device);
    if (link !== undefined) link.users += 1;
    else {
      try {
        this.#open(device);
      } catch (error) {
        // `neighbor` tries again and tells why.
        this.#options.log.warn("interface cannot be watched", { device, error: String(error) });
      }
    }
  }

  leave(device: string): void {
    const link = this.#links.get(device);
    if (link === undefined) return;
    link.users -= 1;
    if (link.users > 0) return;
    this.#links.delete(device);
    link.close();
  }

  /** "fe80::1%eth1"; throws an error that says why there is none. */
  neighbor(device: string): string {
    const link = this.#links.get(device) ?? this.#open(device);
    const address = link.neighbor();
    if (address === undefined) throw new Error(link.reason);
    return `${address}%${device}`;
  }

  #open(device: string): Link {
    const link = new Link(device, this.#options);
    this.#links.set(device, link);
    return link;
  }
}
