/** What a process used so far, as the kernel counts it. */
import { readFileSync } from "node:fs";

/** Clock ticks of /proc a second: the same on every Linux that Node.js runs on. */
const TICKS = 100;

/** User and system time of the process with all its threads, in seconds; hundredths are all there is. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

function statusMiB(pid: number, field: "VmHWM" | "VmRSS"): number {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(found?.[1]) / 1024;
}

/** The most memory it ever had resident, in MiB. */
export function peakMiB(pid: number): number {
  return statusMiB(pid, "VmHWM");
}

/** What it has resident now, in MiB. */
export function residentMiB(pid: number): number {
  return statusMiB(pid, "VmRSS");
}
