/**
 * The sockets of BFD (RFC 5881 §4, RFC 5883 §3): each session sends from a port of its own; all of a family, a kind and
 * a VRF receive on one socket, which says of each datagram its TTL and where it came in.
 */
import type { Channel, ChannelOptions, IncomingDatagram } from "@herald/bfd";
import { systemErrorCode } from "../errors.ts";
import { AF_INET, arrivalOptions, deviceOption, familyOf, ipv6Only } from "../socket-options.ts";
import type { SocketFamily } from "../socket-options.ts";
import type { Place } from "./echoes.ts";
import { bound } from "./bound.ts";
import { AGAIN, Sending } from "./sending.ts";
import type { SendingOptions } from "./sending.ts";

export interface SocketsOptions extends SendingOptions {
  /** Where the control packets of a neighbour come in. */
  readonly heard?: (address: string, place: Place) => void;
}

/** One receiving socket; `fd` is absent while it cannot be had. */
interface Listening {
  readonly family: SocketFamily;
  readonly port: number;
  readonly vrf: string | undefined;
  users: number;
  fd: number | undefined;
  trouble: string | undefined;
  triedAt: number;
}

/** Datagrams read from one socket before the timers have their turn. */
const BATCH = 64;

export class Sockets {
  readonly #options: SocketsOptions;
  readonly #listening = new Map<string, Listening>();
  readonly #ports = new Set<number>();
  readonly #channels = new Map<string, Sending>();
  readonly #names = new Map<number, string>();

  constructor(options: SocketsOptions) {
    this.#options = options;
  }

  /** Sockets are had at the first packet; those that cannot be had are tried again. */
  open(options: ChannelOptions): Channel {
    const listening = this.#listen(familyOf(options.address), options.port, options.vrf);
    const sending = new Sending(options, this.#ports, this.#options);
    const key = keyOf(options);
    this.#channels.set(key, sending);
    return {
      get sourcePort() {
        return sending.port;
      },
      send: (bytes) => {
        this.#retry(listening);
        sending.send(bytes);
      },
      close: () => {
        sending.close();
        if (this.#channels.get(key) === sending) this.#channels.delete(key);
        this.#release(listening);
      },
    };
  }

  /** Why the session of these options cannot send or receive, where it cannot. */
  trouble(options: ChannelOptions): string | undefined {
    const listening = this.#listening.get(placeOf(familyOf(options.address), options.port, options.vrf));
    return listening?.trouble ?? this.#channels.get(keyOf(options))?.trouble;
  }

  /** What to wait for. */
  get descriptors(): number[] {
    return [...this.#listening.values()].flatMap(({ fd }) => (fd === undefined ? [] : [fd]));
  }

  /** Hands on what has come in. The bytes are the callee's only until it answers. */
  read(take: (datagram: IncomingDatagram) => void): void {
    const { calls, heard } = this.#options;
    for (const { fd, port, vrf } of this.#listening.values()) {
      if (fd === undefined) continue;
      for (let i = 0; i < BATCH; i++) {
        const received = calls.receive(fd);
        if (received === undefined) break;
        const { address, localAddress, bytes, ttl, interfaceIndex } = received;
        // The kernel was asked to say both; a datagram without them cannot be trusted.
        if (ttl === undefined || interfaceIndex === undefined) continue;
        const name = this.#nameOf(interfaceIndex);
        if (localAddress !== undefined) heard?.(address, { interface: name, interfaceIndex, localAddress });
        take({
          address,
          ...(localAddress !== undefined && { localAddress }),
          interface: name,
          ...(vrf !== undefined && { vrf }),
          port,
          ttl,
          bytes,
        });
      }
    }
  }

  /** Interfaces come and go: their names are asked for again. */
  forgetNames(): void {
    this.#names.clear();
  }

  close(): void {
    for (const { fd } of this.#listening.values()) if (fd !== undefined) this.#options.calls.close(fd);
    this.#listening.clear();
    for (const sending of this.#channels.values()) sending.close();
    this.#channels.clear();
  }

  #nameOf(index: number): string {
    const known = this.#names.get(index);
    if (known !== undefined) return known;
    const name = this.#options.calls.interfaceName(index);
    this.#names.set(index, name);
    return name;
  }

  #listen(family: SocketFamily, port: number, vrf: string | undefined): Listening {
    const place = placeOf(family, port, vrf);
    const present = this.#listening.get(place);
    const none = { fd: undefined, trouble: undefined };
    const listening = present ?? { family, port, vrf, users: 0, triedAt: -Infinity, ...none };
    listening.users++;
    this.#listening.set(place, listening);
    this.#retry(listening);
    return listening;
  }

  #release(listening: Listening): void {
    listening.users--;
    if (listening.users > 0) return;
    if (listening.fd !== undefined) this.#options.calls.close(listening.fd);
    listening.fd = undefined;
    this.#listening.delete(placeOf(listening.family, listening.port, listening.vrf));
  }

  #retry(listening: Listening): void {
    const now = this.#options.now();
    if (listening.fd !== undefined || listening.users === 0 || now - listening.triedAt < AGAIN) return;
    listening.triedAt = now;
    try {
      listening.fd = this.#bound(listening);
      listening.trouble = undefined;
    } catch (error) {
      listening.trouble = error instanceof Error ? error.message : String(error);
      if (systemErrorCode(error) === "EADDRINUSE") listening.trouble += ", such as another BFD daemon";
    }
  }

  #bound({ family, port, vrf }: Listening): number {
    const any = family === AF_INET ? "0.0.0.0" : "::";
    const options = [
      ...(family === AF_INET ? [] : [ipv6Only(true)]),
      ...arrivalOptions(family),
      ...(vrf === undefined ? [] : [deviceOption(vrf)]),
    ];
    return bound(this.#options.calls, family, options, any, port);
  }
}

function placeOf(family: SocketFamily, port: number, vrf = ""): string {
  return `${family} ${port} ${vrf}`;
}

function keyOf({ address, localAddress = "", interface: link = "", vrf = "", port }: ChannelOptions): string {
  return [address, localAddress, link, vrf, port].join(" ");
}
