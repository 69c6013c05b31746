/** The little of the Kubernetes API that the lab's own programs speak. The environment brings the server's certificate (NODE_EXTRA_CA_CERTS). */
import { Agent, request } from "node:https";
import { setTimeout as pause } from "node:timers/promises";

export interface KubeObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
    readonly deletionGracePeriodSeconds?: number;
  };
}

export interface WatchHandler<T extends KubeObject> {
  /** It is there, new or changed. */
  readonly present: (object: T) => void;
  readonly gone: (object: T) => void;
  /** All that is there was told; `uids` is the whole of it. */
  readonly synced: (uids: ReadonlySet<string>) => void;
}

interface WatchEvent<T> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: T;
}

const RETRY_MS = 500;
/** Shorter than what fetch waits for the next byte. */
const WATCH_SECONDS = 240;
const AGENT = new Agent({ keepAlive: true });
const INITIAL_END = "k8s.io/initial-events-end";

export class KubeClient {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  /** Answers the body, or undefined where the status is one of `accept`; rejects for every other that is not 2xx. */
  async request(method: string, path: string, body?: unknown, accept: readonly number[] = []): Promise<unknown> {
    const { status, text } = await this.#ask(method, path, body === undefined ? "" : JSON.stringify(body));
    if (status >= 200 && status < 300) return JSON.parse(text);
    if (accept.includes(status)) return undefined;
    throw new Error(`${method} ${path}: ${status} ${text}`);
  }

  /** Not by fetch, which costs twice as much: a bench should time the server, not its own client. */
  #ask(method: string, path: string, body: string): Promise<{ status: number; text: string }> {
    const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    // Of its own accord Node says no length of what goes with a DELETE.
    const length = body === "" ? {} : { "content-length": Buffer.byteLength(body) };
    const headers = { authorization: `Bearer ${this.#token}`, "content-type": type, ...length };
    return new Promise((resolve, reject) => {
      request(this.#url + path, { method, agent: AGENT, headers }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => (text += part));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text })).on("error", reject);
      })
        .on("error", reject)
        .end(body);
    });
  }

  /** Tells what is there, and then each change, for as long as the process runs; begins anew where the connection ends. */
  async watch<T extends KubeObject>(path: string, query: string, handler: WatchHandler<T>): Promise<never> {
    const initial = "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    for (;;) {
      try {
        await this.#watchOnce(`${path}?watch=true&${initial}&timeoutSeconds=${WATCH_SECONDS}&${query}`, handler);
      } catch {
        await pause(RETRY_MS);
      }
    }
  }

  async #watchOnce<T extends KubeObject>(path: string, handler: WatchHandler<T>): Promise<void> {
    const response = await fetch(this.#url + path, { headers: { authorization: `Bearer ${this.#token}` } });
    if (!response.ok || response.body === null) throw new Error(`watch ${path}: ${response.status}`);
    const uids = new Set<string>();
    for await (const line of lines(response.body)) {
      const { type, object } = JSON.parse(line) as WatchEvent<T>;
      if (type === "ERROR") throw new Error(line);
      if (type === "BOOKMARK") {
        if (object.metadata.annotations?.[INITIAL_END] !== undefined) handler.synced(uids);
        continue;
      }
      uids.add(object.metadata.uid);
      if (type === "DELETED") handler.gone(object);
      else handler.present(object);
    }
  }
}

async function* lines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}
