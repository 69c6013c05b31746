/** Runs commands of the host: the lab's own building work. */
import { execFile, spawnSync } from "node:child_process";

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Ends the command, which then rejects. */
  readonly signal?: AbortSignal;
}

/** Rejects with the command line and what it said on stderr where it fails. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Output> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      args,
      {
        timeout: options.timeoutMs ?? 20_000,
        killSignal: "SIGKILL",
        maxBuffer: 64 << 20,
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
        ...(options.signal === undefined ? {} : { signal: options.signal }),
        ...(options.env === undefined ? {} : { env: { ...process.env, ...options.env } }),
      },
      (error, stdout, stderr) => {
        if (error === null) return resolve({ stdout, stderr });
        const said = stderr.trim() || stdout.trim() || error.message;
        reject(new Error(`${[command, ...args].join(" ")}: ${said}`, { cause: error }));
      },
    );
    child.stdin?.on("error", () => {});
    child.stdin?.end(options.input ?? "");
  });
}

/** Many iproute2 commands in one process; each line is what follows `ip`. */
export async function ipBatch(lines: readonly string[], namespace?: string): Promise<void> {
  const where = namespace === undefined ? [] : ["-n", namespace];
  if (lines.length > 0) await run("ip", [...where, "-batch", "-"], { input: `${lines.join("\n")}\n` });
}

/** For clean-up, which must also work while the process ends: never throws, answers what was said. */
export function runSync(command: string, args: readonly string[], input = ""): string {
  return spawnSync(command, args, { encoding: "utf8", timeout: 10_000, input }).stdout ?? "";
}
