/**
 * BFD in a process whose main thread never rests: it plans 10,000 Services anew and parses JSON, in turns of a tenth of a
 * second and more. Prints the status of its sessions at SIGUSR1, as JSON. Usage: bfd-soak.ts FILE
 */
import { readFileSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import type { Path, PathConfig } from "@herald/bfd";
import { systemClock } from "../../src/net/clock.ts";
import { BfdThread } from "../../src/net/bfd/thread.ts";
import { createPlanner } from "../../src/plan/index.ts";
import { World } from "../../src/world.ts";
import { advertisement, peer, pool, raw } from "./objects.ts";
import type { Written } from "./objects.ts";

const SERVICES = 10_000;

const [file = ""] = process.argv.slice(2);
const sessions = JSON.parse(readFileSync(file, "utf8")) as Readonly<
  Record<string, { readonly path: Path; readonly config: PathConfig }>
>;
const thread = new BfdThread({
  worker: new URL("../../src/net/bfd/worker.ts", import.meta.url),
  timers: systemClock,
  onEvent: () => undefined,
  refused: (user, problem) => process.stderr.write(`${user}: ${problem.text}\n`),
  lost: (reason) => process.stderr.write(`lost: ${reason}\n`),
});
for (const [user, { path, config }] of Object.entries(sessions)) thread.set(user, path, config);

const world = new World();
const upsert = (written: Written) => world.apply({ type: "upsert", object: raw(written) });
upsert(pool("pool", ["172.16.0.0/16"]));
upsert(advertisement("all"));
upsert(peer("tor", { peerAddress: "192.0.2.1" }));
for (let i = 0; i < SERVICES; i++) {
  const name = `s-${i}`;
  const status = { loadBalancer: { ingress: [{ ip: `172.16.${i >> 8}.${i & 255}` }] } };
  upsert({ kind: "Service", metadata: { name }, spec: { type: "LoadBalancer", ports: [{ port: 80 }] }, status });
  upsert({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name, namespace: "default", labels: { "kubernetes.io/service-name": name } },
    addressType: "IPv4",
    endpoints: [{ addresses: ["10.244.0.1"], nodeName: "n1" }],
  });
}
world.apply({ type: "synced" });
const json = JSON.stringify(Array.from({ length: 100_000 }, (_, i) => ({ name: `object-${i}`, value: [i, `${i}`] })));

let planned = 0;
let parsed = 0;

function work(): void {
  const node = { name: "n1", labels: {}, networkUnavailable: false, addresses: [] };
  const planner = createPlanner(world.config, node, { supports: () => true, ignoreExcludeLabel: false });
  for (const [key, service] of world.services) {
    planned += planner.plan(service, world.slicesOf(key)).announcements.length;
  }
  parsed += JSON.stringify(JSON.parse(json)).length;
}

let asked = false;
process.on("SIGUSR1", () => (asked = true));
process.stdout.write("started\n");
for (;;) {
  work();
  await turn();
  if (!asked) continue;
  asked = false;
  // A main thread that never rests may hear the answer too late for the first question.
  while (thread.status() === undefined) await thread.refresh();
  process.stdout.write(`${JSON.stringify({ planned, parsed, status: thread.status() })}\n`);
}
