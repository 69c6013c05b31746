import { ApiError } from "../../src/net/kubernetes/client.ts";
import type { ApiClient, ApiRequest, ApiStreamRequest } from "../../src/net/kubernetes/client.ts";

export interface TinyObject {
  readonly metadata: { readonly name: string; readonly namespace?: string } & Record<string, unknown>;
  readonly [field: string]: unknown;
}

interface Stored {
  readonly object: TinyObject;
  readonly version: number;
}

interface Change extends Stored {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly path: string;
  readonly before: TinyObject | undefined;
}

/** What one request is answered in place of what the server would say. */
export type Fault = (request: {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}) => ApiError | undefined;

/**
 * An API server in memory, behind the client's contract: collections with versions, lists by page, watches, streaming lists,
 * and the faults that a test asks for. It takes no time.
 */
export class TinyKube {
  /** What an older server lacks. */
  streamingLists = true;
  /** Whether Services can be selected by type. */
  selectsServices = true;
  /** Whether a streaming list says where it ends. */
  endsLists = true;
  fault: Fault = () => undefined;
  /** Each request as "GET path?query", and each stream as "WATCH path?query". */
  readonly asked: string[] = [];
  readonly #collections = new Map<string, Map<string, Stored>>();
  readonly #definitions = new Map<string, { ending: boolean }>();
  readonly #changes: Change[] = [];
  readonly #watches = new Set<Watch>();
  #version = 100;
  #oldest = 0;

  /** A custom kind is there from when it is defined: "metallb.io/v1beta1", "ipaddresspools". */
  define(groupVersion: string, plural: string): void {
    this.#definitions.set(`/apis/${groupVersion}/${plural}`, { ending: false });
  }

  /** Removes a definition as the API server does: all its objects first. `deleted`: only marks it. */
  undefine(groupVersion: string, plural: string): void {
    const definition = this.#definitions.get(`/apis/${groupVersion}/${plural}`);
    if (definition !== undefined) definition.ending = true;
    for (const path of this.#collections.keys()) {
      if (!path.startsWith(`/apis/${groupVersion}/`) || !path.endsWith(`/${plural}`)) continue;
      for (const key of this.#collections.get(path)?.keys() ?? []) this.delete(path, key);
      this.end(path);
    }
  }

  /** The definition is gone, after its objects. */
  forget(groupVersion: string, plural: string): void {
    this.#definitions.delete(`/apis/${groupVersion}/${plural}`);
  }

  /** `path` is the collection's, with the namespace where lists are made by namespace. */
  put(path: string, object: TinyObject): void {
    const key = keyOf(object);
    const objects = this.#collections.get(path) ?? new Map<string, Stored>();
    this.#collections.set(path, objects);
    const before = objects.get(key);
    this.#version += 1;
    const metadata = {
      uid: `uid-${this.#version}`,
      ...before?.object.metadata,
      ...object.metadata,
      resourceVersion: `${this.#version}`,
    };
    const stored = { object: { ...object, metadata }, version: this.#version };
    objects.set(key, stored);
    this.#tell({ type: before === undefined ? "ADDED" : "MODIFIED", path, before: before?.object, ...stored });
  }

  /** By "namespace/name", or "/name". */
  delete(path: string, key: string): void {
    const before = this.#collections.get(path)?.get(key);
    if (before === undefined) return;
    this.#collections.get(path)?.delete(key);
    this.#version += 1;
    const object = { ...before.object, metadata: { ...before.object.metadata, resourceVersion: `${this.#version}` } };
    this.#tell({ type: "DELETED", path, object, before: before.object, version: this.#version });
  }

  /** Forgets old versions, as etcd's compaction does: whoever resumes from before gets 410. */
  compact(): void {
    this.#version += 1;
    this.#oldest = this.#version;
  }

  /** Ends the watches of a collection, or all; with an error they break off. */
  end(path?: string, error?: ApiError): void {
    for (const watch of this.#watches) if (path === undefined || watch.path === path) watch.end(error);
  }

  /** Sends bytes to the watches of a collection, whatever they are. */
  send(path: string, bytes: Uint8Array): void {
    for (const watch of this.#watches) if (watch.path === path) watch.push(bytes);
  }

  /** The watches of a collection that are open now stay open and hear nothing more, until the answer is called: then new ones are as ever. */
  mute(path: string): () => void {
    const before = [...this.#watches].filter((watch) => watch.path === path);
    for (const watch of before) this.#watches.delete(watch);
    const fault = this.fault;
    this.fault = (request) =>
      request.path === path ? new ApiError("no answer", { status: 0, reason: "Timeout" }) : fault(request);
    return () => (this.fault = fault);
  }

  /** A bookmark to all watches, with the version of now. */
  bookmark(): void {
    for (const watch of this.#watches)
      watch.push(line("BOOKMARK", { metadata: { resourceVersion: `${this.#version}` } }));
  }

  /** Watches that are open now. */
  watching(path: string): number {
    return [...this.#watches].filter((watch) => watch.path === path).length;
  }

  readonly client: ApiClient = {
    request: async <T>(request: ApiRequest): Promise<T> => {
      await Promise.resolve();
      const { path, query = {} } = request;
      this.asked.push(`GET ${path}${search(query)}`);
      this.#refuse(path, query);
      return JSON.parse(JSON.stringify(this.#answer(path, query)));
    },
    stream: async (request: ApiStreamRequest): Promise<AsyncIterable<Uint8Array>> => {
      await Promise.resolve();
      const { path, query = {}, signal } = request;
      this.asked.push(`WATCH ${path}${search(query)}`);
      signal?.throwIfAborted();
      this.#refuse(path, query);
      return this.#watch(path, query, signal);
    },
    close: () => this.end(),
  };

  #refuse(path: string, query: Readonly<Record<string, string>>): void {
    const error = this.fault({ path, query });
    if (error !== undefined) throw error;
    if (!this.selectsServices && query["fieldSelector"]?.startsWith("spec.type") === true) {
      throw new ApiError("field label not supported: spec.type", { status: 400, reason: "BadRequest" });
    }
    if (!this.streamingLists && query["sendInitialEvents"] !== undefined) {
      throw new ApiError("sendInitialEvents is forbidden for watch", { status: 422, reason: "Invalid" });
    }
  }

  #answer(path: string, query: Readonly<Record<string, string>>): unknown {
    if (/^\/apis\/[^/]+\/[^/]+$/.test(path)) {
      const names = [...this.#definitions.keys()].filter((name) => name.startsWith(`${path}/`));
      if (names.length === 0 && path.startsWith("/apis/metallb.io")) throw notFound(path);
      return { resources: names.map((name) => ({ name: name.slice(path.length + 1) })) };
    }
    const [, plural, group] = /\/customresourcedefinitions\/([^.]+)\.(.+)$/.exec(path) ?? [];
    if (plural !== undefined) {
      const found = [...this.#definitions].find(
        ([name]) => name.startsWith(`/apis/${group}/`) && name.endsWith(`/${plural}`),
      );
      if (found === undefined) throw notFound(path);
      return { metadata: { name: plural, ...(found[1].ending && { deletionTimestamp: "2026-11-21T10:00:00Z" }) } };
    }
    return this.#page(path, query);
  }

  /** The continue token is the version of the list and how many were given. */
  #page(path: string, query: Readonly<Record<string, string>>): unknown {
    this.#served(path);
    const [version = `${this.#version}`, start = "0"] = query["continue"]?.split(":") ?? [];
    if (Number(version) < this.#oldest) throw expired();
    const objects = this.#selected(path, query);
    const end = Number(start) + Number(query["limit"] ?? objects.length);
    const more = end < objects.length ? { continue: `${version}:${end}` } : {};
    const items = objects.slice(Number(start), end).map(({ object }) => object);
    return { kind: "List", metadata: { resourceVersion: version, ...more }, items };
  }

  #served(path: string): void {
    const match = /^(\/apis\/metallb\.io\/[^/]+)\/namespaces\/[^/]+\/([^/]+)$/.exec(path);
    if (match !== null && !this.#definitions.has(`${match[1]}/${match[2]}`)) throw notFound(path);
  }

  #selected(path: string, query: Readonly<Record<string, string>>): Stored[] {
    return [...(this.#collections.get(path)?.values() ?? [])].filter(({ object }) => selects(query, object));
  }

  #watch(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal | undefined): Watch {
    this.#served(path);
    const from = Number(query["resourceVersion"] ?? this.#version);
    if (from < this.#oldest) throw expired();
    const watch = new Watch(path, query, signal, () => this.#watches.delete(watch));
    if (query["sendInitialEvents"] === "true") {
      for (const { object } of this.#selected(path, query)) watch.push(line("ADDED", object));
      const annotations = { "k8s.io/initial-events-end": "true" };
      const bookmark = line("BOOKMARK", { metadata: { resourceVersion: `${this.#version}`, annotations } });
      if (this.endsLists) watch.push(bookmark);
    } else {
      for (const change of this.#changes) if (change.path === path && change.version > from) watch.tell(change);
    }
    this.#watches.add(watch);
    return watch;
  }

  #tell(change: Change): void {
    this.#changes.push(change);
    for (const watch of this.#watches) if (watch.path === change.path) watch.tell(change);
  }
}

/** One stream: what was pushed comes out in order, until it ends. */
class Watch implements AsyncIterable<Uint8Array> {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly #over: () => void;
  readonly #chunks: Uint8Array[] = [];
  #ended: { readonly error: unknown } | undefined;
  #wake: () => void = () => undefined;

  constructor(
    path: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
    over: () => void,
  ) {
    this.path = path;
    this.query = query;
    this.#over = over;
    signal?.addEventListener("abort", () => {
      const { reason }: { reason: unknown } = signal;
      this.end(reason instanceof ApiError ? reason : new ApiError("aborted", { status: 0, reason: "Aborted" }));
    });
  }

  /** What enters or leaves the selection is added or deleted to who watches. */
  tell({ type, object, before }: Change): void {
    const was = before !== undefined && selects(this.query, before);
    const is = type !== "DELETED" && selects(this.query, object);
    if (is) this.push(line(was ? "MODIFIED" : "ADDED", object));
    else if (was) this.push(line("DELETED", object));
  }

  push(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#wake();
  }

  end(error?: ApiError): void {
    this.#ended ??= { error };
    this.#over();
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) {
        yield chunk;
        continue;
      }
      if (this.#ended?.error !== undefined) throw this.#ended.error;
      if (this.#ended !== undefined) return;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

/** One line of a watch. */
export function line(type: string, object: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify({ type, object })}\n`);
}

function keyOf({ metadata: { name, namespace = "" } }: TinyObject): string {
  return `${namespace}/${name}`;
}

function selects(query: Readonly<Record<string, string>>, object: TinyObject): boolean {
  const [field, value] = query["fieldSelector"]?.split("=") ?? [];
  const labels = (object.metadata["labels"] ?? {}) as Record<string, string>;
  if (query["labelSelector"]?.startsWith("!") === true && query["labelSelector"].slice(1) in labels) return false;
  if (field === "spec.type") return (object["spec"] as { type?: string } | undefined)?.type === value;
  return field !== "metadata.name" || object.metadata.name === value;
}

function search(query: Readonly<Record<string, string>>): string {
  const text = Object.entries(query).map(([name, value]) => `${name}=${value}`);
  return text.length === 0 ? "" : `?${text.join("&")}`;
}

function notFound(path: string): ApiError {
  return new ApiError(`GET ${path}: 404 NotFound`, { status: 404, reason: "NotFound" });
}

function expired(): ApiError {
  return new ApiError("too old resource version", { status: 410, reason: "Expired" });
}

/** Lets all that is under way come to rest. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
