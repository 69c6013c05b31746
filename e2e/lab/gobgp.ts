/** Runs GoBGP in a node: what a `gobgp` image stands for. */
import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { LabNode } from "./node.ts";
import { until } from "./until.ts";

/** A folder with another gobgpd and gobgp than those installed. */
const FOLDER = process.env["HERALD_GOBGP"] ?? "";

/** The API's socket, as gRPC names it; it also answers on 127.0.0.1:50051 within the node. */
export function gobgpSocket(node: LabNode): string {
  return `unix://${join(node.folder, "gobgpd.sock")}`;
}

/**
 * Starts the daemon on a copy of the bound gobgpd.yml, in the node's folder, or without a configuration where none is
 * bound; resolves when it answers.
 */
export async function startGobgp(node: LabNode): Promise<void> {
  const bound = node.boundFile("/config/gobgpd.yml");
  const config = join(node.folder, "gobgpd.yml");
  if (bound !== undefined) copyFileSync(bound, config);
  // One that was killed has left its socket.
  rmSync(join(node.folder, "gobgpd.sock"), { force: true });
  const api = ["--api-hosts", `127.0.0.1:50051,${gobgpSocket(node)}`, "--pprof-disable"];
  const task = node.spawn(join(FOLDER, "gobgpd"), [
    ...(bound === undefined ? [] : ["-f", config, "-t", "yaml"]),
    ...api,
  ]);
  await until(`gobgpd of ${node.name} to answer`, () => gobgpJson(node, "neighbor"), { seen: () => task.output() });
}

/** Runs a command of GoBGP's shell; answers what it printed. */
export async function gobgp(node: LabNode, command: string): Promise<string> {
  return (await node.exec(join(FOLDER, "gobgp"), command.split(" "))).stdout;
}

/** An answer of GoBGP's shell. */
export async function gobgpJson(node: LabNode, command: string): Promise<unknown> {
  return JSON.parse((await gobgp(node, `-j ${command}`)) || "null");
}
