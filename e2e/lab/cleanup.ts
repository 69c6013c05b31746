/** Takes labs down, at the latest when their process ends; what a killed process left is taken down by the next lab. */
import { setMaxListeners } from "node:events";
import { existsSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runSync } from "./command.ts";
import { isAlive, labOf } from "./owner.ts";

const NAMESPACES = "/run/netns";
/** In the folder of a lab that is meant to outlive its owner; its content is the topology's name. */
const KEPT = "kept";

export function labFolder(id: string): string {
  return join(tmpdir(), id);
}

/** Ends every process in the lab's namespaces, deletes those (and with them links and routes) and its folder. */
export function destroy(id: string): void {
  open.get(id)?.abort();
  let namespaces: string[] = [];
  // A process may start another, or make a namespace, while it is ended: until none is left, and not for ever.
  for (let round = 0; round < 100; round += 1) {
    namespaces = list(NAMESPACES).filter((name) => labOf(name)?.id === id);
    const pids = processesIn(namespaces);
    if (pids.length === 0) break;
    for (const pid of pids) kill(pid);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  }
  const lines = namespaces.map((name) => `netns delete ${name}\n`);
  if (lines.length > 0) runSync("ip", ["-force", "-batch", "-"], lines.join(""));
  rmSync(labFolder(id), { recursive: true, force: true, maxRetries: 3 });
}

/** Those whose network namespace is one of `namespaces`, by the inode that the kernel knows it by. */
function processesIn(namespaces: readonly string[]): number[] {
  const wanted = new Set(namespaces.map((name) => `net:[${statSync(join(NAMESPACES, name)).ino}]`));
  return list("/proc")
    .map(Number)
    .filter((pid) => {
      try {
        return pid > 0 && pid !== process.pid && wanted.has(readlinkSync(`/proc/${pid}/ns/net`));
      } catch {
        // It ended by itself.
        return false;
      }
    });
}

function list(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}

/** Ids of the labs of this machine, by the names of namespaces and folders. */
function labs(): string[] {
  const names = [...list(NAMESPACES), ...list(tmpdir())];
  return [...new Set(names.map((name) => labOf(name)?.id).filter((id) => id !== undefined))];
}

/** The topology's name of a kept lab. */
function keptAs(id: string): string | undefined {
  const marker = join(labFolder(id), KEPT);
  return existsSync(marker) ? readFileSync(marker, "utf8") : undefined;
}

/** Takes down what killed processes left, and nothing else. */
export function reap(): void {
  for (const id of labs()) {
    const owner = labOf(id);
    if (owner !== undefined && !isAlive(owner) && keptAs(id) === undefined) destroy(id);
  }
}

/** Labs of this process. What they started ends by the signal, also while it is still on its way into its namespace. */
const open = new Map<string, AbortController>();
let installed = false;

function destroyAll(): void {
  for (const id of open.keys()) destroy(id);
  open.clear();
}

/** From now on the lab goes when this process does, by whatever way it can still act on; answers the signal to its processes. */
export function guard(id: string): AbortSignal {
  const ending = new AbortController();
  setMaxListeners(0, ending.signal);
  open.set(id, ending);
  install();
  return ending.signal;
}

function install(): void {
  if (installed) return;
  installed = true;
  process.once("exit", destroyAll);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      destroyAll();
      process.kill(process.pid, signal);
    });
  }
}

/** The lab was taken down. */
export function release(id: string): void {
  open.delete(id);
}

/** The lab stays when this process ends, until `takeDown`. */
export function keep(id: string, name: string): void {
  writeFileSync(join(labFolder(id), KEPT), name);
  release(id);
}

/** Ends the kept labs of the topology called `name`; answers how many there were. */
export function takeDown(name: string): number {
  const kept = labs().filter((id) => keptAs(id) === name);
  for (const id of kept) destroy(id);
  return kept.length;
}
