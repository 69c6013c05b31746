/** Who a lab belongs to: its namespaces carry the process that made it in their names, so that leftovers can be told. */
import { readFileSync } from "node:fs";

const PREFIX = "hl";

/** The 22nd field of /proc/PID/stat: when the process started, in clock ticks since boot. Undefined: no such process. */
export function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

let labs = 0;

/** A name no other lab of this machine has, now or later: "hl-PID-START-N". */
export function newLabId(): string {
  labs += 1;
  return `${PREFIX}-${process.pid}-${startTime(process.pid)}-${labs}`;
}

/** The lab that a namespace or folder called `name` is part of; undefined for everything else. */
export function labOf(name: string): { readonly id: string; readonly pid: number; readonly start: string } | undefined {
  const [, id, pid, start] = /^(hl-(\d+)-(\d+)-\d+)(?:-|$)/.exec(name) ?? [];
  return id === undefined || start === undefined ? undefined : { id, pid: Number(pid), start };
}

/** Whether the lab's owner still runs; `running` answers a process's start time. */
export function isAlive(owner: { readonly pid: number; readonly start: string }, running = startTime): boolean {
  return running(owner.pid) === owner.start;
}
