/** What becomes of the agent's own Pod: asked for once it is told to end, for SIGTERM does not say what comes next. */
import { ApiError } from "../../net/kubernetes/client.ts";
import type { ApiClient } from "../../net/kubernetes/client.ts";
import { groupPath } from "./kinds.ts";
import { field } from "./wire.ts";

/**
 * "ending": it has a deletionTimestamp. "gone": it is not there, or another one of its name is. "refused": it may not be
 * asked for any more, and could be before. "unknown": nobody answered in time, or it never could be asked for.
 */
export type Presence = "there" | "ending" | "gone" | "refused" | "unknown";

/** The Pod, what keeps it, and where both are. */
export interface OwnPod {
  readonly pod: Presence;
  /** The DaemonSet that would make the next Pod; "gone" where nothing keeps the Pod, "unknown" where another kind does. */
  readonly daemonSet: Presence;
  /** Of the DaemonSet's Pods: labels that their nodes must have. */
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly namespace: Presence;
}

export interface OwnPodOptions {
  readonly client: Pick<ApiClient, "request">;
  readonly namespace: string;
  readonly name: string;
}

/** Milliseconds for each question: a Pod that ends has not much time. */
const TIMEOUT = 1_500;

interface Found {
  readonly presence: Presence;
  readonly object?: unknown;
}

export class OwnPodWatch {
  readonly #options: OwnPodOptions;
  /** As they were at the beginning. */
  #pod: Found = { presence: "unknown" };
  #daemonSet: Found = { presence: "unknown" };

  constructor(options: OwnPodOptions) {
    this.#options = options;
  }

  /** Looks at both while all is well. Never rejects; answers why it cannot, if it cannot. */
  async begin(): Promise<string | undefined> {
    try {
      this.#pod = { presence: "there", object: await this.#get(this.#podPath()) };
      const path = this.#daemonSetPath();
      if (path !== undefined) this.#daemonSet = { presence: "there", object: await this.#get(path) };
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** Never rejects. */
  async look(): Promise<OwnPod> {
    const [pod, namespace] = await Promise.all([this.#find(this.#podPath(), this.#pod), this.#namespace()]);
    // What keeps it is known from the beginning, should the Pod be gone by now.
    if (this.#pod.object === undefined) this.#pod = pod;
    const path = this.#daemonSetPath();
    const daemonSet = path === undefined ? this.#others() : await this.#find(path, this.#daemonSet);
    const template = field(field(field(daemonSet.object, "spec"), "template"), "spec");
    return {
      pod: pod.presence,
      daemonSet: daemonSet.presence,
      nodeSelector: labels(field(template, "nodeSelector")),
      namespace,
    };
  }

  #get(path: string, query: Readonly<Record<string, string>> = {}): Promise<unknown> {
    return this.#options.client.request({ method: "GET", path, query, timeout: TIMEOUT });
  }

  async #find(path: string, before: Found): Promise<Found> {
    try {
      const object = await this.#get(path);
      const was = uidOf(before.object);
      if (was !== undefined && uidOf(object) !== was) return { presence: "gone" };
      return { presence: presenceOf(object), object };
    } catch (error) {
      const status = error instanceof ApiError ? error.status : 0;
      if (status === 404) return { presence: "gone" };
      const refused = (status === 401 || status === 403) && before.presence === "there";
      return { presence: refused ? "refused" : "unknown" };
    }
  }

  /** By a list, which speakers may make anyway. */
  async #namespace(): Promise<Presence> {
    const fieldSelector = `metadata.name=${this.#options.namespace}`;
    try {
      const items = field(await this.#get("/api/v1/namespaces", { fieldSelector }), "items");
      const [namespace] = Array.isArray(items) ? (items as readonly unknown[]) : [];
      return namespace === undefined ? "gone" : presenceOf(namespace);
    } catch {
      return "unknown";
    }
  }

  /** Where no DaemonSet keeps the Pod. */
  #others(): Found {
    const kept = this.#pod.object === undefined || ownerOf(this.#pod.object) !== undefined;
    return { presence: kept ? "unknown" : "gone" };
  }

  #podPath(): string {
    return this.#path(groupPath("", "v1"), "pods", this.#options.name);
  }

  #daemonSetPath(): string | undefined {
    const owner = ownerOf(this.#pod.object);
    if (field(owner, "kind") !== "DaemonSet") return undefined;
    return this.#path(groupPath("apps", "v1"), "daemonsets", String(field(owner, "name")));
  }

  #path(group: string, plural: string, name: string): string {
    return `${group}/namespaces/${encodeURIComponent(this.#options.namespace)}/${plural}/${encodeURIComponent(name)}`;
  }
}

function presenceOf(object: unknown): Presence {
  return field(field(object, "metadata"), "deletionTimestamp") === undefined ? "there" : "ending";
}

function uidOf(object: unknown): unknown {
  return field(field(object, "metadata"), "uid");
}

/** The owner that is its controller. */
function ownerOf(object: unknown): unknown {
  const owners = field(field(object, "metadata"), "ownerReferences");
  return Array.isArray(owners) ? owners.find((owner) => field(owner, "controller") === true) : undefined;
}

function labels(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([key, label]) => [key, String(label)]));
}
