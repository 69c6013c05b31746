/** An HTTP request as a client of its own makes it. */
import { get } from "node:http";

/** Resolves to the body; each call has a connection of its own. Rejects after `timeoutMs` without an answer. */
export function ask(url: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, timeout: timeoutMs }, (response) => {
      response.setEncoding("utf8");
      let body = "";
      response.on("data", (text: string) => (body += text));
      response.on("end", () => resolve(body));
      response.on("error", reject);
    });
    request.on("timeout", () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    request.on("error", reject);
  });
}
