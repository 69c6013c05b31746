/** What the API server alone takes: the Services and one plain status each, with six plain watches and no agent. */
import { until } from "../../../e2e/lab/index.ts";
import type { Bench } from "../report.ts";
import { World } from "./world.ts";

export const IN_FLIGHT = 16;

/** Answers the seconds from the first request to the last answer. */
export async function baseline(bench: Bench, services: number): Promise<number> {
  await using world = await World.up();
  const step = { from: 0, count: services, everyMs: 0, nodes: ["w1", "w2", "w3"] };
  await world.load({ ...step, what: "slice", inFlight: IN_FLIGHT });
  const watches = world.spawn("watches.ts");
  await until("the watches", () => watches.output().includes("watching") || undefined);
  const [done = []] = await world.load({ ...step, what: "status", inFlight: IN_FLIGHT });
  const first = Math.min(...done.map(({ sent }) => sent));
  const seconds = (Math.max(...done.map(({ answered }) => answered)) - first) / 1000;
  bench.record({ name: `API server alone: ${services} Services and a status each`, unit: "s", values: [seconds] });
  return seconds;
}
