import { createServer } from "node:http";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { createSecureServer } from "node:http2";
import type { Http2ServerRequest, SecureServerOptions } from "node:http2";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Server, Socket } from "node:net";
import { text } from "node:stream/consumers";
import type { Test } from "tap";

/** A request as the server saw it. */
export interface Seen {
  readonly method: string;
  /** With the query. */
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  readonly socket: Socket;
  /** The same for all requests on one. */
  readonly connection: object;
  /** Ends the connection it came on. */
  readonly cut: () => void;
}

export interface HttpScript {
  readonly url: string;
  readonly seen: Seen[];
  /** Connections that were made. */
  readonly connections: () => number;
}

/**
 * A server on loopback that answers as a test wants; over TLS where it gets a certificate, and over HTTP/2 too where
 * `http2` says so.
 */
export async function httpScript(
  t: Test,
  answer: (request: Seen, response: ServerResponse) => void | Promise<void>,
  tls?: SecureServerOptions,
  { http2 = false } = {},
): Promise<HttpScript> {
  const seen: Seen[] = [];
  let connections = 0;
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = "", url = "", headers, socket } = request;
    const session = "stream" in request ? (request as unknown as Http2ServerRequest).stream.session : undefined;
    const cut = (): void => (session === undefined ? void socket.destroy() : session.destroy());
    const one = { method, url, headers, body: await text(request), socket, connection: session ?? socket, cut };
    seen.push(one);
    await answer(one, response);
  };
  const listener: RequestListener = (request, response) => void serve(request, response);
  const server = serverOf(listener, tls, http2);
  server.on("connection", () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket));
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    seen,
    connections: () => connections,
  };
}

function serverOf(listener: RequestListener, tls: SecureServerOptions | undefined, http2: boolean): Server {
  if (tls === undefined) return createServer(listener);
  // Node gives requests of HTTP/2 the shape of those of HTTP/1.1, and types of their own.
  return http2 ? createSecureServer({ ...tls, allowHTTP1: true }, listener as never) : createTlsServer(tls, listener);
}

/** An answer with a JSON body. */
export function reply(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}
