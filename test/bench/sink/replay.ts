/**
 * The fastest speaker there can be: its bytes are ready before it connects. What the sink and the socket take at most.
 * `node replay.ts ADDRESS PORT COUNT`.
 */
import { createConnection } from "node:net";
import { KEEPALIVE, openMessage, updates } from "./routes.ts";

const [host = "", port = "", count = ""] = process.argv.slice(2);
const bytes = Buffer.concat([KEEPALIVE, updates(64500, Number(count))]);
const socket = createConnection({ host, port: Number(port), noDelay: true });
socket.once("connect", () => socket.write(openMessage(64500, 0x0a00_000b, 90)));
socket.once("data", () => socket.write(bytes));
socket.on("error", () => process.exit(1));
process.on("SIGTERM", () => process.exit());
