/** A router on loopback that agrees to everything and hands on each UPDATE. */
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { decodeMessage, encodeMessage, MessageType, readHeader } from "bgp-ts-codec";
import type { CodecContext, UpdateMessage } from "bgp-ts-codec";

const CONTEXT: CodecContext = {
  as4: true,
  ebgp: true,
  addPath: { ipv4: false, ipv6: false },
  extendedMessages: false,
};

export interface Sink {
  readonly port: number;
  /** Called for each UPDATE, with its time by the process's clock. */
  onUpdate: (update: UpdateMessage, at: number) => void;
  close(): void;
}

export async function startSink(asn: number, port = 0): Promise<Sink> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    let buffer = new Uint8Array(0);
    socket.on("data", (chunk) => {
      const at = performance.now();
      buffer = buffer.length === 0 ? chunk : Buffer.concat([buffer, chunk]);
      for (;;) {
        const header = readHeader(buffer, 0, CONTEXT);
        if (header.status !== "ok" || buffer.length < header.length) return;
        const { message } = decodeMessage(buffer.subarray(0, header.length), CONTEXT);
        buffer = buffer.subarray(header.length);
        if (message?.type === MessageType.Open) {
          const capabilities = [
            { kind: "multiprotocol", afi: 1, safi: 1 },
            { kind: "four-octet-as", asn },
          ] as const;
          const open = { type: MessageType.Open, version: 4, asn16: asn, holdTime: 90, bgpId: 1, capabilities };
          socket.write(encodeMessage(open, CONTEXT));
          socket.write(encodeMessage({ type: MessageType.Keepalive }, CONTEXT));
        } else if (message?.type === MessageType.Update) sink.onUpdate(message, at);
      }
    });
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const sink: Sink = {
    port: (server.address() as AddressInfo).port,
    onUpdate: () => undefined,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
  return sink;
}
