/** Requests over HTTP/1.1: kept connections, or one connection for each. */
import type { Agent } from "node:http";
import type { AgentOptions } from "node:https";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { headersOf, hostOf, KEEPALIVE_MS, pathOf, sameTls } from "./transport.ts";
import type { Access, Answer, Sending, Transport } from "./transport.ts";

// An import reads every export of the module, and one of them loads a WebSocket client: 11 MiB and 30 ms for nothing.
const http = process.getBuiltinModule("node:http");
const https = process.getBuiltinModule("node:https");

/** More of them only make the API server switch between them. */
const MAX_SOCKETS = 32;
/** Milliseconds after which a kept connection that was not used is closed. */
const IDLE_MS = 60_000;

export interface Http1Options {
  readonly url: URL;
  /** "http://proxy:3128". */
  readonly proxy?: string;
  /** Whether connections are kept for further requests. */
  readonly keep: boolean;
}

/** An answer that can be read as it comes. */
export interface StreamedAnswer extends Answer {
  readonly body: Readable;
}

export class Http1 implements Transport {
  readonly #options: Http1Options;
  #agent: { readonly access: Access; readonly agent: Agent } | undefined;

  constructor(options: Http1Options) {
    this.#options = options;
  }

  send(sending: Sending, access: Access): Promise<StreamedAnswer> {
    const { url } = this.#options;
    const agent = this.#agentFor(access);
    return new Promise((resolve, reject) => {
      const request = (url.protocol === "http:" ? http : https).request({
        hostname: hostOf(url),
        port: url.port,
        method: sending.method,
        path: pathOf(url, sending),
        headers: headersOf(sending, access),
        agent,
        signal: sending.signal,
      });
      request.on("socket", (socket) => socket.setKeepAlive(true, KEEPALIVE_MS));
      request.on("response", (body) => {
        resolve({ status: body.statusCode ?? 0, headers: body.headers, body, text: () => text(body) });
      });
      request.on("error", (error) => {
        // The other side had just closed it: a GET may be made again.
        const stale = request.reusedSocket && sending.method === "GET" && !sending.signal.aborted;
        if (stale) this.send(sending, access).then(resolve, reject);
        else reject(error);
      });
      request.end(sending.body);
    });
  }

  suspect(): void {
    for (const sockets of Object.values(this.#agent?.agent.freeSockets ?? {})) {
      for (const socket of sockets ?? []) socket.destroy();
    }
  }

  close(): void {
    this.#agent?.agent.destroy();
  }

  /** Connections are made anew when what they prove the identity with changes; those in use come to their end. */
  #agentFor(access: Access): Agent {
    const before = this.#agent;
    if (before !== undefined && (before.access === access || sameTls(before.access, access))) return before.agent;
    this.suspect();
    const { keep, proxy, url } = this.#options;
    const options: AgentOptions = {
      ...access.tls,
      keepAlive: keep,
      timeout: IDLE_MS,
      ...(keep ? { maxSockets: MAX_SOCKETS } : {}),
      ...(proxy === undefined ? {} : { proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } }),
    };
    const agent = url.protocol === "http:" ? new http.Agent(options) : new https.Agent(options);
    this.#agent = { access, agent };
    return agent;
  }
}
