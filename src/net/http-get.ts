/** One HTTP request, for commands that ask a running agent. No proxy comes between. */
import { text } from "node:stream/consumers";
import { explainSystemError } from "./errors.ts";
import type { Reply } from "./http.ts";

// As in http.ts: an import would read every export.
const { get } = process.getBuiltinModule("node:http");

export interface HttpRequest {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** Milliseconds without a byte; 10,000 by default. */
  readonly timeout?: number;
}

/** Rejects where nothing answers; the message says why, and leaves it to the caller to say where. */
export function getHttp({ host, port, path, timeout = 10_000 }: HttpRequest): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => reject(new Error(explainSystemError(error), { cause: error }));
    const request = get({ host, port, path, agent: false, timeout }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), failed);
    });
    request.on("timeout", () => request.destroy(new Error(`no answer within ${timeout / 1000} s`)));
    request.on("error", failed);
  });
}
