/**
 * What runs in a Pod: answers HTTP, and UDP, with the Pod's name, its node and the client's address as JSON. On SIGTERM it takes
 * no more connections and ends with the last answer. Usage: pod-server.ts POD NODE PORT/PROTOCOL...
 */
import { createSocket } from "node:dgram";
import { createServer } from "node:http";

const [pod = "", node = "", ...ports] = process.argv.slice(2);

function answer(client: string | undefined): string {
  return JSON.stringify({ pod, node, client: client?.replace(/^::ffff:/, "") });
}

const listening: Promise<void>[] = [];
for (const text of ports) {
  const [port, protocol] = text.split("/");
  if (protocol === "UDP") {
    const socket = createSocket("udp6");
    socket.on("message", (_, from) => socket.send(answer(from.address), from.port, from.address));
    listening.push(new Promise((resolve) => socket.bind(Number(port), "::", resolve)));
    process.once("SIGTERM", () => socket.close());
  } else {
    const server = createServer(({ socket }, response) => {
      response.end(answer(socket.remoteAddress));
    });
    listening.push(new Promise((resolve) => server.listen(Number(port), "::", resolve)));
    process.once("SIGTERM", () => server.close());
  }
}
await Promise.all(listening);
process.stdout.write("listening\n");
