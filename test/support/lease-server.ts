import { ApiError } from "../../src/net/kubernetes/client.ts";
import type { ApiClient, ApiRequest } from "../../src/net/kubernetes/client.ts";

interface StoredLease {
  readonly metadata: { readonly resourceVersion?: string };
  readonly spec: { readonly holderIdentity: string; readonly [field: string]: unknown };
}

/** What becomes of a request: it works, it never arrives, or it arrives and its answer does not. */
export type Fate = "works" | "lost" | "unanswered";

/** An API server that holds one Lease and changes it only in the version that the writer names. */
export class LeaseServer {
  lease: StoredLease | undefined;
  readonly requests: string[] = [];
  #version = 0;

  /** A client whose requests meet the fate that `fate` says at the time, once what `slow` gives is over. */
  client(fate: () => Fate = () => "works", slow: () => Promise<void> | undefined = () => undefined): ApiClient {
    return {
      request: async <T>(request: ApiRequest): Promise<T> => {
        const what = fate();
        await slow();
        const unanswered = new ApiError("no answer", { status: 0, reason: "Timeout" });
        if (what === "lost") throw unanswered;
        const answer = this.#answer(request);
        if (what === "unanswered") throw unanswered;
        return JSON.parse(JSON.stringify(answer));
      },
      stream: () => Promise.reject(new Error("a Lease is not watched")),
      close: () => undefined,
    };
  }

  /** Somebody writes to it by hand. */
  edit(change: (spec: StoredLease["spec"]) => StoredLease["spec"]): void {
    if (this.lease !== undefined) this.#store({ ...this.lease, spec: change(this.lease.spec) });
  }

  #answer({ method, path, body }: ApiRequest): unknown {
    this.requests.push(`${method} ${path}`);
    if (method === "GET" || method === "PUT") {
      if (this.lease === undefined) throw new ApiError("not found", { status: 404, reason: "NotFound" });
    }
    if (method === "GET") return this.lease;
    const lease = body as StoredLease;
    const stale = method === "POST" ? this.lease !== undefined : lease.metadata.resourceVersion !== `${this.#version}`;
    if (stale) throw new ApiError("conflict", { status: 409, reason: "Conflict" });
    return this.#store(lease);
  }

  #store(lease: StoredLease): StoredLease {
    this.#version += 1;
    this.lease = { ...lease, metadata: { ...lease.metadata, resourceVersion: `${this.#version}` } };
    return this.lease;
  }
}
