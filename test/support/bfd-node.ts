/**
 * BFD alone, for tests with other implementations: sessions from a JSON file, events on stdout. SIGHUP reads the file
 * again, SIGUSR1 prints the status, SIGTERM leaves. Usage: bfd-node.ts FILE
 */
import { readFileSync } from "node:fs";
import type { Path, PathConfig } from "@herald/bfd";
import { systemClock } from "../../src/net/clock.ts";
import { BfdThread } from "../../src/net/bfd/thread.ts";

interface Configured {
  readonly path: Path;
  readonly config: Omit<PathConfig, "authentication"> & {
    readonly authentication?: { readonly type: 1 | 2 | 3 | 4 | 5; readonly key: string };
  };
}

const [file = ""] = process.argv.slice(2);
const print = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
const thread = new BfdThread({
  worker: new URL("../../src/net/bfd/worker.ts", import.meta.url),
  timers: systemClock,
  onEvent: print,
  refused: (user, problem) => print({ user, problem }),
  lost: (reason) => print({ lost: reason }),
});

function read(): void {
  const sessions = JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<string, Configured>>;
  for (const [user, { path, config }] of Object.entries(sessions)) {
    const { authentication, ...rest } = config;
    const keys = [{ id: 1, secret: new TextEncoder().encode(authentication?.key ?? "") }];
    thread.set(user, path, {
      ...rest,
      ...(authentication !== undefined && { authentication: { type: authentication.type, keys } }),
    });
  }
}

process.on("SIGHUP", read);
process.on("SIGUSR1", () => void thread.refresh().then(() => print({ status: thread.status() })));
process.on("SIGTERM", () => void thread.close());
read();
print("started");
