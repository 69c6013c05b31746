/**
 * Echo packets below IP: the kernel would neither send a packet with its own address to a neighbour nor take it back, so
 * one packet socket does both. It needs CAP_NET_RAW; the neighbour's hardware address is the kernel's own, from ARP.
 */
import { parseIpv4 } from "bgp-ts-codec";
import type { ChannelOptions, EchoChannel } from "@herald/bfd";
import { ECHO_FILTER, echoPacket, echoPayload } from "./echo-packet.ts";
import type { PacketCalls } from "./packet-calls.ts";
import { AGAIN } from "./sending.ts";

export interface EchoesOptions {
  /** Makes the calls, when the first session asks for echo. */
  readonly calls: () => PacketCalls;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

/** Where the last control packet of a neighbour came in. */
export interface Place {
  readonly interface: string;
  readonly interfaceIndex: number;
  /** The address of this end. */
  readonly localAddress: string;
}

interface Echoing {
  readonly options: ChannelOptions;
  place: Place | undefined;
  /** The neighbour's, as it was at `askedAt`. */
  hardware: Uint8Array | undefined;
  askedAt: number;
}

/** Packets read before the timers have their turn. */
const BATCH = 64;

export class Echoes {
  readonly #options: EchoesOptions;
  readonly #echoing = new Set<Echoing>();
  #calls: PacketCalls | undefined;
  #fd: number | undefined;
  #triedAt = -Infinity;
  #trouble: string | undefined;

  constructor(options: EchoesOptions) {
    this.#options = options;
  }

  open(options: ChannelOptions): EchoChannel {
    const echoing: Echoing = { options, place: undefined, hardware: undefined, askedAt: -Infinity };
    this.#echoing.add(echoing);
    return {
      send: (bytes) => this.#send(echoing, bytes),
      close: () => {
        this.#echoing.delete(echoing);
        if (this.#echoing.size === 0) this.close();
      },
    };
  }

  /** A control packet of `address` came in: echo packets go where it came from. */
  heard(address: string, place: Place): void {
    for (const echoing of this.#echoing) {
      const { options, place: before } = echoing;
      if (options.address !== address || (options.interface ?? place.interface) !== place.interface) continue;
      if (before?.interfaceIndex !== place.interfaceIndex) echoing.askedAt = -Infinity;
      echoing.place = place;
    }
  }

  /** Why no echo packet can be sent to this address, where none can. */
  trouble(address: string): string | undefined {
    const isAsked = [...this.#echoing].some(({ options }) => options.address === address);
    return isAsked ? this.#trouble : undefined;
  }

  /** What to wait for. */
  get descriptors(): number[] {
    return this.#fd === undefined ? [] : [this.#fd];
  }

  /** Hands on the payloads that came back. They are the callee's only until it answers. */
  read(take: (payload: Uint8Array) => void): void {
    if (this.#fd === undefined) return;
    for (let i = 0; i < BATCH; i++) {
      const packet = this.#calls?.receivePacket(this.#fd);
      if (packet === undefined) break;
      const payload = echoPayload(packet);
      if (payload !== undefined) take(payload);
    }
  }

  close(): void {
    if (this.#fd !== undefined) this.#calls?.closePackets(this.#fd);
    this.#fd = undefined;
    this.#triedAt = -Infinity;
  }

  #send(echoing: Echoing, bytes: Uint8Array): boolean {
    const { place } = echoing;
    const fd = this.#fd ?? this.#open();
    if (fd === undefined || place === undefined || this.#calls === undefined) return false;
    const now = this.#options.now();
    if (now - echoing.askedAt >= AGAIN) {
      echoing.askedAt = now;
      echoing.hardware = this.#calls.neighbour(parseIpv4(echoing.options.address) ?? 0, place.interface);
    }
    if (echoing.hardware === undefined) return false;
    const packet = echoPacket(parseIpv4(place.localAddress) ?? 0, bytes);
    return this.#calls.sendPacket(fd, packet, place.interfaceIndex, echoing.hardware) === 0;
  }

  #open(): number | undefined {
    const now = this.#options.now();
    if (now - this.#triedAt < AGAIN) return undefined;
    this.#triedAt = now;
    try {
      this.#calls ??= this.#options.calls();
      this.#fd = this.#calls.openPackets(ECHO_FILTER);
      this.#trouble = undefined;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#trouble = `no echo packets are sent: ${why}`;
    }
    return this.#fd;
  }
}
