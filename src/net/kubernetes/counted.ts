/** A client that counts what it asks for, and what came of it. */
import { ApiError } from "./client.ts";
import type { ApiClient } from "./client.ts";

export interface Traffic {
  /** Requests by method and HTTP status, "PATCH 409", "PATCH 2xx"; where no answer came by the reason, "PATCH ECONNREFUSED". */
  readonly requests: ReadonlyMap<string, number>;
  /** Streams that began: each watch, and each anew. */
  readonly streams: number;
}

export function counted(client: ApiClient): { readonly client: ApiClient; readonly traffic: () => Traffic } {
  const requests = new Map<string, number>();
  let streams = 0;
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
      async stream(request) {
        const stream = await watching("WATCH", client.stream(request));
        streams += 1;
        return stream;
      },
      close: () => client.close(),
    },
    traffic: () => ({ requests, streams }),
  };
}
