/**
 * A client: one HTTP request after the other, each on a connection of its own, until COUNT is reached or, where COUNT
 * is 0, until SIGTERM. It says when it was answered first, and at the end who answered how often.
 * Usage: requests.ts COUNT URL
 */
import { ask } from "../lab/ask.ts";

const [count = "0", url = ""] = process.argv.slice(2);
const TIMEOUT_MS = 2_000;

const answers: Record<string, number> = {};
const failures: string[] = [];
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());
const limit = count === "0" ? Infinity : Number(count);
for (let asked = 0; asked < limit && !stop.signal.aborted; asked += 1) {
  try {
    const name = await ask(url, TIMEOUT_MS);
    if (Object.keys(answers).length === 0) process.stdout.write("answered\n");
    answers[name] = (answers[name] ?? 0) + 1;
  } catch (error) {
    failures.push(error instanceof Error ? error.message : String(error));
  }
}
process.stdout.write(`${JSON.stringify({ answers, failures })}\n`);
