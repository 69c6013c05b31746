/**
 * A client that asks without pause: one HTTP request every EVERY milliseconds, each on a connection of its own, until SIGTERM.
 * It says "answered" at the first answer, and at the end who answered how often and what failed when.
 * Usage: steady.ts EVERY URL
 */
import { get } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

const [every = "5", url = ""] = process.argv.slice(2);
const TIMEOUT_MS = 3_000;
const answers: Record<string, number> = {};
const failures: string[] = [];
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());

function ask(): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, timeout: TIMEOUT_MS }, (response) => {
      response.setEncoding("utf8");
      let body = "";
      response.on("data", (text: string) => (body += text));
      response.on("end", () => resolve(body));
      response.on("error", reject);
    });
    request.on("timeout", () => request.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    request.on("error", reject);
  });
}

async function once(): Promise<void> {
  const began = new Date().toISOString();
  try {
    const { pod } = JSON.parse(await ask()) as { readonly pod: string };
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
