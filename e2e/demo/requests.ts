/**
 * A client: one HTTP request after the other, each on a connection of its own, until COUNT is reached or, where COUNT
 * is 0, until SIGTERM. It says when it was answered first, and at the end who answered how often.
 * Usage: requests.ts COUNT URL
 */
import { get } from "node:http";

const [count = "0", url = ""] = process.argv.slice(2);
const TIMEOUT_MS = 2_000;

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

const answers: Record<string, number> = {};
const failures: string[] = [];
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());
const limit = count === "0" ? Infinity : Number(count);
for (let asked = 0; asked < limit && !stop.signal.aborted; asked += 1) {
  try {
    const name = await ask();
    if (Object.keys(answers).length === 0) process.stdout.write("answered\n");
    answers[name] = (answers[name] ?? 0) + 1;
  } catch (error) {
    failures.push(error instanceof Error ? error.message : String(error));
  }
}
process.stdout.write(`${JSON.stringify({ answers, failures })}\n`);
