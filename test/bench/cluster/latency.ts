/** One Service after the other: from the request that creates it to the UPDATE and to the router's kernel; then its last endpoint. */
import { join } from "node:path";
import { until } from "../../../e2e/lab/index.ts";
import type { Capture } from "../../../e2e/lab/index.ts";
import type { Bench } from "../report.ts";
import { startAgents, stopAgents } from "./agents.ts";
import type { Done } from "./load.ts";
import { ADDRESS_OF, NODES, World } from "./world.ts";
import { median } from "../statistics.ts";
import type { Heard } from "./world.ts";

/** Each is alone: the routes of one have been said when the next begins. What else is written of them comes after them all. */
const EVERY_MS = 50;
/** What the kernel's route may take more than the same from speakers without Kubernetes, in milliseconds. */
const ABOVE_FLOOR_MS = 6;
/** Until all speakers of `floor` have their session. */
const START_MS = 10_000;

/** From each request to the last of the nodes that said it, in milliseconds. */
export function delays(
  done: readonly Done[],
  routes: ReadonlyMap<string, string>,
  heard: readonly Heard[],
  what: "+" | "-",
  nodes: readonly string[],
): number[] {
  const byPrefix = Map.groupBy(
    heard.filter((one) => one.what === what),
    ({ prefix }) => prefix,
  );
  return done.flatMap(({ name, sent }) => {
    const all = byPrefix.get(routes.get(name) ?? "") ?? [];
    const times = nodes.map((node) => all.find((one) => one.node === node && one.at >= sent)?.at ?? NaN);
    const last = Math.max(...times);
    return Number.isNaN(last) ? [] : [last - sent];
  });
}

/** How long the API server took to answer: what stands behind the other figures on a busy machine. */
function answers(done: readonly Done[]): number[] {
  return done.map(({ sent, answered }) => answered - sent);
}

/** From each request to the kernel's route with as many next hops as there are nodes. */
function kernelDelays(
  done: readonly Pick<Done, "name" | "sent">[],
  routes: ReadonlyMap<string, string>,
  kernel: Capture,
): number[] {
  const seen = kernel.seen();
  return done.flatMap(({ name, sent }) => {
    const address = routes.get(name)?.replace("/32", " ");
    const complete = seen.find(
      ({ at, text }) =>
        at >= sent && address !== undefined && text.startsWith(address) && text.split("nexthop").length > NODES.length,
    );
    return complete === undefined ? [] : [complete.at - sent];
  });
}

/** From the same moment at three speakers without Kubernetes to the router's kernel: FRR holds what it installs for a while. */
async function floor(world: World, count: number): Promise<number[]> {
  const began = performance.timeOrigin + performance.now() + START_MS;
  const tasks = [...ADDRESS_OF].map(([name, address]) => {
    const args = [address, began, count, EVERY_MS].map(String);
    return world
      .node(name)
      .spawn(process.execPath, [join(import.meta.dirname, "floor.ts"), ...args], { name: "floor" });
  });
  const up = (): boolean => tasks.every((task) => task.output().includes("up"));
  await until("the sessions", () => up() || undefined, { timeoutMs: START_MS });
  const kernel = await world.node("tor1").watchRoutes();
  const announced = Array.from({ length: count }, (_, i) => ({ name: `${i}`, sent: began + i * EVERY_MS }));
  const routes = new Map(announced.map(({ name }, i) => [name, `172.17.${i >> 8}.${i & 255}/32`]));
  const installed = (): number[] => kernelDelays(announced, routes, kernel);
  const timeoutMs = START_MS + count * EVERY_MS + 10_000;
  await until("their routes", () => installed().length === count || undefined, {
    timeoutMs,
    seen: () => installed().length,
  });
  await kernel.stop();
  await Promise.all(tasks.map((task) => task.stop()));
  return installed();
}

export async function latency(bench: Bench, count: number): Promise<void> {
  await using world = await World.up();
  const least = await floor(world, count);
  const agents = await startAgents(world);
  const step = { from: 0, count, inFlight: 1, everyMs: 0, nodes: NODES };
  await world.load({ ...step, what: "slice", inFlight: 8 });
  const kernel = await world.node("tor1").watchRoutes();
  const began = performance.timeOrigin + performance.now();
  const [created = []] = await world.load({ ...step, what: "create", everyMs: EVERY_MS });
  await until("the last route", async () => (await world.routes()).size === count || undefined);
  const routes = await world.routes();
  const firsts = (): number[] => {
    const each = NODES.map((name) => delays(created, routes, world.heard(began), "+", [name]));
    return created.map((_, index) => Math.min(...each.map((one) => one[index] ?? NaN)));
  };
  const made = (): number[] => delays(created, routes, world.heard(began), "+", NODES);
  await until("all routes", () => made().length === count || undefined, { seen: () => `${made().length} of ${count}` });
  bench.record({ name: "Service created: the API server's answer", unit: "ms", values: answers(created) });
  bench.record({ name: "Service created → UPDATE of the first", unit: "ms", values: firsts() });
  bench.record({ name: "Service created → UPDATE of all three", unit: "ms", values: made(), atMost: 8 });
  bench.record({
    name: "Service created → UPDATE of all three ",
    unit: "ms",
    values: made(),
    atMost: 25,
    counts: "p99",
  });
  const installed = (): number[] => kernelDelays(created, routes, kernel);
  await until("the kernel's routes", () => installed().length === count || undefined, {
    seen: () => installed().length,
  });
  bench.record({ name: "three speakers without Kubernetes → router's kernel", unit: "ms", values: least });
  bench.record({
    name: "Service created → router's kernel, three next hops",
    unit: "ms",
    values: installed(),
    atMost: median(least) + ABOVE_FLOOR_MS,
  });
  await kernel.stop();

  // Local Services of their own, so that an endpoint is a node's last.
  const local = { ...step, from: count, nodes: ["w2"] };
  await world.load({ ...local, what: "slice", inFlight: 8 }, { ...local, what: "create", inFlight: 8 });
  await until("their routes", async () => (await world.routes()).size === 2 * count || undefined);
  const all = await world.routes();
  const since = performance.timeOrigin + performance.now();
  const [gone = []] = await world.load({ ...local, what: "not ready", everyMs: EVERY_MS });
  const withdrawn = (): number[] => delays(gone, all, world.heard(since), "-", ["w2"]);
  await until("all withdrawals", () => withdrawn().length === count || undefined, { seen: () => withdrawn().length });
  bench.record({ name: "endpoint not ready: the API server's answer", unit: "ms", values: answers(gone) });
  bench.record({ name: "last local endpoint not ready → withdrawal", unit: "ms", values: withdrawn(), atMost: 4 });
  bench.record({
    name: "last local endpoint not ready → withdrawal ",
    unit: "ms",
    values: withdrawn(),
    atMost: 15,
    counts: "p99",
  });
  await stopAgents(agents);
}
