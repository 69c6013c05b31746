/** A small HTTPS server that takes JSON by POST and answers JSON: what a webhook needs. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { listening } from "./http.ts";
import type { Certified } from "./x509.ts";

const https = process.getBuiltinModule("node:https");

export interface JsonServerOptions {
  readonly host?: string;
  readonly port: number;
  readonly certified: Certified;
  /** Undefined: there is nothing at this path. */
  readonly answer: (path: string, body: unknown) => unknown;
  /** Told when `answer` throws; the client gets 500 and no more. */
  readonly failed: (path: string, error: Error) => void;
}

export interface JsonServer {
  readonly address: string;
  readonly port: number;
  /** For connections from now on. */
  certify(certified: Certified): void;
  close(): Promise<void>;
}

/** Characters; the API server's own limit of an object, and its old version, fit. */
const MAX_BODY = 8 * 1024 * 1024;

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: string[] = [];
  let size = 0;
  request.setEncoding("utf8");
  for await (const chunk of request) {
    const part = String(chunk);
    size += part.length;
    if (size > MAX_BODY) return undefined;
    chunks.push(part);
  }
  return chunks.join("");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function handle(options: JsonServerOptions, request: IncomingMessage): Promise<readonly [number, unknown]> {
  const { pathname } = new URL(request.url ?? "/", "https://localhost");
  if (request.method !== "POST") return [405, "only POST"];
  const text = await bodyOf(request);
  if (text === undefined) return [413, "too long"];
  const body = parsed(text);
  if (body === undefined) return [400, "no JSON"];
  try {
    const answer = options.answer(pathname, body);
    return answer === undefined ? [404, `there is nothing at ${pathname}`] : [200, answer];
  } catch (error) {
    options.failed(pathname, error instanceof Error ? error : new Error(String(error)));
    return [500, "internal error"];
  }
}

function send(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  response.end(body);
}

/** Resolves once it listens; rejects with a SystemCallError where it cannot. */
export async function serveJson(options: JsonServerOptions): Promise<JsonServer> {
  const { certificate: cert, key } = options.certified;
  const limits = { requestTimeout: 10_000, keepAliveTimeout: 60_000, minVersion: "TLSv1.2" } as const;
  const server = https.createServer({ cert, key, ...limits }, (request, response) => {
    handle(options, request).then(
      ([status, value]) => send(response, status, value),
      () => response.destroy(),
    );
  });
  const { address, port } = await listening(server, options.host, options.port);
  return {
    address,
    port,
    certify: ({ certificate, key: secret }) => server.setSecureContext({ cert: certificate, key: secret }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
