/** Runs GoBGP in a node: what a `gobgp` image stands for. */
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import type { LabNode } from "./node.ts";
import { until } from "./until.ts";

/** Starts the daemon on a copy of the bound gobgpd.yml, in the node's folder; resolves when it answers. */
export async function startGobgp(node: LabNode): Promise<void> {
  const bound = node.boundFile("/config/gobgpd.yml");
  if (bound === undefined) throw new Error(`${node.name}: a GoBGP node binds its configuration to /config/gobgpd.yml`);
  const config = join(node.folder, "gobgpd.yml");
  copyFileSync(bound, config);
  const task = node.spawn("gobgpd", ["-f", config, "-t", "yaml", "--api-hosts", "127.0.0.1:50051", "--pprof-disable"]);
  await until(`gobgpd of ${node.name} to answer`, () => gobgpJson(node, "neighbor"), { seen: () => task.output() });
}

/** An answer of GoBGP's shell. */
export async function gobgpJson(node: LabNode, command: string): Promise<unknown> {
  return JSON.parse((await node.exec("gobgp", ["-j", ...command.split(" ")])).stdout || "null");
}
