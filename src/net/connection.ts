/** The library's connection over one of Node's sockets. */
import type { Socket } from "node:net";
import type { Connection, ConnectionHandlers, Timer } from "@herald/bgp";
import type { Timers } from "./clock.ts";
import { translateSystemError } from "./errors.ts";
import { endpoint } from "./libc.ts";
import type { SystemCalls } from "./libc.ts";
import { familyOf, md5Option } from "./socket-options.ts";

/** Milliseconds that a peer has to take what was written and to close, after `end`. */
const LINGER = 5000;

/** An IPv4 address on a dual-stack socket, as IPv4. */
export function plainAddress(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}

/** The descriptor behind one of Node's sockets; it has no public name. */
export function descriptorOf(socket: Socket): number | undefined {
  const handle: unknown = Reflect.get(socket, "_handle");
  if (typeof handle !== "object" || handle === null || !("fd" in handle)) return undefined;
  return typeof handle.fd === "number" && handle.fd >= 0 ? handle.fd : undefined;
}

export class SocketConnection implements Connection {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly #socket: Socket;
  readonly #timers: Timers;
  readonly #calls: () => SystemCalls;
  #handlers: ConnectionHandlers | undefined;
  #error: Error | undefined;
  #closed = false;
  #ended = false;
  #linger: Timer | undefined;

  /** A connected socket that nobody reads. `calls` throws an UnsupportedError where there are none. */
  constructor(socket: Socket, timers: Timers, calls: () => SystemCalls) {
    this.#calls = calls;
    this.#socket = socket;
    this.#timers = timers;
    this.localAddress = plainAddress(socket.localAddress ?? "");
    this.localPort = socket.localPort ?? 0;
    this.remoteAddress = plainAddress(socket.remoteAddress ?? "");
    this.remotePort = socket.remotePort ?? 0;
    const subject = endpoint(this.remoteAddress, this.remotePort);
    socket.on("error", (error: NodeJS.ErrnoException) => {
      this.#error = translateSystemError(error, error.syscall ?? "socket", subject);
    });
    socket.on("close", () => this.#close());
    socket.on("drain", () => {
      if (!this.#ended) this.#handlers?.drain();
    });
  }

  attach(handlers: ConnectionHandlers): void {
    this.#handlers = handlers;
    // Closed before anyone listened: told as soon as someone does, but not from within.
    if (this.#closed) {
      queueMicrotask(() => handlers.close(this.#error));
      return;
    }
    this.#socket.on("data", (chunk: Buffer) => {
      if (!this.#ended) handlers.data(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    });
  }

  write(bytes: Uint8Array): boolean {
    return this.#ended || this.#socket.write(bytes);
  }

  get buffered(): number {
    return this.#socket.writableLength;
  }

  end(): void {
    if (this.#ended || this.#closed) return;
    this.#ended = true;
    this.#linger = this.#timers.setTimer(LINGER, () => this.#socket.destroy());
    // What comes in is read, so that the kernel does not answer it with a reset that overtakes the last message.
    this.#socket.resume();
    this.#socket.end();
  }

  setMd5Key(key: string): void {
    const fd = descriptorOf(this.#socket);
    const { remoteAddress } = this.#socket;
    if (fd === undefined || remoteAddress === undefined) throw new Error("the connection is closed");
    const option = md5Option(familyOf(remoteAddress), this.remoteAddress, key);
    this.#calls().setOption(fd, option, this.remoteAddress);
  }

  destroy(): void {
    this.#ended = true;
    this.#socket.destroy();
  }

  #close(): void {
    this.#closed = true;
    this.#linger?.cancel();
    this.#handlers?.close(this.#error);
  }
}
