/**
 * A client that sends a packet each millisecond, on flows by turns, and servers that send them back. At SIGTERM the client
 * prints when the packets were sent that nobody answered (Unix time in milliseconds), as JSON.
 * Usage: traffic.ts serve ADDRESS | traffic.ts ask ADDRESS FLOWS
 */
import { createSocket } from "node:dgram";

const PORT = 9;
/** How long an answer may take, in milliseconds. */
const PATIENCE = 300;

const [command, address = "", flows = "48"] = process.argv.slice(2);

function serve(): void {
  const socket = createSocket("udp4");
  socket.on("message", (bytes, { port, address: from }) => socket.send(bytes, port, from));
  socket.bind(PORT, address, () => process.stdout.write("listening\n"));
}

function ask(): void {
  const sent: number[] = [];
  const answered = new Set<number>();
  const sockets = Array.from({ length: Number(flows) }, () => {
    const socket = createSocket("udp4");
    socket.on("message", (bytes) => {
      answered.add(bytes.readUInt32BE());
      if (answered.size === 1) process.stdout.write("answered\n");
    });
    // A router may say that there is no way just now; the packet is lost, and that is counted.
    socket.on("error", () => undefined);
    return socket;
  });
  const began = performance.now();
  const timer = setInterval(() => {
    const due = Math.floor(performance.now() - began);
    while (sent.length < due) {
      const bytes = Buffer.alloc(8);
      bytes.writeUInt32BE(sent.length);
      sockets[sent.length % sockets.length]?.send(bytes, PORT, address);
      sent.push(performance.timeOrigin + performance.now());
    }
  }, 1);
  process.once("SIGTERM", () => {
    clearInterval(timer);
    setTimeout(() => {
      for (const socket of sockets) socket.close();
      const lost = sent.filter((_, number) => !answered.has(number));
      process.stdout.write(`${JSON.stringify({ sent: sent.length, lost })}\n`);
    }, PATIENCE);
  });
}

if (command === "serve") serve();
else ask();
