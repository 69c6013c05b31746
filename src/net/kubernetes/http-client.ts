/** The client over HTTP/1.1: kept connections for requests, one connection for each stream. */
import type { Agent, ClientRequest, IncomingMessage } from "node:http";
import type { AgentOptions } from "node:https";
import { text } from "node:stream/consumers";
import type { Clock } from "../clock.ts";
import { refused, unanswered } from "./answer.ts";
import { ApiError } from "./client.ts";
import type { ApiClient, ApiRequest, ApiStreamRequest } from "./client.ts";

// An import reads every export of the module, and one of them loads a WebSocket client: 11 MiB and 30 ms for nothing.
const http = process.getBuiltinModule("node:http");
const https = process.getBuiltinModule("node:https");

/** PEM texts, and how to check the server. */
interface Tls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly rejectUnauthorized?: boolean;
  readonly servername?: string;
}

/** What a request needs besides itself. */
export interface Access {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: Readonly<Tls>;
}

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

const TIMEOUT_MS = 30_000;
/** Connections for requests; more of them only make the API server switch between them. */
const MAX_SOCKETS = 32;
/** A kept connection that was not used for so long is closed. */
const IDLE_MS = 60_000;
/** A dead peer is noticed by the kernel after this long plus its probes. */
const KEEPALIVE_MS = 15_000;

interface Agents {
  readonly access: Access;
  readonly requests: Agent;
  readonly streams: Agent;
}

/** One request as it goes out. */
interface Sending {
  readonly method: ApiRequest["method"];
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly contentType?: string;
  readonly signal: AbortSignal;
  readonly stream: boolean;
}

export function httpClient({ credentials, clock }: { credentials: Credentials; clock: Clock }): ApiClient {
  return new HttpClient(credentials, clock);
}

class HttpClient implements ApiClient {
  readonly #credentials: Credentials;
  readonly #clock: Clock;
  readonly #url: URL;
  readonly #closed = new AbortController();
  #agents: Agents | undefined;
  #renewal: Promise<void> | undefined;

  constructor(credentials: Credentials, clock: Clock) {
    this.#credentials = credentials;
    this.#clock = clock;
    this.#url = new URL(credentials.server);
  }

  async request<T>({ method, path, query, body, contentType, signal, timeout = TIMEOUT_MS }: ApiRequest): Promise<T> {
    const what = `${method} ${path}`;
    const deadline = new AbortController();
    const timer = this.#clock.setTimer(timeout, () => {
      const message = `${what}: ${this.#url.origin}: no answer within ${timeout / 1000} s`;
      deadline.abort(new ApiError(message, { status: 0, reason: "Timeout" }));
    });
    const sending: Sending = {
      method,
      path,
      ...(query === undefined ? {} : { query }),
      ...(body === undefined ? {} : { body: JSON.stringify(body), contentType: contentType ?? "application/json" }),
      signal: AbortSignal.any([deadline.signal, this.#closed.signal, ...(signal === undefined ? [] : [signal])]),
      stream: false,
    };
    try {
      const answer = await text(await this.#answered(sending));
      return JSON.parse(answer === "" ? "null" : answer);
    } catch (error) {
      throw this.#explain(what, sending.signal, error);
    } finally {
      timer.cancel();
    }
  }

  async stream({ path, query, signal }: ApiStreamRequest): Promise<AsyncIterable<Uint8Array>> {
    const signals = signal === undefined ? [] : [signal];
    const sending: Sending = {
      method: "GET",
      path,
      ...(query === undefined ? {} : { query }),
      signal: AbortSignal.any([this.#closed.signal, ...signals]),
      stream: true,
    };
    try {
      return this.#chunks(await this.#answered(sending), sending);
    } catch (error) {
      throw this.#explain(`GET ${path}`, sending.signal, error);
    }
  }

  close(): void {
    this.#closed.abort(new ApiError("the client is closed", { status: 0, reason: "Aborted" }));
    this.#agents?.requests.destroy();
    this.#agents?.streams.destroy();
  }

  async *#chunks(answer: IncomingMessage, { path, signal }: Sending): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of answer as AsyncIterable<Uint8Array>) yield chunk;
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
  async #answered(sending: Sending): Promise<IncomingMessage> {
    const access = await this.#credentials.current();
    let answer = await this.#send(sending, access);
    if (answer.statusCode === 401) {
      answer.resume();
      await this.#renew(access);
      answer = await this.#send(sending, await this.#credentials.current());
    }
    const { statusCode: status = 0, statusMessage: statusText = "", headers } = answer;
    if (status >= 200 && status < 300) return answer;
    const what = `${sending.method} ${sending.path}`;
    throw refused({ what, status, statusText, headers, body: await text(answer), wall: this.#clock.wall() });
  }

  /** Of many requests that are refused, the first has the credentials renewed. */
  async #renew(refused: Access): Promise<void> {
    if ((await this.#credentials.current()) !== refused) return;
    this.#renewal ??= this.#credentials.renew().finally(() => (this.#renewal = undefined));
    await this.#renewal;
  }

  #send(sending: Sending, access: Access): Promise<IncomingMessage> {
    const agents = this.#agentsFor(access);
    sending.signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const request = this.#open(sending, access, sending.stream ? agents.streams : agents.requests);
      request.on("socket", (socket) => socket.setKeepAlive(true, KEEPALIVE_MS));
      request.on("response", resolve);
      request.on("error", (error) => {
        const stale = request.reusedSocket && sending.method === "GET" && !sending.signal.aborted;
        if (stale) this.#send(sending, access).then(resolve, reject);
        else reject(error);
      });
      request.end(sending.body);
    });
  }

  #open(sending: Sending, access: Access, agent: Agent): ClientRequest {
    const { protocol, hostname, port, pathname } = this.#url;
    const search = new URLSearchParams(sending.query).toString();
    const headers: Record<string, string | number> = { accept: "application/json", ...access.headers };
    if (sending.body !== undefined) {
      headers["content-type"] = sending.contentType ?? "application/json";
      headers["content-length"] = Buffer.byteLength(sending.body);
    }
    return (protocol === "http:" ? http : https).request({
      hostname: hostname.replace(/^\[(.*)\]$/, "$1"),
      port,
      method: sending.method,
      path: `${pathname.replace(/\/$/, "")}${sending.path}${search === "" ? "" : `?${search}`}`,
      headers,
      agent,
      signal: sending.signal,
    });
  }

  /** Connections are made anew when what they prove the identity with changes; those in use come to their end. */
  #agentsFor(access: Access): Agents {
    const before = this.#agents;
    if (before?.access === access) return before;
    if (before !== undefined && sameTls(before.access, access)) return (this.#agents = { ...before, access });
    for (const sockets of Object.values(before?.requests.freeSockets ?? {})) {
      for (const socket of sockets ?? []) socket.destroy();
    }
    const { proxy } = this.#credentials;
    const options: AgentOptions = {
      ...access.tls,
      timeout: IDLE_MS,
      ...(proxy === undefined ? {} : { proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } }),
    };
    const { Agent: Pool } = this.#url.protocol === "http:" ? http : https;
    const requests = new Pool({ ...options, keepAlive: true, maxSockets: MAX_SOCKETS });
    return (this.#agents = { access, requests, streams: new Pool(options) });
  }
}

function sameTls(a: Access, b: Access): boolean {
  return (["ca", "cert", "key", "servername", "rejectUnauthorized"] as const).every(
    (name) => a.tls[name] === b.tls[name],
  );
}
