/**
 * Events as `kubectl describe` shows them. The same event about the same object is one Event with a count, after a restart
 * too: its name follows from what it says.
 */
import { createHash } from "node:crypto";
import type { ObjectRef } from "../../model/object.ts";
import { ApiError } from "../../net/kubernetes/client.ts";
import type { ApiClient } from "../../net/kubernetes/client.ts";
import type { ObjectEvent } from "../status.ts";
import { FIELD_MANAGER, MERGE_PATCH, eventPath, timeText, unlessGone } from "./requests.ts";

/** Of the API server. */
const MAX_MESSAGE = 1024;
const MAX_NAME = 253;
const HOPELESS: ReadonlySet<number> = new Set([400, 403, 404, 405, 422]);
/** Of what is refused for a rule that is missing; the rule may come. */
const LACKS_RIGHT = / cannot (?:create|patch) resource /;
/** Events whose count is remembered. */
const MAX_KNOWN = 10_000;

interface Pending {
  readonly event: ObjectEvent;
  /** Unix time in whole seconds, which is what an Event can say. */
  readonly first: number;
  readonly last: number;
  /** How often it happened since it was last written. */
  readonly times: number;
}

export class Events {
  readonly #client: ApiClient;
  readonly #wall: () => number;
  readonly #pending = new Map<string, Pending>();
  /** The counts that the API server has, the oldest first. */
  readonly #counts = new Map<string, number>();

  /** `wall`: Unix time in milliseconds. */
  constructor(client: ApiClient, wall: () => number) {
    this.#client = client;
    this.#wall = wall;
  }

  /** The key to write it by. */
  add(event: ObjectEvent): string {
    const key = [namespaceOf(event.ref), nameOf(event)].join("/");
    const last = Math.floor(this.#wall() / 1000);
    const before = this.#pending.get(key);
    this.#pending.set(key, { event, first: before?.first ?? last, last, times: (before?.times ?? 0) + 1 });
    return key;
  }

  drop(key: string): void {
    this.#pending.delete(key);
  }

  async write(key: string): Promise<void> {
    const pending = this.#pending.get(key);
    if (pending === undefined) return;
    this.#pending.delete(key);
    try {
      await this.#write(key, pending);
    } catch (error) {
      if (isHopeless(error)) return;
      const since = this.#pending.get(key);
      this.#pending.set(key, {
        ...(since ?? pending),
        first: pending.first,
        times: pending.times + (since?.times ?? 0),
      });
      throw error;
    }
  }

  async #write(key: string, pending: Pending): Promise<void> {
    const [namespace = "", name = ""] = key.split("/");
    const count = this.#counts.get(key);
    if (count !== undefined && (await this.#repeat(key, pending, count))) return;
    try {
      await this.#client.request({
        method: "POST",
        path: eventPath(namespace),
        query: { fieldManager: FIELD_MANAGER },
        body: document(namespace, name, pending),
      });
      this.#remember(key, pending.times);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409) throw error;
      // Of another node, or of an earlier process. How often it happened then cannot be read with the rights to create and to patch.
      await this.#repeat(key, pending, 1);
    }
  }

  /** Whether there was one to count on. */
  async #repeat(key: string, { event, last, times }: Pending, before: number): Promise<boolean> {
    const [namespace = "", name = ""] = key.split("/");
    const count = before + times;
    const answer = await unlessGone(
      this.#client.request({
        method: "PATCH",
        path: eventPath(namespace, name),
        query: { fieldManager: FIELD_MANAGER },
        contentType: MERGE_PATCH,
        body: { ...(event.shared === true ? said(event) : { count }), lastTimestamp: timeText(last * 1000) },
      }),
    );
    if (answer === undefined) this.#counts.delete(key);
    else this.#remember(key, count);
    return answer !== undefined;
  }

  #remember(key: string, count: number): void {
    this.#counts.delete(key);
    this.#counts.set(key, count);
    const [oldest] = this.#counts.keys();
    if (oldest !== undefined && this.#counts.size > MAX_KNOWN) this.#counts.delete(oldest);
  }
}

/** The namespace is going, or the API server will never like it. */
function isHopeless(error: unknown): boolean {
  return error instanceof ApiError && HOPELESS.has(error.status) && !LACKS_RIGHT.test(error.message);
}

/** Events about what is in no namespace are in "default". */
function namespaceOf(ref: ObjectRef): string {
  return ref.namespace === "" ? "default" : ref.namespace;
}

function nameOf({ ref, component, node = "", type, reason, message, shared = false }: ObjectEvent): string {
  const what = shared ? ["all nodes", reason] : [node, type, reason, message];
  const text = [ref.uid, ref.group, ref.kind, component, ...what].join("\n");
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 16);
  return `${ref.name.slice(0, MAX_NAME - 1 - digest.length)}.${digest}`;
}

/** What nodes say differently of one event. */
function said({ component, node, message }: ObjectEvent): object {
  return {
    message: message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE - 1)}…` : message,
    source: { component: `metallb-${component}`, ...(node === undefined ? {} : { host: node }) },
    reportingInstance: node ?? "",
  };
}

function document(namespace: string, name: string, { event, first, last, times }: Pending): unknown {
  const { ref, component, type, reason } = event;
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { namespace, name },
    involvedObject: {
      apiVersion: ref.group === "" ? "v1" : `${ref.group}/${ref.kind === "BGPPeer" ? "v1beta2" : "v1beta1"}`,
      kind: ref.kind,
      namespace: ref.namespace,
      name: ref.name,
      ...(ref.uid === undefined ? {} : { uid: ref.uid }),
    },
    type,
    reason,
    ...said(event),
    reportingComponent: `metallb-${component}`,
    firstTimestamp: timeText(first * 1000),
    lastTimestamp: timeText(last * 1000),
    count: times,
  };
}
