/** Runs BIRD 2 in a node: what a `bird` image stands for. */
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import type { LabNode } from "./node.ts";
import { until } from "./until.ts";

const socket = (node: LabNode): string => join(node.folder, "bird.ctl");

/** Starts the daemon on a copy of the bound bird.conf, in the node's folder; resolves when it answers. */
export async function startBird(node: LabNode): Promise<void> {
  const bound = node.boundFile("/etc/bird/bird.conf");
  if (bound === undefined) throw new Error(`${node.name}: a BIRD node binds its configuration to /etc/bird/bird.conf`);
  const config = join(node.folder, "bird.conf");
  copyFileSync(bound, config);
  const task = node.spawn("bird", ["-f", "-c", config, "-s", socket(node), "-P", join(node.folder, "bird.pid")]);
  await until(`bird of ${node.name} to answer`, () => birdc(node, "show status"), { seen: () => task.output() });
}

/** BIRD's shell. */
export async function birdc(node: LabNode, command: string): Promise<string> {
  return (await node.exec("birdc", ["-s", socket(node), ...command.split(" ")])).stdout;
}
