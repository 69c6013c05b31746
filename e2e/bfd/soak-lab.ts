/** Two hosts with many BFD sessions between them, on a machine that is kept busy: whether one is suspected without reason. */
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Lab, until } from "../lab/index.ts";
import type { LabNode, Task } from "../lab/index.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const SUPPORT = join(ROOT, "test", "support");

export interface SoakOptions {
  readonly sessions: number;
  /** Milliseconds, three times. */
  readonly interval: number;
  readonly seconds: number;
  /** Keep every core busy, and the main thread of one of the two. */
  readonly load: boolean;
  /** Echo packets too, each at the same interval. */
  readonly echo?: boolean;
}

/** Of one host. Times in milliseconds. */
export interface Soaked {
  readonly up: number;
  readonly failures: number;
  readonly received: number;
  /** Echo packets that came back. */
  readonly echoes: number;
  readonly fired: number;
  readonly p99: number;
  readonly p9999: number;
  readonly worst: number;
  readonly scheduling: string;
  /** CPU time of its BFD thread, in parts of one core. */
  readonly cpu: number;
}

interface Status {
  readonly sessions: readonly {
    readonly state: string;
    readonly counters: { readonly downs: number; readonly received: number; readonly echoReceived: number };
  }[];
  readonly lateness: {
    readonly fired: number;
    readonly p99: number;
    readonly p9999: number;
    readonly worst: number;
  };
  readonly scheduling: string;
}

function address(host: number, session: number): string {
  return `10.9.${session}.${host}`;
}

/** The two hosts after it; the first is the busy one. */
export async function soak({
  sessions,
  interval,
  seconds,
  load,
  echo = false,
}: SoakOptions): Promise<[Soaked, Soaked]> {
  await using lab = await Lab.up(join(ROOT, "deploy", "clab", "pair-gobgp.clab.yml"));
  const hosts = [
    { node: lab.node("speaker"), device: "router", own: 1, other: 2, script: load ? "bfd-soak.ts" : "bfd-node.ts" },
    { node: lab.node("router"), device: "speaker", own: 2, other: 1, script: "bfd-node.ts" },
  ];
  const tasks: Task[] = [];
  for (const { node, device, own, other, script } of hosts) {
    const profile = { desiredMinTx: interval * 1000, requiredMinRx: interval * 1000, detectMultiplier: 3 };
    const wanted: Record<string, object> = {};
    for (let i = 0; i < sessions; i++) {
      await node.exec("ip", ["address", "add", `${address(own, i)}/24`, "dev", device]);
      wanted[`${i}`] = {
        path: { address: address(other, i), localAddress: address(own, i), multihop: false },
        config: { profile, ...(echo && { echo: { desiredMinTx: interval * 1000, requiredMinRx: interval * 1000 } }) },
      };
    }
    const file = join(node.folder, "sessions.json");
    writeFileSync(file, JSON.stringify(wanted));
    tasks.push(node.spawn(process.execPath, [join(SUPPORT, script), file], { name: "bfd" }));
  }
  for (const task of tasks) {
    await until("a host to start", () => task.output().includes("started") || undefined, {
      seen: () => task.output(),
      timeoutMs: 60_000,
    });
  }
  const [first] = hosts;
  // What loads the cores does not belong to either of the two.
  const spin = ["-e", "for (;;) Math.random();"];
  const others = Array.from({ length: load ? availableParallelism() : 0 }, () =>
    first?.node.spawn(process.execPath, spin, { name: "load" }),
  );
  await pause(5000);
  const before = await Promise.all(tasks.map((task, i) => cpuTime(hosts[i]?.node, task)));
  await pause(seconds * 1000);
  const after = await Promise.all(tasks.map((task, i) => cpuTime(hosts[i]?.node, task)));
  for (const other of others) await other?.stop("SIGKILL");
  const statuses = await Promise.all(tasks.map((task) => statusOf(task)));
  const [a, b] = statuses.map((status, i) => soaked(status, ((after[i] ?? 0) - (before[i] ?? 0)) / seconds));
  if (a === undefined || b === undefined) throw new Error("BUG: there are two hosts");
  return [a, b];
}

function soaked({ sessions, lateness, scheduling }: Status, cpu: number): Soaked {
  const sum = (of: (session: Status["sessions"][number]) => number): number =>
    sessions.reduce((total, session) => total + of(session), 0);
  return {
    up: sum(({ state }) => (state === "Up" ? 1 : 0)),
    failures: sum(({ counters }) => counters.downs),
    received: sum(({ counters }) => counters.received),
    echoes: sum(({ counters }) => counters.echoReceived),
    fired: lateness.fired,
    p99: lateness.p99 * 1000,
    p9999: lateness.p9999 * 1000,
    worst: lateness.worst * 1000,
    scheduling,
    cpu,
  };
}

async function statusOf(task: Task): Promise<Status> {
  task.signal("SIGUSR1");
  return until(
    "the status of a host",
    () => {
      const lines = task.output().split("\n");
      const line = lines.findLast((text) => text.includes('"status"'));
      return line === undefined ? undefined : (JSON.parse(line) as { status: Status }).status;
    },
    { seen: () => task.output().slice(-2000) },
  );
}

/** Seconds that the thread called "bfd" has used. */
async function cpuTime(node: LabNode | undefined, task: Task): Promise<number> {
  const script = `for t in /proc/${task.pid}/task/*; do [ "$(cat $t/comm)" = bfd ] && cat $t/stat; done; true`;
  const { stdout } = (await node?.exec("sh", ["-c", script])) ?? { stdout: "" };
  // utime and stime, in hundredths of a second.
  const fields = stdout.slice(stdout.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
