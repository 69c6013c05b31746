/** The real `herald` as a process on loopback, with its log as records, and a router that it tells its routes. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { join } from "node:path";
import type { Test } from "tap";
import { formatPrefix } from "bgp-ts-codec";
import { startSink } from "./loopback-router.ts";

const HERALD = join(import.meta.dirname, "../../bin/herald");

/** Conditions that are looked at again whenever something was heard. */
class Heard {
  readonly #waiting = new Set<() => void>();

  changed(): void {
    for (const look of this.#waiting) look();
  }

  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!condition()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }
}

export interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

export interface HeraldOptions {
  /** A command that ends by running its arguments, such as unshare. */
  readonly through?: readonly string[];
  readonly uid?: number;
}

export class HeraldProcess {
  readonly records: Record<string, unknown>[] = [];
  readonly ended: Promise<Ended>;
  readonly #heard = new Heard();
  readonly #child: ChildProcess;
  #stderr = "";

  constructor(t: Test, args: readonly string[], { through = [], uid }: HeraldOptions = {}) {
    const [command = HERALD, ...rest] = [...through, HERALD, ...args];
    const identity = uid === undefined ? {} : { uid, gid: uid };
    const child = spawn(command, rest, { stdio: ["ignore", "ignore", "pipe"], ...identity });
    this.#child = child;
    createInterface({ input: child.stderr }).on("line", (line) => {
      this.#stderr += `${line}\n`;
      if (line.startsWith("{")) this.records.push(JSON.parse(line) as Record<string, unknown>);
      this.#heard.changed();
    });
    this.ended = new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve({ code, stderr: this.#stderr }));
    });
    t.teardown(() => this.stop());
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error("it did not start");
    return this.#child.pid;
  }

  /** Problems and whatever else the log says above "info", as "message: what about it". */
  get warnings(): string[] {
    return this.records
      .filter(({ level }) => level === "warn" || level === "error")
      .map(({ msg, problem, error, reason }) => `${String(msg)}: ${String(problem ?? error ?? reason)}`);
  }

  /** When the log has said this; rejects if it ends before. */
  async said(text: string): Promise<void> {
    const ended = this.ended.then(({ stderr }) => Promise.reject(new Error(`it ended: ${stderr}`)));
    await Promise.race([this.#heard.until(() => this.#stderr.includes(text)), ended]);
  }

  async stop(): Promise<Ended> {
    this.#child.kill("SIGTERM");
    return this.ended;
  }
}

/** A router at 127.0.0.1 that keeps what it is told. */
export class LoopbackRouter {
  readonly table = new Set<string>();
  readonly port: number;
  readonly #heard = new Heard();

  private constructor(port: number) {
    this.port = port;
  }

  /** At a port that a BGPPeer can name. */
  static async start(t: Test, asn: number): Promise<LoopbackRouter> {
    for (let port = 10_000 + (process.pid % 5000); ; port++) {
      try {
        const sink = await startSink(asn, port);
        const router = new LoopbackRouter(sink.port);
        sink.onUpdate = ({ nlri, withdrawn }) => {
          for (const { prefix } of withdrawn) router.table.delete(formatPrefix(prefix));
          for (const { prefix } of nlri) router.table.add(formatPrefix(prefix));
          router.#heard.changed();
        };
        t.teardown(() => sink.close());
        return router;
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "EADDRINUSE")) throw error;
      }
    }
  }

  holds(...prefixes: readonly string[]): Promise<void> {
    return this.#heard.until(() => [...this.table].sort().join() === [...prefixes].sort().join());
  }
}
