/** One HTTP request, for commands that ask a running agent. No proxy comes between. */
import { get } from "node:http";
import { text } from "node:stream/consumers";
import { explainSystemError } from "./errors.ts";
import type { Reply } from "./http.ts";

const TIMEOUT_MS = 10_000;

/** Rejects where nothing answers; the message says why, and leaves it to the caller to say where. */
export function getHttp({ host, port, path }: { host: string; port: number; path: string }): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => reject(new Error(explainSystemError(error), { cause: error }));
    const request = get({ host, port, path, agent: false, timeout: TIMEOUT_MS }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), failed);
    });
    request.on("timeout", () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
    request.on("error", failed);
  });
}
