/** Processes that a lab runs. Their output goes to files, so that they outlive their lab's owner where that is wanted. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";

export interface TaskOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What its log is called; absent: the command. */
  readonly name?: string;
  /** Kills it. */
  readonly signal?: AbortSignal;
}

/** A running process and what it said. */
export class Task {
  readonly log: string;
  /** Exit code, the signal's name, or why it could not be started. */
  readonly ended: Promise<number | string>;
  readonly #child: ChildProcess;

  constructor(command: string, args: readonly string[], log: string, options: Omit<TaskOptions, "name"> = {}) {
    this.log = log;
    const file = openSync(log, "w");
    // A group of its own: Ctrl-C in a terminal reaches the lab's owner alone, which ends things in order.
    this.#child = spawn(command, args, {
      stdio: ["ignore", file, file],
      detached: true,
      env: { ...process.env, ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.signal === undefined ? {} : { signal: options.signal, killSignal: "SIGKILL" }),
    });
    closeSync(file);
    this.ended = new Promise((resolve) => {
      this.#child.on("error", (error) => {
        // One that runs is on its way to its end, and "exit" tells which.
        if (this.pid === 0) resolve(error.message);
      });
      this.#child.once("exit", (code, signal) => resolve(code ?? signal ?? ""));
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get running(): boolean {
    return this.pid !== 0 && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What it wrote so far, both streams; empty once its lab is gone. */
  output(): string {
    try {
      return readFileSync(this.log, "utf8");
    } catch {
      return "";
    }
  }

  signal(signal: NodeJS.Signals): void {
    if (this.running) this.#child.kill(signal);
  }

  /** Sends SIGTERM, or another signal, unless it has ended; resolves when it has. */
  stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | string> {
    this.signal(signal);
    return this.ended;
  }

  /** Lets this process end before the task does. */
  release(): void {
    this.#child.unref();
  }
}
