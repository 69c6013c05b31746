/** Runs FRR in a node: what an `frrouting/frr` image stands for. */
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { run } from "./command.ts";
import { frrProgram } from "./frr-programs.ts";
import type { LabNode } from "./node.ts";
import type { Task } from "./task.ts";
import { until } from "./until.ts";

/** Those that a `daemons` file switches on, after zebra, which the others need. */
export function daemonsOf(text: string): string[] {
  const on = Array.from(text.matchAll(/^(\w+d)=yes\s*$/gm), ([, name]) => name ?? "");
  return ["zebra", ...on];
}

/** The lines FRR itself would write below /var/tmp go to the node's folder: the mount is seen by this process alone. */
const PRIVATE_TMP = 'mount --bind "$0" /var/tmp && exec "$@"';

/** Starts the daemons (those of the bound file, else `unbound`) and loads the bound frr.conf; resolves when they answer. */
export async function startFrr(node: LabNode, unbound: readonly string[] = ["bgpd"]): Promise<void> {
  const { folder } = node;
  // The daemons give up root for the user frr and make their sockets here.
  const tmp = join(folder, "tmp");
  mkdirSync(tmp);
  await run("chown", ["frr:frr", folder, tmp]);
  chmodSync(folder, 0o755);
  const bound = node.boundFile("/etc/frr/daemons");
  const daemons = bound === undefined ? ["zebra", ...unbound] : daemonsOf(readFileSync(bound, "utf8"));
  for (const daemon of daemons) await startDaemon(node, daemon);
  const config = node.boundFile("/etc/frr/frr.conf");
  if (config === undefined) return;
  copyFileSync(config, join(folder, "frr.conf"));
  writeFileSync(join(folder, "vtysh.conf"), "");
  const [vtysh, ...own] = frrProgram("vtysh");
  await node.exec(vtysh, [...own, "--vty_socket", folder, "--config_dir", folder, "-b"]);
  if (daemons.includes("bgpd")) await settle(node);
}

/** Newer releases lack some. */
function takes(daemon: string, option: string): boolean {
  const [program, ...args] = frrProgram(daemon);
  return spawnSync(program, [...args, "--help"], { encoding: "utf8" }).stdout.includes(option);
}

async function startDaemon(node: LabNode, daemon: string): Promise<Task> {
  const { folder } = node;
  const own = daemon === "bfdd" && takes(daemon, "--bfdctl") ? ["--bfdctl", join(folder, "bfdd.sock")] : [];
  const files = ["-i", join(folder, `${daemon}.pid`), "-z", join(folder, "zserv.api"), "--vty_socket", folder];
  const command = [...frrProgram(daemon), ...files, ...own, "-u", "frr", "-g", "frr", "--log", "stdout"];
  const task = node.spawn("sh", ["-c", PRIVATE_TMP, join(folder, "tmp"), ...command], { name: daemon });
  await until(`${daemon} of ${node.name} to listen`, () => existsSync(join(folder, `${daemon}.vty`)) || undefined, {
    seen: () => task.output(),
  });
  return task;
}

/** Kills a daemon and starts it anew, without a configuration. */
export async function restartDaemon(node: LabNode, daemon: string): Promise<Task> {
  const old = node.tasks.findLast(({ log }) => log.endsWith(`-${daemon}.log`));
  await old?.stop("SIGKILL");
  rmSync(join(node.folder, `${daemon}.vty`), { force: true });
  rmSync(join(node.folder, `${daemon}.pid`), { force: true });
  return startDaemon(node, daemon);
}

/** FRR refuses a neighbour's connections for its first second; one that it cannot reach stays idle for good. */
async function settle(node: LabNode): Promise<void> {
  const open = async (): Promise<true | undefined> => {
    const families = Object.values((await node.vtyshJson("show bgp summary json")) as Record<string, Summary>);
    const states = families.flatMap(({ peers = {} }) => Object.values(peers).map(({ state }) => state));
    return states.includes("Idle") ? undefined : true;
  };
  await until("neighbours to leave Idle", open, { timeoutMs: 3_000 }).catch(() => {});
}

interface Summary {
  readonly peers?: Readonly<Record<string, { readonly state: string }>>;
}
