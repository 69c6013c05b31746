/**
 * What a backend does in how much time, as JSON lines: `node run.ts NAME WHERE CHANGES` in the network namespace of the
 * routers, which are collectors in this process. WHERE is the folder of FRR's sockets, or the address of GoBGP's API.
 */
import { setImmediate as turn, setTimeout as pause } from "node:timers/promises";
import { Speaker } from "@herald/bgp";
import { frrBackend } from "../../../src/backend/frr/index.ts";
import { gobgpBackend } from "../../../src/backend/gobgp/index.ts";
import { nativeBackend } from "../../../src/backend/native/index.ts";
import type { Backend } from "../../../src/backend/backend.ts";
import { GrpcClient } from "../../../src/net/grpc.ts";
import { VtyClient, bgpHost, systemClock as clock } from "../../../src/net/index.ts";
import { net } from "../../support/plan-values.ts";
import { daemonStand } from "../../src/backend/daemon-stand.ts";
import { route } from "../../src/backend/stand.ts";

const [name = "", where = "", changes = "0"] = process.argv.slice(2);
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined };
const open = (daemon: string) => (lost: (error: Error) => void) =>
  new VtyClient({ path: `${where}/${daemon}.vty`, timers: clock, lost });

const MAKE: Readonly<Record<string, () => Backend>> = {
  native: () => nativeBackend({ host: bgpHost({ log }), speaker: (options) => new Speaker(options) }),
  frr: () => frrBackend({ clock, vty: open("bgpd"), bfdd: open("bfdd") }),
  gobgp: () => gobgpBackend({ clock, rpc: new GrpcClient({ address: where }) }),
};

function say(quantity: string, values: readonly number[]): void {
  process.stdout.write(`${JSON.stringify({ quantity, values })}\n`);
}

const make = MAKE[name];
if (make === undefined) throw new Error(`there is no backend ${name}`);
const stand = await daemonStand({ make, dials: name === "gobgp" });
const { backend, node } = stand;
const { table } = stand.remote("outer");
const held = (): number => stand.remote("outer").table.size;
if (table.size > 0) throw new Error("the router is not empty");

/** Milliseconds until the condition holds. */
async function until(condition: () => boolean): Promise<number> {
  const start = performance.now();
  while (!condition()) await turn();
  return performance.now() - start;
}

const FEW = 1_000;
const MANY = 10_000;
const nth = (i: number): string => `10.${64 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}/32`;
const all = Array.from({ length: MANY }, (_, i) => route(nth(i), [1]));
const told = (count: number): void =>
  backend.apply({ ...node, peers: [{ peer: stand.peer("outer"), routes: all.slice(0, count) }] });

told(1);
await until(() => held() === 1);
await pause(500);

const whole: number[] = [];
for (let run = 0; run < 3; run += 1) {
  told(MANY);
  whole.push(await until(() => held() === MANY));
  told(FEW);
  await until(() => held() === FEW);
  await pause(300);
}
say("10,000 routes more, all at the router", whole);

const one = route("198.51.100.1/32", [1]);
const arrivals: number[] = [];
const withdrawals: number[] = [];
for (let i = 0; i < Number(changes); i += 1) {
  await pause(60 + (i % 7) * 10);
  backend.update([{ peer: "outer", set: [one], withdraw: [] }]);
  arrivals.push(await until(() => held() === FEW + 1));
  await pause(60 + (i % 7) * 10);
  backend.update([{ peer: "outer", set: [], withdraw: [net("198.51.100.1/32")] }]);
  withdrawals.push(await until(() => held() === FEW));
}
say("one route more, at the router", arrivals);
say("one route less, at the router", withdrawals);

const burst: number[] = [];
for (let run = 0; run < 3; run += 1) {
  for (let i = 0; i < 1_000; i += 1) {
    backend.update([{ peer: "outer", set: [route(nth(FEW + i), [1])], withdraw: [] }]);
    if (i % 50 === 0) await turn();
  }
  burst.push(await until(() => held() === FEW + 1_000));
  told(FEW);
  await until(() => held() === FEW);
  await pause(300);
}
say("1,000 routes more, each told by itself, all at the router", burst);
await stand.close();
process.exit();
