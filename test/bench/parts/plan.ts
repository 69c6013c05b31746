/**
 * (e) What one node makes of all Services, and of one event: the planner alone, then all from the object as it was
 * written to the bytes of the UPDATE, with Herald's own backend. Every Service has an endpoint here and on two others
 * of the nodes, so all of them are announced to each peer.
 */
import { setImmediate as turn } from "node:timers/promises";
import { Speaker as BgpSpeaker } from "@herald/bgp";
import { nativeBackend } from "../../../src/backend/native/index.ts";
import type { Backend } from "../../../src/backend/backend.ts";
import type { SourceEvent } from "../../../src/model/object.ts";
import { createPlanner } from "../../../src/plan/index.ts";
import { Speaker } from "../../../src/speaker.ts";
import type { StatusSink } from "../../../src/status/status.ts";
import { World } from "../../../src/world.ts";
import { createLogger } from "../../../src/log/index.ts";
import { advertisement, peer, pool, raw } from "../../support/objects.ts";
import type { Written } from "../../support/objects.ts";
import { collectGarbage, samples, timed } from "../measure.ts";
import { memoryHost } from "../memory-host.ts";
import { systemClock } from "../../../src/net/clock.ts";
import type { Bench } from "../report.ts";

const NODE = "n1";
const PEERS = 4;

interface Sizes {
  readonly services: number;
  readonly nodes: number;
  readonly events: number;
}

function slice(service: number, nodes: readonly string[]): Written {
  const name = `s-${service}`;
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name, namespace: "default", labels: { "kubernetes.io/service-name": name } },
    addressType: "IPv4",
    endpoints: nodes.map((nodeName) => ({ addresses: ["10.244.0.1"], nodeName })),
  };
}

function upsert(written: Written): SourceEvent {
  return { type: "upsert", object: raw(written) };
}

/** All that a source tells, in the order of kinds. */
function events({ services, nodes }: Sizes): SourceEvent[] {
  const names = Array.from({ length: nodes }, (_, i) => `n${i + 1}`);
  const spec = { type: "LoadBalancer", externalTrafficPolicy: "Local", ports: [{ port: 80 }] };
  const others = (i: number): string[] => [1, 2].map((step) => names[(i * 2 + step) % nodes] ?? NODE);
  return [
    upsert(pool("pool", ["172.16.0.0/16"])),
    upsert(advertisement("all")),
    ...Array.from({ length: PEERS }, (_, i) => upsert(peer(`tor-${i}`, { peerAddress: `192.0.2.${i + 1}` }))),
    ...names.map((name, i) => {
      const addresses = [{ type: "InternalIP", address: `192.0.2.${100 + i}` }];
      return upsert({ kind: "Node", metadata: { name }, status: { addresses } });
    }),
    ...Array.from({ length: services }, (_, i) => {
      const status = { loadBalancer: { ingress: [{ ip: `172.16.${i >> 8}.${i & 255}` }] } };
      return upsert({ kind: "Service", metadata: { name: `s-${i}` }, spec, status });
    }),
    ...Array.from({ length: services }, (_, i) => upsert(slice(i, [NODE, ...others(i)]))),
    { type: "synced" },
  ];
}

/** Writing status is not what is measured. */
const NOWHERE: StatusSink = {
  serviceStatus: ignored,
  forget: ignored,
  prune: ignored,
  poolUsage: ignored,
  event: ignored,
  configuration: ignored,
  peers: ignored,
  announcement: ignored,
  pruneAnnouncements: ignored,
  announced: () => Promise.resolve(new Set<string>()),
  close: () => Promise.resolve(),
};

function ignored(): void {
  // On purpose.
}

function planner(bench: Bench, sizes: Sizes): void {
  const world = new World();
  for (const event of events(sizes)) world.apply(event);
  const node = world.nodes.get(NODE);
  if (node === undefined) throw new Error("BUG: the node is missing");
  const make = (): ReturnType<typeof createPlanner> => createPlanner(world.config, node, { supports: () => true });
  const title = sizes.services.toLocaleString("en");
  const full = samples(
    bench.runs * 2,
    2,
    () => undefined,
    () => {
      const planner = make();
      for (const service of world.services.values()) planner.plan(service, world.slicesOf(service.key));
    },
  );
  bench.record({ name: `planner, all ${title} Services`, unit: "ms", values: full });
  const one = make();
  const single = Array.from([...world.services.values()].slice(0, sizes.events), (service) =>
    timed(() => one.plan(service, world.slicesOf(service.key))),
  );
  bench.record({ name: "planner, one Service", unit: "ms", values: single });
}

interface Node {
  readonly backend: Backend;
  readonly told: { bytes: number };
  /** Hands an event to the stages; what follows from it is over a turn later. */
  readonly take: (event: SourceEvent) => void;
}

function node(): Node {
  const told = { bytes: 0 };
  const backend = nativeBackend({ host: memoryHost(told), speaker: (options) => new BgpSpeaker(options) });
  const world = new World();
  const log = createLogger({ level: "error", format: "json" });
  const speaker = new Speaker({
    nodeName: NODE,
    world,
    sink: NOWHERE,
    backend,
    log,
    ignoreExcludeLabel: false,
    drain: { wait: 0, timers: systemClock },
    drainOnCordon: false,
  });
  return { backend, told, take: (event) => speaker.take(world.apply(event)) };
}

async function everything(bench: Bench, sizes: Sizes): Promise<void> {
  const full: number[] = [];
  let single: number[] = [];
  for (let round = -1; round < bench.runs; round++) {
    const { backend, told, take } = node();
    const all = events(sizes);
    collectGarbage();
    let began = performance.now();
    for (const event of all) take(event);
    // The pass is a microtask: it is over when the next statement runs.
    await Promise.resolve();
    if (round >= 0) full.push(performance.now() - began);
    const isUp = (): boolean => backend.status().peers.every(({ routes, advertised }) => advertised === routes);
    while (!isUp()) await turn();
    const flips: number[] = [];
    for (let i = 0; i < sizes.events; i++) {
      const event = upsert(slice(Math.floor(i / 2), i % 2 === 0 ? ["n2"] : [NODE, "n2"]));
      const before = told.bytes;
      began = performance.now();
      take(event);
      await Promise.resolve();
      flips.push(performance.now() - began);
      if (told.bytes === before) throw new Error("BUG: nothing was written");
    }
    single = flips;
    await backend.close("withdraw");
  }
  const title = sizes.services.toLocaleString("en");
  bench.record({ name: `node, all ${title} Services: read, plan, tell the backend`, unit: "ms", values: full });
  bench.record({
    name: "node, one endpoint goes or comes: to the last UPDATE written",
    unit: "ms",
    values: single,
    atMost: 1,
  });
}

export async function run(bench: Bench): Promise<void> {
  const sizes = bench.quick ? { services: 10, nodes: 3, events: 4 } : { services: 10_000, nodes: 100, events: 1_000 };
  planner(bench, sizes);
  await everything(bench, sizes);
}
