/**
 * The client: many small requests over HTTP/2, and a connection of its own for each stream, so that a long list and a
 * status that is to be written do not wait for each other.
 */
import type { Clock } from "../clock.ts";
import { refused, unanswered } from "./answer.ts";
import { ApiError } from "./client.ts";
import type { ApiClient, ApiRequest, ApiStreamRequest } from "./client.ts";
import { Http1 } from "./http1.ts";
import { Http2 } from "./http2.ts";
import type { Access, Answer, Sending, Transport } from "./transport.ts";

export interface Credentials {
  /** "https://10.0.0.1:6443", perhaps with a path. */
  readonly server: string;
  /** "http://proxy:3128". */
  readonly proxy?: string;
  /** What holds now; asked for each request. */
  current(): Promise<Access>;
  /** The server refused what `current` gave: look again at all it came from. */
  renew(): Promise<void>;
}

const { STATUS_CODES } = process.getBuiltinModule("node:http");

const TIMEOUT_MS = 30_000;

export function httpClient({ credentials, clock }: { credentials: Credentials; clock: Clock }): ApiClient {
  return new HttpClient(credentials, clock);
}

class HttpClient implements ApiClient {
  readonly #credentials: Credentials;
  readonly #clock: Clock;
  readonly #url: URL;
  readonly #closed = new AbortController();
  /** Of each request that is under way. A signal that follows `#closed` would leave weak references behind, for each request. */
  readonly #deadlines = new Set<AbortController>();
  readonly #requests: Transport;
  readonly #streams: Http1;
  #renewal: Promise<void> | undefined;

  constructor(credentials: Credentials, clock: Clock) {
    this.#credentials = credentials;
    this.#clock = clock;
    this.#url = new URL(credentials.server);
    const { proxy } = credentials;
    const options = { url: this.#url, ...(proxy === undefined ? {} : { proxy }) };
    const plain = new Http1({ ...options, keep: true });
    const direct = this.#url.protocol === "https:" && proxy === undefined;
    this.#requests = direct ? new Http2(this.#url, plain) : plain;
    this.#streams = new Http1({ ...options, keep: false });
  }

  async request<T>({ method, path, query, body, contentType, signal, timeout = TIMEOUT_MS }: ApiRequest): Promise<T> {
    const what = `${method} ${path}`;
    const deadline = new AbortController();
    if (this.#closed.signal.aborted) deadline.abort(this.#closed.signal.reason);
    const timer = this.#clock.setTimer(timeout, () => {
      const message = `${what}: ${this.#url.origin}: no answer within ${timeout / 1000} s`;
      deadline.abort(new ApiError(message, { status: 0, reason: "Timeout" }));
      this.#requests.suspect();
    });
    const sending: Sending = {
      method,
      path,
      ...(query === undefined ? {} : { query }),
      ...(body === undefined ? {} : { body: JSON.stringify(body), contentType: contentType ?? "application/json" }),
      signal: signal === undefined ? deadline.signal : AbortSignal.any([deadline.signal, signal]),
    };
    this.#deadlines.add(deadline);
    try {
      const answer = await (await this.#answered(sending, this.#requests)).text();
      return JSON.parse(answer === "" ? "null" : answer);
    } catch (error) {
      throw this.#explain(what, sending.signal, error);
    } finally {
      timer.cancel();
      this.#deadlines.delete(deadline);
    }
  }

  async stream({ path, query, signal }: ApiStreamRequest): Promise<AsyncIterable<Uint8Array>> {
    const signals = signal === undefined ? [] : [signal];
    const sending: Sending = {
      method: "GET",
      path,
      ...(query === undefined ? {} : { query }),
      signal: AbortSignal.any([this.#closed.signal, ...signals]),
    };
    try {
      return this.#chunks((await this.#answered(sending, this.#streams)).body, sending);
    } catch (error) {
      throw this.#explain(`GET ${path}`, sending.signal, error);
    }
  }

  close(): void {
    const reason = new ApiError("the client is closed", { status: 0, reason: "Aborted" });
    this.#closed.abort(reason);
    for (const deadline of this.#deadlines) deadline.abort(reason);
    this.#requests.close();
    this.#streams.close();
  }

  async *#chunks(body: AsyncIterable<Uint8Array>, { path, signal }: Sending): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of body) yield chunk;
    } catch (error) {
      throw this.#explain(`GET ${path}`, signal, error);
    }
  }

  #explain(what: string, signal: AbortSignal, error: unknown): ApiError {
    if (!signal.aborted) return unanswered(what, this.#url.origin, error);
    const { reason }: { reason: unknown } = signal;
    if (reason instanceof ApiError) return reason;
    return new ApiError(`${what}: aborted`, { status: 0, reason: "Aborted", cause: reason });
  }

  /** The answer where it is a good one. */
  async #answered<A extends Answer>(
    sending: Sending,
    transport: { send(sending: Sending, access: Access): Promise<A> },
  ): Promise<A> {
    const access = await this.#access(sending);
    let answer = await transport.send(sending, access);
    if (answer.status === 401) {
      await answer.text();
      await this.#renew(access);
      answer = await transport.send(sending, await this.#access(sending));
    }
    const { status, headers } = answer;
    if (status >= 200 && status < 300) return answer;
    const what = `${sending.method} ${sending.path}`;
    const statusText = STATUS_CODES[status] ?? "";
    throw refused({ what, status, statusText, headers, body: await answer.text(), wall: this.#clock.wall() });
  }

  /** What a plugin takes too long to give is not waited for. */
  #access({ signal }: Sending): Promise<Access> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const over = (): void => reject(signal.reason);
      signal.addEventListener("abort", over, { once: true });
      this.#credentials
        .current()
        .then(resolve, reject)
        .finally(() => signal.removeEventListener("abort", over));
    });
  }

  /** Of many requests that are refused, the first has the credentials renewed. */
  async #renew(refused: Access): Promise<void> {
    if ((await this.#credentials.current()) !== refused) return;
    this.#renewal ??= this.#credentials.renew().finally(() => (this.#renewal = undefined));
    await this.#renewal;
  }
}
