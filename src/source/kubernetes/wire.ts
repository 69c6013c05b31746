/** What an API server sends in lists and watches, looked at as far as the protocol goes. */
import { ApiError } from "../../net/kubernetes/client.ts";

/** An object with what every object has; all else is in it too. */
export interface ApiValue {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly annotations?: Record<string, string>;
  };
}

export type WatchEvent =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: ApiValue }
  /** Nothing happened, up to this version; `initialEnd`: what came before is all there is. */
  | { readonly type: "BOOKMARK"; readonly version: string; readonly initialEnd: boolean };

const INITIAL_END = "k8s.io/initial-events-end";

/** Throws an ApiError for an ERROR event, and for a line that is none of the protocol. */
export function parseWatchEvent(line: string): WatchEvent {
  const event = parseJson(line);
  const type = field(event, "type");
  const object = field(event, "object");
  switch (type) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
      if (isApiValue(object)) return { type, object };
      break;
    case "BOOKMARK": {
      const metadata = field(object, "metadata");
      const version = field(metadata, "resourceVersion");
      const initialEnd = field(field(metadata, "annotations"), INITIAL_END) === "true";
      if (typeof version === "string") return { type, version, initialEnd };
      break;
    }
    case "ERROR":
      throw watchError(object);
  }
  throw new ApiError("the watch sent a line that is no event", { status: 0, reason: "Garbled" });
}

export interface Page {
  readonly items: readonly ApiValue[];
  readonly version: string;
  readonly continue: string;
}

export function parsePage(list: unknown): Page {
  const items = field(list, "items") ?? [];
  const metadata = field(list, "metadata");
  const version = field(metadata, "resourceVersion");
  const next = field(metadata, "continue") ?? "";
  if (!Array.isArray(items) || !items.every(isApiValue) || typeof version !== "string" || typeof next !== "string") {
    throw new ApiError("the answer is no list", { status: 0, reason: "Garbled" });
  }
  return { items, version, continue: next };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new ApiError("the watch sent a line that is not JSON", { status: 0, reason: "Garbled", cause: error });
  }
}

/** The Status in an ERROR event. */
function watchError(status: unknown): ApiError {
  const code = field(status, "code");
  const reason = field(status, "reason");
  const message = field(status, "message");
  const seconds = field(field(status, "details"), "retryAfterSeconds");
  return new ApiError(`the watch ended: ${typeof message === "string" ? message : "without a reason"}`, {
    status: typeof code === "number" ? code : 0,
    reason: typeof reason === "string" ? reason : "Unknown",
    ...(typeof seconds === "number" ? { retryAfter: seconds * 1000 } : {}),
  });
}

/** A field of what may be an object. */
export function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function isApiValue(value: unknown): value is ApiValue {
  const name = field(field(value, "metadata"), "name");
  return typeof name === "string" && name !== "";
}
