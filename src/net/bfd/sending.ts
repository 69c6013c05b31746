/** What one session sends through: a socket bound to a port that no other session has (RFC 5881 §4). */
import { getSystemErrorMap } from "node:util";
import type { ChannelOptions, Random } from "@herald/bfd";
import { SystemCallError, errorOfErrno } from "../errors.ts";
import { endpoint } from "../libc.ts";
import {
  AF_INET,
  controlOptions,
  deviceOption,
  familyOf,
  ipv6Only,
  socketAddress,
  ttlOptions,
} from "../socket-options.ts";
import type { SocketOption } from "../socket-options.ts";
import { bound } from "./bound.ts";
import type { BfdCalls } from "./calls.ts";

const FIRST_PORT = 49_152;
const PORTS = 65_536 - FIRST_PORT;

/** Ports tried before a socket counts as refused. */
const TRIES = 32;

/** Milliseconds between attempts to have a socket that was refused. */
export const AGAIN = 1000;

/** What a full queue answers: the packet is lost, and the next one is not. */
const FULL = new Set(["EAGAIN", "ENOBUFS", "EINTR"]);

export interface SendingOptions {
  readonly calls: BfdCalls;
  readonly random: Random;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

export class Sending {
  readonly #options: ChannelOptions;
  readonly #around: SendingOptions;
  /** Those of all sessions. */
  readonly #ports: Set<number>;
  readonly #destination: Uint8Array;
  #fd: number | undefined;
  #port = 0;
  #triedAt = -Infinity;
  #trouble: string | undefined;

  constructor(options: ChannelOptions, ports: Set<number>, around: SendingOptions) {
    this.#options = options;
    this.#ports = ports;
    this.#around = around;
    this.#destination = socketAddress(familyOf(options.address), options.address, options.port);
  }

  /** 0: it has none yet. */
  get port(): number {
    return this.#port;
  }

  /** Why the last packet could not be sent. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  send(bytes: Uint8Array): void {
    const { calls } = this.#around;
    const fd = this.#fd ?? this.#open();
    if (fd === undefined) return;
    const errno = calls.send(fd, bytes, this.#destination);
    if (errno === 0) {
      this.#trouble = undefined;
      return;
    }
    const [name = ""] = getSystemErrorMap().get(-errno) ?? [];
    if (FULL.has(name)) return;
    const { address, port } = this.#options;
    this.#trouble = errorOfErrno("send", endpoint(address, port), errno).message;
    // An interface that was made anew, an address that was taken away: a new socket finds what is there now.
    calls.close(fd);
    this.#fd = undefined;
  }

  close(): void {
    if (this.#fd !== undefined) this.#around.calls.close(this.#fd);
    this.#fd = undefined;
    this.#ports.delete(this.#port);
  }

  #open(): number | undefined {
    const now = this.#around.now();
    if (now - this.#triedAt < AGAIN) return undefined;
    this.#triedAt = now;
    try {
      this.#fd = this.#port === 0 ? this.#onAnyPort() : this.#onPort(this.#port);
      this.#trouble = undefined;
    } catch (error) {
      this.#trouble = error instanceof Error ? error.message : String(error);
    }
    return this.#fd;
  }

  #onAnyPort(): number {
    for (let attempt = 1; ; attempt++) {
      const port = FIRST_PORT + Math.floor(this.#around.random() * PORTS);
      if (this.#ports.has(port) && attempt < TRIES) continue;
      try {
        const fd = this.#onPort(port);
        this.#ports.add(port);
        this.#port = port;
        return fd;
      } catch (error) {
        const taken = error instanceof SystemCallError && error.code === "EADDRINUSE";
        if (!taken || attempt >= TRIES) throw error;
      }
    }
  }

  #onPort(port: number): number {
    const { address, localAddress } = this.#options;
    const family = familyOf(address);
    const any = family === AF_INET ? "0.0.0.0" : "::";
    return bound(this.#around.calls, family, sendingOptions(this.#options), localAddress ?? any, port);
  }
}

function sendingOptions({ address, interface: link, vrf, ttl }: ChannelOptions): SocketOption[] {
  const family = familyOf(address);
  const device = link ?? vrf;
  return [
    ...(family === AF_INET ? [] : [ipv6Only(true)]),
    ...ttlOptions(family, ttl),
    ...controlOptions(family),
    ...(device === undefined ? [] : [deviceOption(device)]),
  ];
}
