/** Starts a sink in a process of its own, in a namespace of the lab or on loopback. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Arrived, Expect, Listening } from "./process.ts";

export interface SinkProcess {
  readonly port: number;
  /** Resolves when the routes of the next session are there; rejects after a minute. */
  expect(what: Expect): Promise<Arrived>;
  stop(): Promise<void>;
}

export interface SinkPlace {
  readonly address: string;
  /** 0: any. */
  readonly port: number;
  readonly namespace?: string;
}

const PATIENCE = 60_000;

export async function startSinkProcess({ address, port, namespace }: SinkPlace): Promise<SinkProcess> {
  const inside = namespace === undefined ? [] : ["ip", "netns", "exec", namespace];
  const program = [process.execPath, join(import.meta.dirname, "process.ts"), address, String(port), "64501"];
  const [command = "", ...args] = [...inside, ...program];
  const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const next = async (): Promise<unknown> => {
    const signal = AbortSignal.timeout(PATIENCE);
    const ended = once(child, "exit", { signal }).then(() => Promise.reject(new Error("the sink ended")));
    ended.catch(() => undefined);
    const [message] = (await Promise.race([once(child, "message", { signal }), ended])) as [unknown];
    return message;
  };
  const { port: bound } = (await next()) as Listening;
  return {
    port: bound,
    async expect(what) {
      child.send(what);
      return (await next()) as Arrived;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill();
      await ended;
    },
  };
}
