/**
 * A client that does not wait for answers: UDP datagrams to ADDRESS, RATE a second, in turn from 256 ports, so that a router
 * that shares by flow shares them. Until SIGTERM. What was sent is the kernel's to count.
 * Usage: send.ts ADDRESS RATE
 */
import { createSocket } from "node:dgram";

const [address = "", rate = "1000"] = process.argv.slice(2);
const FLOWS = 256;
const PORT = 9;

const sockets = Array.from({ length: FLOWS }, () => createSocket("udp4").on("error", () => undefined));
const payload = new Uint8Array(16);
const began = performance.now();
let sent = 0;
const timer = setInterval(() => {
  // After a pause of the process it catches up.
  const due = ((performance.now() - began) * Number(rate)) / 1000;
  for (; sent < due; sent += 1) sockets[sent % FLOWS]?.send(payload, PORT, address);
}, 1);
process.once("SIGTERM", () => {
  clearInterval(timer);
  for (const socket of sockets) socket.close();
});
process.stdout.write("sending\n");
