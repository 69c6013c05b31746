/** One host of a lab: a network namespace, its processes and its files. */
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Capture } from "./capture.ts";
import { run } from "./command.ts";
import type { Output, RunOptions } from "./command.ts";
import { frrProgram } from "./frr-programs.ts";
import { Task } from "./task.ts";
import type { TaskOptions } from "./task.ts";
import type { NodeSpec } from "./topology.ts";
import { until } from "./until.ts";

/** A route of the kernel's table, as `ip -json route` prints it. */
export interface KernelRoute {
  readonly dst: string;
  readonly gateway?: string;
  readonly dev?: string;
  readonly nexthops?: readonly { readonly gateway?: string; readonly dev?: string; readonly weight?: number }[];
}

export class LabNode {
  readonly name: string;
  readonly namespace: string;
  readonly spec: NodeSpec;
  /** A folder of this node's own; it goes with the lab. */
  readonly folder: string;
  readonly #tasks: Task[] = [];
  readonly #ending: AbortSignal;

  /** `ending` ends what runs in the node. */
  constructor(spec: NodeSpec, namespace: string, folder: string, ending: AbortSignal) {
    this.#ending = ending;
    this.name = spec.name;
    this.spec = spec;
    this.namespace = namespace;
    this.folder = folder;
  }

  get tasks(): readonly Task[] {
    return this.#tasks;
  }

  /** Runs a command in the node and answers what it printed; rejects where it fails. */
  exec(command: string, args: readonly string[] = [], options: RunOptions = {}): Promise<Output> {
    const env = { ...this.spec.env, ...options.env };
    return run("ip", ["netns", "exec", this.namespace, command, ...args], {
      ...options,
      env,
      signal: this.#ending,
    });
  }

  /** Starts a command in the node and leaves it running. */
  spawn(command: string, args: readonly string[] = [], options: TaskOptions = {}): Task {
    const { name = basename(command), ...rest } = options;
    const log = join(this.folder, `${this.#tasks.length}-${name}.log`);
    const env = { ...this.spec.env, ...options.env };
    const task = new Task("ip", ["netns", "exec", this.namespace, command, ...args], log, {
      ...rest,
      env,
      signal: this.#ending,
    });
    this.#tasks.push(task);
    return task;
  }

  /** FRR's shell. */
  async vtysh(...commands: readonly string[]): Promise<string> {
    const args = ["--vty_socket", this.folder, ...commands.flatMap((command) => ["-c", command])];
    const [program, ...own] = frrProgram("vtysh");
    return (await this.exec(program, [...own, ...args])).stdout;
  }

  /** The answer of a `show ... json`. */
  async vtyshJson(command: string): Promise<unknown> {
    return JSON.parse(await this.vtysh(command));
  }

  /** The kernel's routes of one family. */
  async routes(family: 4 | 6 = 4): Promise<KernelRoute[]> {
    const { stdout } = await this.exec("ip", ["-json", `-${family}`, "route", "show"]);
    return JSON.parse(stdout || "[]") as KernelRoute[];
  }

  /** Watches packets; resolves once it does. `filter` is tcpdump's, "tcp port 179" for one. */
  async tcpdump(filter: string, device = "any"): Promise<Capture> {
    const options = ["-n", "-l", "-tt", "-v", "--immediate-mode", "-i", device];
    const task = this.spawn("tcpdump", [...options, filter]);
    await until(`tcpdump in ${this.name} to listen`, () => /listening on/.test(task.output()) || undefined, {
      seen: () => task.output(),
    });
    return new Capture(task);
  }

  /** Watches the kernel's routing tables; resolves once it does. */
  async watchRoutes(): Promise<Capture> {
    const task = this.spawn("ip", ["-ts", "monitor", "route"], { name: "routes" });
    // Columns of /proc/net/netlink: socket, protocol, port (the process), groups it listens to.
    const listening = new RegExp(`^\\S+ +0 +${task.pid} +(?!0+ )`, "m");
    const sockets = (): string => readFileSync(`/proc/${task.pid}/net/netlink`, "utf8");
    await until(`ip monitor in ${this.name} to listen`, () => listening.test(sockets()) || undefined);
    return new Capture(task);
  }

  /** The host's file that is bound to this path of the node. */
  boundFile(inside: string): string | undefined {
    for (const [from, to] of this.spec.binds) if (to === inside) return from;
    return undefined;
  }

  /** Rewrites a file of this node's folder. */
  edit(name: string, change: (text: string) => string): void {
    const path = join(this.folder, name);
    writeFileSync(path, change(readFileSync(path, "utf8")));
  }
}
