/** A client that counts what it asks for, and what came of it. */
import { ApiError } from "./client.ts";
import type { ApiClient } from "./client.ts";

/**
 * `requests`: by method and outcome. "PATCH 2xx"; "PATCH 409", the HTTP status of a refusal; where no answer came the reason,
 * "PATCH ECONNREFUSED"; a stream is a "WATCH".
 */
export function counted(client: ApiClient): {
  readonly client: ApiClient;
  readonly requests: ReadonlyMap<string, number>;
} {
  const requests = new Map<string, number>();
  const note = (method: string, outcome: string): void => {
    const key = `${method} ${outcome}`;
    requests.set(key, (requests.get(key) ?? 0) + 1);
  };
  const watching = async <T>(method: string, answer: Promise<T>): Promise<T> => {
    try {
      const value = await answer;
      note(method, "2xx");
      return value;
    } catch (error) {
      if (error instanceof ApiError) note(method, error.status === 0 ? error.reason : `${error.status}`);
      throw error;
    }
  };
  return {
    client: {
      request: (request) => watching(request.method, client.request(request)),
      stream: (request) => watching("WATCH", client.stream(request)),
      close: () => client.close(),
    },
    requests,
  };
}
