/** Herald on the bench's hosts, and what it uses. */
import { startController, startSpeaker } from "../../../e2e/cluster/herald.ts";
import { until } from "../../../e2e/lab/index.ts";
import type { Task } from "../../../e2e/lab/index.ts";
import { cpuSeconds, peakMiB } from "../usage.ts";
import { NODES } from "./world.ts";
import type { World } from "./world.ts";

export interface Agents {
  readonly controller: Task;
  readonly speakers: ReadonlyMap<string, Task>;
}

const QUIET = ["--log-level", "warn"];

/** Resolves when every speaker has said End-of-RIB to the sink. `env`: of all of them. */
export async function startAgents(world: World, env: Readonly<Record<string, string>> = {}): Promise<Agents> {
  const began = performance.timeOrigin + performance.now();
  const controller = await startController(world.api, world.node("control"), QUIET, env);
  const speakers = new Map<string, Task>();
  for (const name of NODES) speakers.set(name, await startSpeaker(world.api, world.node(name), QUIET, env));
  const ended = (): boolean => NODES.every((name) => saidEnd(world, name, began));
  const seen = (): string => [controller, ...speakers.values()].map((task) => task.output().slice(-300)).join("\n");
  await until("the speakers' End-of-RIB", () => ended() || undefined, { timeoutMs: 60_000, seen });
  return { controller, speakers };
}

function saidEnd(world: World, name: string, since: number): boolean {
  return world.heard(since).some(({ node, what }) => node === name && what === "end");
}

export interface Usage {
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

/** Of the agents, controller first; a task runs the program itself, so the process is its own. */
export function usage({ controller, speakers }: Agents): Usage[] {
  return [controller, ...speakers.values()].map(({ pid }) => ({ cpuSeconds: cpuSeconds(pid), peakMiB: peakMiB(pid) }));
}

export async function stopAgents({ controller, speakers }: Agents): Promise<void> {
  await Promise.all([controller, ...speakers.values()].map((task) => task.stop()));
}
