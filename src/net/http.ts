/** A small HTTP server: probes, and whatever else answers a GET with a text. */
import type { Server, ServerResponse } from "node:http";
import type { AddressInfo, Server as NetServer } from "node:net";
import { translateSystemError } from "./errors.ts";
import { endpoint } from "./libc.ts";

// An import reads every export of the module, and one of them loads a WebSocket client: 11 MiB and 30 ms for nothing.
const { createServer } = process.getBuiltinModule("node:http");

export interface Reply {
  readonly status: number;
  readonly body: string;
  /** text/plain unless given. */
  readonly type?: string;
}

/** Answers one request; `query` is what follows the path. */
export type Route = (query: URLSearchParams) => Reply | Promise<Reply>;

export interface HttpOptions {
  /** An address; all of the machine's unless given. */
  readonly host?: string;
  readonly port: number;
  /** By path. */
  readonly routes: Readonly<Record<string, Route>>;
  /** Told when a route throws; the client gets 500 and no more. */
  readonly failed?: (path: string, error: Error) => void;
}

export interface HttpServer {
  readonly address: string;
  readonly port: number;
  /** Answers what is under way, and takes no more. */
  close(): Promise<void>;
}

/** A probe that fails with a reason: 200 "ok", or 503 and the reason. */
export function probe(reason: () => string | undefined): Route {
  return () => {
    const why = reason();
    return why === undefined ? { status: 200, body: "ok\n" } : { status: 503, body: `${why}\n` };
  };
}

function send(response: ServerResponse, { status, body, type = "text/plain; charset=utf-8" }: Reply): void {
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) });
  response.end(body);
}

async function answer(options: HttpOptions, method: string | undefined, url: string): Promise<Reply> {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  const route = Object.hasOwn(options.routes, pathname) ? options.routes[pathname] : undefined;
  if (route === undefined) return { status: 404, body: `there is nothing at ${pathname}\n` };
  if (method !== "GET" && method !== "HEAD") return { status: 405, body: "only GET and HEAD\n" };
  try {
    return await route(searchParams);
  } catch (error) {
    options.failed?.(pathname, error instanceof Error ? error : new Error(String(error)));
    return { status: 500, body: "internal error\n" };
  }
}

/** Resolves once it listens; rejects with a SystemCallError where it cannot. */
export async function serveHttp(options: HttpOptions): Promise<HttpServer> {
  const { host, port } = options;
  const server = createServer({ requestTimeout: 10_000, keepAliveTimeout: 5_000 }, (request, response) => {
    request.resume();
    answer(options, request.method, request.url ?? "/").then(
      (reply) => send(response, reply),
      () => send(response, { status: 400, body: "bad request\n" }),
    );
  });
  const bound = await listening(server, host, port);
  return { address: bound.address, port: bound.port, close: () => closing(server) };
}

/** Resolves with where it listens. */
export function listening(server: NetServer, host: string | undefined, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(translateSystemError(error, "listen", endpoint(host ?? "::", port))));
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      const bound = server.address();
      if (typeof bound === "object" && bound !== null) resolve(bound);
      else reject(new Error(`listen ${endpoint(host ?? "::", port)}: no address`));
    });
  });
}

function closing(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}
