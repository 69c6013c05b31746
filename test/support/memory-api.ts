/** An API server in memory, behind the client's contract: versions, preconditions, merge patches, subresources. */
import { ApiError } from "../../src/net/kubernetes/client.ts";
import type { ApiClient, ApiRequest, ApiStreamRequest } from "../../src/net/kubernetes/client.ts";

export interface StoredObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly resourceVersion?: string;
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

type Json = { [field: string]: unknown };

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** RFC 7396. */
function merged(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Json = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = merged(result[name], value);
  }
  return result;
}

const REASONS: Readonly<Record<number, string>> = { 404: "NotFound", 409: "Conflict", 429: "TooManyRequests" };

/** The collection that an object is in. */
function within(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

export class MemoryApi implements ApiClient {
  /** By path. */
  readonly objects = new Map<string, StoredObject>();
  /** "PATCH /api/v1/…" of every request, in order. */
  readonly requests: string[] = [];
  /** Those in flight at once, at most. */
  most = 0;
  #inFlight = 0;
  #version = 100;
  readonly #watches = new Set<Watch>();
  readonly #faults: ((request: ApiRequest) => ApiError | undefined)[] = [];

  /** As if somebody else had done it. Returns what is there then. */
  put(path: string, object: Omit<StoredObject, "metadata"> & { readonly metadata: Json }): StoredObject {
    const before = this.objects.get(path);
    const metadata = { uid: before?.metadata.uid ?? `uid-${++this.#version}`, ...object.metadata };
    const stored = { ...object, metadata: { ...metadata, resourceVersion: `${++this.#version}` } } as StoredObject;
    this.objects.set(path, stored);
    this.#tell(path, before === undefined ? "ADDED" : "MODIFIED", stored);
    return stored;
  }

  /** As if somebody else had done it. */
  remove(path: string): void {
    const found = this.objects.get(path);
    if (found === undefined) return;
    this.objects.delete(path);
    this.#tell(path, "DELETED", found);
  }

  /** Requests that begin with `what` ("PATCH /api/v1/namespaces/shop") fail so many times. */
  fail(what: string, status: number, times = 1, retryAfter?: number, message = ""): void {
    let left = times;
    this.#faults.push((request) => {
      if (left === 0 || !`${request.method} ${request.path}`.startsWith(what)) return undefined;
      left -= 1;
      return error(request, status, retryAfter, message);
    });
  }

  count(what: string | RegExp): number {
    return this.requests.filter((each) => (typeof what === "string" ? each.startsWith(what) : what.test(each))).length;
  }

  async request<T = unknown>(request: ApiRequest): Promise<T> {
    this.requests.push(`${request.method} ${request.path}`);
    this.#inFlight += 1;
    this.most = Math.max(this.most, this.#inFlight);
    await new Promise((resolve) => setImmediate(resolve));
    this.#inFlight -= 1;
    for (const fault of this.#faults) {
      const thrown = fault(request);
      if (thrown !== undefined) throw thrown;
    }
    return this.#answer(request) as T;
  }

  /** A list and then every change, as one stream. */
  stream({ path, query = {}, signal }: ApiStreamRequest): Promise<AsyncIterable<Uint8Array>> {
    const watch = new Watch(path, query["labelSelector"] ?? "", signal);
    this.#watches.add(watch);
    for (const [each, object] of this.objects) watch.tell(each, "ADDED", object);
    const annotations = { "k8s.io/initial-events-end": "true" };
    watch.push("BOOKMARK", { metadata: { resourceVersion: `${this.#version}`, annotations } });
    return Promise.resolve(watch);
  }

  close(): void {}

  #tell(path: string, type: string, object: StoredObject): void {
    for (const watch of this.#watches) watch.tell(path, type, object);
  }

  #answer(request: ApiRequest): unknown {
    const { method, path, body } = request;
    if (method === "POST") return this.#create(request, body as StoredObject);
    const [, base = path, status] = /^(.*?)(\/status)?$/.exec(path) ?? [];
    const found = this.objects.get(base);
    if (method === "GET" && found === undefined && !this.#isCollection(path)) throw error(request, 404);
    if (method === "GET") return found ?? this.#list(request);
    if (found === undefined) throw error(request, 404);
    if (method === "DELETE") {
      this.remove(base);
      return {};
    }
    const patch = body as { metadata?: { resourceVersion?: string; annotations?: unknown }; status?: unknown };
    const version = patch.metadata?.resourceVersion;
    if (version !== undefined && version !== found.metadata.resourceVersion) throw error(request, 409);
    const taken =
      status === undefined
        ? { ...patch, status: found["status"] }
        : { metadata: { annotations: patch.metadata?.annotations ?? {} }, status: patch.status };
    const result = merged(found, taken) as StoredObject;
    return JSON.stringify(result) === JSON.stringify(found) ? found : this.put(base, result);
  }

  #create(request: ApiRequest, object: StoredObject): StoredObject {
    const path = `${request.path}/${object.metadata.name}`;
    if (this.objects.has(path)) throw error(request, 409);
    return this.put(path, merged(object, { status: null }) as StoredObject);
  }

  #isCollection(path: string): boolean {
    return /^\/apis?\/(?:[^/]+\/)?[^/]+(?:\/namespaces\/[^/]+)?\/[^/]+$/.test(path);
  }

  #list({ path, query = {} }: ApiRequest): unknown {
    const all = [...this.objects].filter(([each]) =>
      [within(each), within(each).replace(/\/namespaces\/[^/]+/, "")].includes(path),
    );
    const items = all.map(([, object]) => object).filter((object) => selects(query["labelSelector"] ?? "", object));
    const from = Number(query["continue"] ?? 0);
    const to = from + Number(query["limit"] ?? items.length);
    return { metadata: to < items.length ? { continue: `${to}` } : {}, items: items.slice(from, to) };
  }
}

function selects(selector: string, { metadata: { labels = {} } }: StoredObject): boolean {
  const wanted = selector.split(",").filter(Boolean);
  return wanted.every((each) => labels[each.split("=")[0] ?? ""] === each.split("=")[1]);
}

/** Ends with its signal. */
class Watch implements AsyncIterable<Uint8Array> {
  readonly #path: string;
  readonly #selector: string;
  readonly #signal: AbortSignal | undefined;
  readonly #lines: Uint8Array[] = [];
  #wake: () => void = () => undefined;

  constructor(path: string, selector: string, signal: AbortSignal | undefined) {
    this.#path = path;
    this.#selector = selector;
    this.#signal = signal;
    signal?.addEventListener("abort", () => this.#wake());
  }

  tell(path: string, type: string, object: StoredObject): void {
    if (within(path) === this.#path && selects(this.#selector, object)) this.push(type, object);
  }

  push(type: string, object: unknown): void {
    this.#lines.push(new TextEncoder().encode(`${JSON.stringify({ type, object })}\n`));
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    while (this.#signal?.aborted !== true) {
      const line = this.#lines.shift();
      if (line !== undefined) yield line;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

function error({ method, path }: ApiRequest, status: number, retryAfter?: number, message = ""): ApiError {
  const reason = REASONS[status] ?? "InternalError";
  const wait = retryAfter === undefined ? {} : { retryAfter };
  return new ApiError(`${method} ${path}: ${status} ${reason}${message && `: ${message}`}`, {
    status,
    reason,
    ...wait,
  });
}
