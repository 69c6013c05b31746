/** The ports of the library on node:net and the clock of the process: enough for an example, no MD5 and no TTL. */
import { createConnection, createServer } from "node:net";
import type { Server, Socket } from "node:net";
import type { Clock, Connection, ConnectionHandlers, Dialer, DialOptions, Host, Listener, Log } from "@herald/bgp";

const clock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  setTimer(milliseconds, fire) {
    const timer = setTimeout(fire, milliseconds);
    return { cancel: () => clearTimeout(timer) };
  },
};

class SocketConnection implements Connection {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.localAddress = socket.localAddress ?? "";
    this.localPort = socket.localPort ?? 0;
    this.remoteAddress = socket.remoteAddress ?? "";
    this.remotePort = socket.remotePort ?? 0;
    socket.setNoDelay(true);
  }

  attach(handlers: ConnectionHandlers): void {
    let failure: Error | undefined;
    this.#socket
      .on("data", (bytes) => handlers.data(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)))
      .on("drain", () => handlers.drain())
      .on("error", (error) => (failure = error))
      .on("end", () => this.#socket.end())
      .on("close", () => handlers.close(failure));
  }

  write(bytes: Uint8Array): boolean {
    return this.#socket.write(bytes);
  }

  get buffered(): number {
    return this.#socket.writableLength;
  }

  end(): void {
    this.#socket.end();
    this.#socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

/** What a plain socket cannot do must not be left out silently: the session would be another one than asked for. */
function unsupported({ md5Key, aoKey, ttl, minTtl, device }: DialOptions): string | undefined {
  if (aoKey !== undefined) return "TCP-AO is not possible with node:net";
  if (md5Key !== undefined) return "TCP MD5 signatures are not possible with node:net";
  if (ttl !== undefined || minTtl !== undefined) return "setting a TTL is not possible with node:net";
  return device === undefined ? undefined : "binding to a device is not possible with node:net";
}

const dialer: Dialer = {
  dial(options, handlers) {
    const refusal = unsupported(options);
    if (refusal !== undefined) return clock.setTimer(0, () => handlers.failed(new Error(refusal)));
    const failed = (error: Error): void => handlers.failed(error);
    const { remoteAddress, remotePort, localAddress } = options;
    const socket = createConnection({
      host: remoteAddress,
      port: remotePort,
      allowHalfOpen: true,
      ...(localAddress !== undefined && { localAddress }),
    });
    socket.once("error", failed);
    socket.once("connect", () => {
      socket.off("error", failed);
      handlers.connected(new SocketConnection(socket));
    });
    return {
      cancel: () => {
        socket.off("error", failed).on("error", () => undefined);
        socket.destroy();
      },
    };
  },
};

function started(server: Server): { readonly port: number; close(): Promise<void> } {
  const address = server.address();
  return {
    port: address !== null && typeof address === "object" ? address.port : 0,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

const listener: Listener = {
  listen({ address, port }, accept) {
    const server = createServer({ allowHalfOpen: true }, (socket) => accept(new SocketConnection(socket)));
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port, ...(address !== undefined && { host: address }) }, () => {
        server.off("error", reject);
        resolve(started(server));
      });
    });
  },
};

export function nodeHost(log: Log): Host {
  return { clock, random: Math.random, dialer, listener, log };
}
