/**
 * A speaker without Kubernetes on one of the bench's nodes: `node floor.ts ADDRESS START COUNT EVERY` says "up" once it has
 * its session with tor1, and announces 172.17.0.0/32, 172.17.0.1/32 and so on, one each EVERY milliseconds from START
 * (Unix milliseconds) on.
 */
import { setTimeout as pause } from "node:timers/promises";
import { Afi, parseIpv4 } from "bgp-ts-codec";
import { Speaker } from "@herald/bgp";
import { nodeHost } from "../../../bgp/examples/node-host.ts";

const [address = "", start = "", count = "", every = ""] = process.argv.slice(2);
const PEER = "tor1";
/** 172.17.0.0. */
const FIRST = 0xac11_0000;

function now(): number {
  return performance.timeOrigin + performance.now();
}

const established = Promise.withResolvers<void>();
const speaker = new Speaker({
  host: nodeHost({ debug: () => undefined, info: () => undefined, warn: () => undefined }),
  onEvent: (event) => {
    if (event.type === "state" && event.to === "Established") established.resolve();
  },
});
speaker.addPeer({
  name: PEER,
  remoteAddress: "10.0.0.1",
  remotePort: 179,
  localAddress: address,
  localAs: 64500,
  remoteAs: 64501,
  bgpId: parseIpv4(address) ?? 0,
  holdTime: 90,
  connectRetryTime: 1,
  families: { ipv4: true, ipv6: false },
});
speaker.setRoutes(PEER, []);
await established.promise;
process.stdout.write("up\n");
for (let i = 0; i < Number(count); i += 1) {
  await pause(Math.max(0, Number(start) + i * Number(every) - now()));
  speaker.updateRoutes(PEER, {
    set: [{ prefix: { afi: Afi.Ipv4, address: FIRST + i, length: 32 }, attributes: {} }],
    withdraw: [],
  });
}
