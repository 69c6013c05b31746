/** The other end of a soak: a speaker that takes every connection from 127.1.0.0/16. Prints its port; counts what goes wrong. */
import { parsePrefix } from "bgp-ts-codec";
import { Speaker } from "@herald/bgp";
import { bgpHost } from "../../src/net/index.ts";

const [limit = "1", holdTime = "9"] = process.argv.slice(2);
const prefix = parsePrefix("127.1.0.0/16");
if (prefix === undefined) throw new Error("BUG: this is a prefix");

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined };
let downs = 0;
const speaker = new Speaker({
  host: bgpHost({ log }),
  listen: { address: "127.0.0.1", port: 0 },
  onEvent: (event) => {
    if (event.type === "state" && event.from === "Established") downs += 1;
  },
});
const common = {
  localAs: 64501,
  remoteAs: 64500,
  bgpId: 1,
  connectRetryTime: 5,
  families: { ipv4: true, ipv6: false },
};
speaker.setPeers([], [{ ...common, name: "all", prefix, limit: Number(limit), holdTime: Number(holdTime) }]);
speaker.setRoutes("all", []);
process.stdout.write(`${await speaker.listening()}\n`);
process.once("SIGTERM", () => {
  process.stdout.write(`${JSON.stringify({ downs })}\n`);
  process.exit();
});
