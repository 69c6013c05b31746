/** The host's own loopback as a place to run a lab's programs, for tests that are clients themselves; needs no root. */
import { mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { destroy, guard, labFolder, reap, release } from "../cleanup.ts";
import { run } from "../command.ts";
import type { Output, RunOptions } from "../command.ts";
import type { LabNode } from "../node.ts";
import { newLabId } from "../owner.ts";
import { Task } from "../task.ts";
import type { TaskOptions } from "../task.ts";

/** What a host of a lab and the loopback have in common. */
export type Place = Pick<LabNode, "name" | "folder" | "exec" | "spawn">;

export class Loopback implements Place, AsyncDisposable {
  readonly name = "loopback";
  readonly folder: string;
  readonly #id = newLabId();
  readonly #ending: AbortSignal;
  readonly #tasks: Task[] = [];

  constructor() {
    reap();
    this.folder = labFolder(this.#id);
    this.#ending = guard(this.#id);
    mkdirSync(this.folder);
  }

  exec(command: string, args: readonly string[] = [], options: RunOptions = {}): Promise<Output> {
    return run(command, args, { ...options, signal: this.#ending });
  }

  spawn(command: string, args: readonly string[] = [], options: TaskOptions = {}): Task {
    const { name = basename(command), ...rest } = options;
    const log = join(this.folder, `${this.#tasks.length}-${name}.log`);
    // No namespace tells whose it is: the kernel itself ends it with this process, also when that is killed.
    const task = new Task("setpriv", ["--pdeathsig", "KILL", command, ...args], log, { ...rest, signal: this.#ending });
    this.#tasks.push(task);
    return task;
  }

  /** Ends every process and removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    destroy(this.#id);
    release(this.#id);
    await Promise.all(this.#tasks.map(({ ended }) => ended));
  }
}
