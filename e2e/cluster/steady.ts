/**
 * A client that asks without pause: one HTTP request every EVERY milliseconds, each on a connection of its own, until SIGTERM.
 * It says "answered" at the first answer, and at the end who answered how often and what failed when.
 * Usage: steady.ts EVERY URL
 */
import { setTimeout as pause } from "node:timers/promises";
import { ask } from "../lab/ask.ts";

const [every = "5", url = ""] = process.argv.slice(2);
const TIMEOUT_MS = 3_000;
const answers: Record<string, number> = {};
const failures: string[] = [];
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());

async function once(): Promise<void> {
  const began = new Date().toISOString();
  try {
    const { pod } = JSON.parse(await ask(url, TIMEOUT_MS)) as { readonly pod: string };
    if (Object.keys(answers).length === 0) process.stdout.write("answered\n");
    answers[pod] = (answers[pod] ?? 0) + 1;
  } catch (error) {
    failures.push(`${began} ${error instanceof Error ? error.message : String(error)}`);
  }
}

const pending = new Set<Promise<void>>();
while (!stop.signal.aborted) {
  const one = once().finally(() => pending.delete(one));
  pending.add(one);
  await pause(Number(every));
}
await Promise.all(pending);
process.stdout.write(`${JSON.stringify({ answers, failures })}\n`);
