/**
 * Many sessions in one process, on loopback sockets, with the least hold time that is useful.
 * Usage: peers.ts PEERS SECONDS [ROUTES]. Prints one JSON object: sessions lost, CPU and memory of the speaker.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Speaker } from "@herald/bgp";
import type { PeerConfig, Route } from "@herald/bgp";
import { bgpHost } from "../../src/net/index.ts";

const HOLD_TIME = 9;
const [peers, seconds, count] = process.argv.slice(2).map(Number);
if (peers === undefined || seconds === undefined) throw new Error("usage: peers.ts PEERS SECONDS [ROUTES]");

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

const router = spawn(process.execPath, [join(import.meta.dirname, "router.ts"), String(peers), String(HOLD_TIME)], {
  stdio: ["ignore", "pipe", "inherit"],
});
router.stdout.setEncoding("utf8");
const [port] = (await once(router.stdout, "data")) as [string];

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined };
let downs = 0;
const speaker = new Speaker({
  host: bgpHost({ log }),
  onEvent: (event) => {
    if (event.type === "state" && event.from === "Established") downs += 1;
  },
});
const common = { localAs: 64500, remoteAs: 64501, bgpId: 2, holdTime: HOLD_TIME, connectRetryTime: 5 };
const place = { remoteAddress: "127.0.0.1", remotePort: Number(port), families: { ipv4: true, ipv6: false } };
const configs = Array.from({ length: peers }, (_, index): PeerConfig => {
  const localAddress = `127.1.${index >> 8}.${index & 0xff}`;
  return { ...common, ...place, name: `peer-${index}`, localAddress };
});
const attributes = {};
const routes = Array.from({ length: count ?? 0 }, (_, index): Route => {
  return { prefix: { afi: 1, address: 0xac100000 + index, length: 32 }, attributes };
});

const began = performance.now();
speaker.setPeers(configs);
for (const { name } of configs) speaker.setRoutes(name, routes);
const isUp = (): boolean =>
  speaker.status().every(({ state, advertised }) => state === "Established" && advertised === routes.length);
while (!isUp()) await pause(50);
const upMs = Math.round(performance.now() - began);

const before = process.cpuUsage();
await pause(seconds * 1000);
const { user, system } = process.cpuUsage(before);
const established = speaker.status().filter(({ state }) => state === "Established").length;
const rssMiB = Math.round(process.memoryUsage.rss() / 2 ** 20);
const cpuPercent = Number(((user + system) / seconds / 1e4).toFixed(1));

const said = once(router.stdout, "data");
router.kill("SIGTERM");
const [answer] = (await said) as [string];
const { downs: routerDowns } = JSON.parse(answer) as { readonly downs: number };
process.stdout.write(
  `${JSON.stringify({ peers, seconds, holdTime: HOLD_TIME, routes: routes.length, upMs, established, downs, routerDowns, cpuPercent, rssMiB })}\n`,
);
process.exit();
