/** A Prometheus of the lab, and what it and promtool say. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { requireInstalled } from "../lab/index.ts";
import type { LabNode, Task } from "../lab/index.ts";

const ADDRESS = "127.0.0.1:9090";
const NEEDS = ["prometheus", "promtool"].map((program) => ({ program, debian: "prometheus" }));

/** Starts one in the node. `jobs`: the HOST:PORT of agents by job. */
export async function startPrometheus(
  node: LabNode,
  jobs: Readonly<Record<string, readonly string[]>>,
  tell: (sentence: string) => void,
): Promise<Task> {
  await requireInstalled(NEEDS, tell);
  const file = join(node.folder, "prometheus.yml");
  const configuration = {
    global: { scrape_interval: "500ms", scrape_timeout: "500ms" },
    scrape_configs: Object.entries(jobs).map(([name, targets]) => ({ job_name: name, static_configs: [{ targets }] })),
  };
  writeFileSync(file, JSON.stringify(configuration));
  return node.spawn("prometheus", [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(node.folder, "prometheus")}`,
    `--web.listen-address=${ADDRESS}`,
  ]);
}

/** The text of /metrics of an agent, asked from the node. */
export async function scrape(node: LabNode, agent: string): Promise<string> {
  const script = `require("http").get("http://${agent}/metrics", (answer) => answer.pipe(process.stdout))`;
  return (await node.exec(process.execPath, ["-e", script])).stdout;
}

/** What promtool has to say against a text of metrics. */
export async function objections(node: LabNode, text: string): Promise<string> {
  return (await node.exec("sh", ["-c", "promtool check metrics 2>&1 || true"], { input: text })).stdout;
}

/** What promtool prints for a query: a line a series, "{labels} => value @[time]". */
export async function query(node: LabNode, expression: string): Promise<string> {
  return (await node.exec("promtool", ["query", "instant", `http://${ADDRESS}`, expression])).stdout;
}
