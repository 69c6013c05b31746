/** A router that agrees to everything and counts what it is told: the far end of the benches. */
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { MessageType } from "bgp-ts-codec";
import { PrefixCounter } from "./prefix-counter.ts";
import { KEEPALIVE, openMessage } from "./routes.ts";

export interface SinkOptions {
  readonly asn: number;
  /** 127.0.0.1 and a free port that a BGPPeer may name by default. */
  readonly host?: string;
  readonly port?: number;
  /** Seconds; 90 by default. */
  readonly holdTime?: number;
  readonly onOpen?: (at: number) => void;
  /** After each piece that was read, with its time by the process's clock. */
  readonly onData?: (counter: PrefixCounter, at: number) => void;
  /** Each UPDATE, header included, with the time of its piece. */
  readonly onUpdate?: (message: Uint8Array, at: number, socket: Socket) => void;
  readonly onKeepalive?: (at: number, socket: Socket) => void;
  readonly onClose?: () => void;
}

export interface Sink {
  readonly port: number;
  close(): void;
}

export async function startSink(options: SinkOptions): Promise<Sink> {
  const { asn, host = "127.0.0.1", holdTime = 90, onOpen, onData, onUpdate, onKeepalive, onClose } = options;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    let at = 0;
    const alive = setInterval(() => socket.write(KEEPALIVE), (holdTime * 1000) / 3);
    const control = (type: number): void => {
      if (type === MessageType.Keepalive) onKeepalive?.(at, socket);
      if (type !== MessageType.Open) return;
      onOpen?.(at);
      socket.write(Buffer.concat([openMessage(asn, 0x0a00_0001, holdTime), KEEPALIVE]));
    };
    const counter = new PrefixCounter(control, onUpdate && ((message) => onUpdate(message, at, socket)));
    socket.on("data", (chunk) => {
      at = performance.now();
      counter.feed(chunk);
      onData?.(counter, at);
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      clearInterval(alive);
      sockets.delete(socket);
      onClose?.();
    });
  });
  const port = await listen(server, host, options.port ?? 0);
  return {
    port,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** `spec.peerPort` of a BGPPeer goes up to 16384: port 0 stands for a free one from here on. */
const FIRST_PORT = 11_790;

async function listen(server: Server, host: string, port: number): Promise<number> {
  for (let candidate = port === 0 ? FIRST_PORT : port; ; candidate++) {
    const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      server.once("error", resolve);
      server.listen(candidate, host, () => {
        server.off("error", resolve);
        resolve(undefined);
      });
    });
    if (error === undefined) return candidate;
    if (port !== 0 || error.code !== "EADDRINUSE") throw error;
  }
}
