/**
 * Requests over HTTP/2: all on one connection. For small ones that costs a third less here, and a seventh less in the API
 * server, than HTTP/1.1 does.
 */
import type { ClientHttp2Session, ClientHttp2Stream } from "node:http2";
import { isIP } from "node:net";
import type { TLSSocket } from "node:tls";
import { headersOf, hostOf, KEEPALIVE_MS, pathOf, sameTls } from "./transport.ts";
import type { Access, Answer, Sending, Transport } from "./transport.ts";

const http2 = process.getBuiltinModule("node:http2");
const tls = process.getBuiltinModule("node:tls");

/** Bytes that the server may send before they are read. */
const WINDOW = 1 << 20;
/** Milliseconds after which a connection that was not used is closed. */
const IDLE_MS = 60_000;

interface Session {
  readonly access: Access;
  /** Undefined: the server speaks HTTP/1.1 only. */
  readonly connected: Promise<ClientHttp2Session | undefined>;
  /** It gave an answer. */
  served: boolean;
  /** No new request takes it. */
  over: boolean;
}

export class Http2 implements Transport {
  readonly #url: URL;
  /** For servers that speak no HTTP/2. */
  readonly #instead: Transport;
  #session: Session | undefined;
  #spoken = true;

  constructor(url: URL, instead: Transport) {
    this.#url = url;
    this.#instead = instead;
  }

  async send(sending: Sending, access: Access): Promise<Answer> {
    if (!this.#spoken) return this.#instead.send(sending, access);
    const session = this.#sessionFor(access);
    const connected = await session.connected;
    if (connected === undefined) {
      this.#spoken = false;
      return this.#instead.send(sending, access);
    }
    sending.signal.throwIfAborted();
    const reused = session.served;
    try {
      const answer = await this.#request(connected, sending, access);
      session.served = true;
      return answer;
    } catch (error) {
      // A connection that served before may just have been closed: what was not seen, or changes nothing, is sent again.
      const harmless = error instanceof Unseen || sending.method === "GET";
      if (!reused || !harmless || sending.signal.aborted) throw error;
      session.over = true;
      return this.send(sending, access);
    }
  }

  suspect(): void {
    this.#retire();
    this.#instead.suspect();
  }

  close(): void {
    void this.#session?.connected.then(
      (connected) => connected?.destroy(),
      () => undefined,
    );
    this.#instead.close();
  }

  /** Requests under way come to their end. */
  #retire(): void {
    if (this.#session === undefined) return;
    this.#session.over = true;
    void this.#session.connected.then(
      (connected) => connected?.close(),
      () => undefined,
    );
  }

  #request(session: ClientHttp2Session, sending: Sending, access: Access): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (session.closed || session.destroyed) throw new Unseen("the connection was closed");
      const headers = { ":method": sending.method, ":path": pathOf(this.#url, sending), ...headersOf(sending, access) };
      const stream = session.request(headers, { endStream: sending.body === undefined, signal: sending.signal });
      let answered = false;
      stream.on("response", (answer) => {
        answered = true;
        const body = textOf(stream);
        // Whoever asks for it hears of it.
        body.catch(() => undefined);
        resolve({ status: answer[":status"] ?? 0, headers: answer, text: () => body });
      });
      stream.on("error", (error) => {
        const unseen = stream.rstCode === REFUSED_STREAM;
        reject(unseen ? new Unseen("the server refused the stream", { cause: error }) : error);
      });
      stream.on("close", () => {
        if (!answered) reject(Object.assign(new Error("the connection was closed"), { code: "ECONNRESET" }));
      });
      if (sending.body !== undefined) stream.end(sending.body);
    });
  }

  #sessionFor(access: Access): Session {
    const before = this.#session;
    const usable = before !== undefined && !before.over;
    if (usable && (before.access === access || sameTls(before.access, access))) return before;
    this.#retire();
    const session: Session = { access, connected: this.#connect(access), served: false, over: false };
    this.#session = session;
    const over = (): void => void (session.over = true);
    session.connected.then((connected) => {
      connected?.on("goaway", over).on("close", over);
    }, over);
    return session;
  }

  async #connect(access: Access): Promise<ClientHttp2Session | undefined> {
    const socket = await this.#handshake(access);
    if (socket.alpnProtocol !== "h2") {
      socket.destroy();
      return undefined;
    }
    socket.setKeepAlive(true, KEEPALIVE_MS);
    const settings = { enablePush: false, initialWindowSize: WINDOW };
    const session = http2.connect(this.#url.origin, { createConnection: () => socket, settings });
    // Told to each request by its own stream.
    session.on("error", () => undefined);
    session.once("connect", () => session.setLocalWindowSize(4 * WINDOW));
    session.setTimeout(IDLE_MS, () => session.close());
    return session;
  }

  #handshake({ tls: { servername, ...access } }: Access): Promise<TLSSocket> {
    const host = hostOf(this.#url);
    const name = servername ?? (isIP(host) === 0 ? host : undefined);
    return new Promise((resolve, reject) => {
      const socket = tls.connect({
        ...access,
        host,
        port: Number(this.#url.port || 443),
        ...(name === undefined ? {} : { servername: name }),
        ALPNProtocols: ["h2", "http/1.1"],
      });
      socket.once("error", reject);
      socket.once("secureConnect", () => {
        socket.off("error", reject);
        resolve(socket);
      });
    });
  }
}

/** By events and from now on: a stream that is whole closes, now and then, before an iterator has read what it holds. */
function textOf(stream: ClientHttp2Stream): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    stream.setEncoding("utf8");
    stream.on("data", (chunk: string) => (text += chunk));
    stream.on("end", () => resolve(text));
    stream.on("error", reject);
    stream.on("close", () => reject(Object.assign(new Error("the answer broke off"), { code: "ECONNRESET" })));
  });
}

/** RFC 9113 section 8.7: the server has done nothing with it. */
const REFUSED_STREAM = 0x7;

/** The server has not seen the request. */
class Unseen extends Error {}
