/** The contract of a client of an API server: JSON requests and streams. Nothing here knows a kind or a cache. */

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** From the root, encoded: "/api/v1/namespaces/shop/services/web". */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** application/json unless given; a PATCH says which patch it is. */
  readonly contentType?: string;
  readonly signal?: AbortSignal;
  /** Milliseconds until the whole answer must be there; 30,000 unless given. */
  readonly timeout?: number;
}

export interface ApiStreamRequest {
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface ApiClient {
  /**
   * One request, and its answer parsed. Rejects with an ApiError. Nothing is tried again here, but for two cases in which
   * nothing can have happened twice: 401, once, with credentials that were read anew; and a GET whose kept connection
   * had just been closed by the other side.
   */
  request<T = unknown>(request: ApiRequest): Promise<T>;
  /**
   * A GET whose answer is read as it comes. Resolves with the first bytes of a 200, rejects with an ApiError otherwise; an
   * answer that breaks off ends the iteration with an ApiError. It has no deadline but the caller's signal.
   */
  stream(request: ApiStreamRequest): Promise<AsyncIterable<Uint8Array>>;
  /** Ends all that is under way. */
  close(): void;
}

/** A request that did not do what it should. The message names it, and never has a header, a body or a credential in it. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** HTTP status; 0 where no answer came. */
  readonly status: number;
  /** The API server's word ("Conflict", "Expired"), or the errno name ("ECONNREFUSED"), "Timeout" or "Aborted". */
  readonly reason: string;
  /** Milliseconds the server asks to wait. */
  readonly retryAfter?: number;

  constructor(
    message: string,
    what: { readonly status: number; readonly reason: string; readonly retryAfter?: number; readonly cause?: unknown },
  ) {
    super(message, { cause: what.cause });
    this.status = what.status;
    this.reason = what.reason;
    if (what.retryAfter !== undefined) this.retryAfter = what.retryAfter;
  }
}
