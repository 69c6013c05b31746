/** Many Services at once, three speakers and a controller on the same two cores as the API server; then a restart with all of them. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { startSpeaker } from "../../../e2e/cluster/herald.ts";
import { until } from "../../../e2e/lab/index.ts";
import type { Bench } from "../report.ts";
import { startAgents, usage } from "./agents.ts";
import type { Agents, Usage } from "./agents.ts";
import { IN_FLIGHT } from "./baseline.ts";
import { NODES, World } from "./world.ts";

/** Not often: looking costs CPU that the agents want. */
const LOOK_MS = 1_000;
const IDLE_SECONDS = 20;
const PATIENCE_MS = 900_000;

function now(): number {
  return performance.timeOrigin + performance.now();
}

/** When the last of `count` different routes from each of `nodes` came in, or undefined while some are to come. */
function complete(world: World, since: number, count: number, nodes: readonly string[]): number | undefined {
  const first = new Map<string, number>();
  for (const { at, node, what, prefix } of world.heard(since)) {
    if (what === "+" && nodes.includes(node)) first.set(`${node} ${prefix}`, first.get(`${node} ${prefix}`) ?? at);
  }
  return first.size === count * nodes.length ? Math.max(...first.values()) : undefined;
}

async function waitFor(world: World, since: number, count: number, nodes: readonly string[]): Promise<number> {
  const deadline = now() + PATIENCE_MS;
  while (now() < deadline) {
    const at = complete(world, since, count, nodes);
    if (at !== undefined) return at;
    await pause(LOOK_MS);
  }
  const got = world.heard(since).filter(({ what }) => what === "+").length;
  throw new Error(`after ${PATIENCE_MS / 1000} s ${got} announcements of ${count * nodes.length} had come`);
}

/** Calls that changed something since `before`; what the load itself did is among them. */
async function writes(world: World, before: ReadonlyMap<string, number>): Promise<string> {
  const calls = await world.calls();
  const rows = [...calls]
    .map(([key, value]) => [key, value - (before.get(key) ?? 0)] as const)
    .filter(([key, value]) => value > 0 && /^(?:POST|PUT|PATCH|APPLY|DELETE) /.test(key))
    .toSorted(([, a], [, b]) => b - a);
  return rows.map(([key, value]) => `${key} ${value}`).join(", ");
}

/** Slices first, then as many Services; answers how many milliseconds passed from the first of them to the last route. */
async function createAll(
  world: World,
  count: number,
  start: () => Promise<Agents>,
): Promise<{ readonly milliseconds: number; readonly agents: Agents }> {
  const step = { from: 0, count, everyMs: 0, nodes: NODES };
  await world.load({ ...step, what: "slice", inFlight: IN_FLIGHT });
  const agents = await start();
  const began = now();
  const [done = []] = await world.load({ ...step, what: "create", inFlight: IN_FLIGHT });
  const sent = Math.min(...done.map((one) => one.sent));
  return { milliseconds: (await waitFor(world, began, count, NODES)) - sent, agents };
}

function recordPeaks(bench: Bench, [controller, ...speakers]: readonly Usage[], way: string, atMost: number): void {
  const unit = "MiB";
  if (controller !== undefined) {
    bench.record({ name: `controller${way}: peak RSS`, unit, values: [controller.peakMiB], atMost });
  }
  const values = speakers.map(({ peakMiB }) => peakMiB);
  bench.record({ name: `speaker${way}: peak RSS`, unit, values, atMost, counts: "max" });
}

/** The memory of the agents as releases and the image run them: from dist/, made anew; in tiny sizes nothing is made. */
export async function bundled(bench: Bench, count: number): Promise<void> {
  const root = join(import.meta.dirname, "../../..");
  const env: Record<string, string> = {};
  if (!bench.quick) {
    spawnSync(process.execPath, [join(root, "bin/bundle.js")], { stdio: ["ignore", "ignore", "inherit"] });
    env["HERALD_BUNDLE"] = join(root, "dist");
  }
  await using world = await World.up();
  const { milliseconds, agents } = await createAll(world, count, () => startAgents(world, env));
  bench.record({ name: `${count} Services at once, bundled`, unit: "s", values: [milliseconds / 1000] });
  recordPeaks(bench, usage(agents), ", bundled", 120);
}

export async function burst(bench: Bench, count: number, aloneSeconds: number | undefined): Promise<void> {
  await using world = await World.up();
  let before: ReadonlyMap<string, number> = new Map();
  const { milliseconds, agents } = await createAll(world, count, async () => {
    const started = await startAgents(world);
    before = await world.calls();
    return started;
  });
  const limit = aloneSeconds === undefined ? {} : { atMost: 1.3 * aloneSeconds };
  bench.record({
    name: `${count} Services at once → all routes of all three`,
    unit: "s",
    values: [milliseconds / 1000],
    ...limit,
  });
  const allocated = (await world.routes()).size;
  if (allocated !== count) throw new Error(`${allocated} of ${count} Services have an address`);
  bench.note(`Writes from the first Service to the last route: ${await writes(world, before)}.`);
  if (!bench.quick) await settle(world);
  bench.note(`Writes until all was quiet: ${await writes(world, before)}.`);

  const used = usage(agents);
  recordPeaks(bench, used, "", 160);
  const idleSeconds = bench.quick ? 1 : IDLE_SECONDS;
  await pause(idleSeconds * 1000);
  const idle = usage(agents).map(({ cpuSeconds }, index) => {
    const spent = cpuSeconds - (used[index]?.cpuSeconds ?? 0);
    return (100 * spent) / idleSeconds;
  });
  bench.record({ name: "controller: idle", unit: "% of a core", values: idle.slice(0, 1), atMost: 1 });
  bench.record({ name: "speaker: idle", unit: "% of a core", values: idle.slice(1), atMost: 1, counts: "max" });

  await agents.speakers.get("w2")?.stop("SIGKILL");
  const restarted = now();
  const speaker = await startSpeaker(world.api, world.node("w2"), ["--log-level", "warn"]);
  const ended = (): number | undefined =>
    world.heard(restarted).find(({ node, what }) => node === "w2" && what === "end")?.at;
  const routes = await waitFor(world, restarted, count, ["w2"]);
  const end = await until("End-of-RIB", ended, { timeoutMs: 60_000, seen: () => speaker.output().slice(-300) });
  const seconds = (Math.max(routes, end) - restarted) / 1000;
  bench.record({
    name: `speaker's start with ${count} Services → last route and End-of-RIB`,
    unit: "s",
    values: [seconds],
    atMost: 2,
  });
}

/** Waits until nobody writes any more: what is done in the background takes its time, some 500 s for 10,000 Services. */
async function settle(world: World): Promise<void> {
  let last = "";
  for (let round = 0; round < 240; round += 1) {
    const text = await writes(world, new Map());
    const events = text.replaceAll(/\S+ leases \d+/g, "");
    if (events === last) return;
    last = events;
    await pause(5_000);
  }
}
