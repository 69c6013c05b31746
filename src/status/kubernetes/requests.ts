/** Where objects are at an API server, and what its answers mean. */
import { ApiError } from "../../net/kubernetes/client.ts";

export const MERGE_PATCH = "application/merge-patch+json";

/** Who wrote a field, in managedFields. */
export const FIELD_MANAGER = "herald";

function encoded(parts: readonly string[]): string {
  return parts.map(encodeURIComponent).join("/");
}

/** `service` is "namespace/name". */
export function servicePath(service: string, ...below: readonly string[]): string {
  const [namespace = "", name = ""] = service.split("/");
  return `/api/v1/namespaces/${encoded([namespace, "services", name, ...below])}`;
}

export function eventPath(namespace: string, ...below: readonly string[]): string {
  return `/api/v1/namespaces/${encoded([namespace, "events", ...below])}`;
}

export function metallbPath(namespace: string, plural: string, ...below: readonly string[]): string {
  return `/apis/metallb.io/v1beta1/namespaces/${encoded([namespace, plural, ...below])}`;
}

/** Undefined where the answer is an error of this status. */
export async function accepted<T>(status: number, request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof ApiError && error.status === status) return undefined;
    throw error;
  }
}

/** Undefined where the object is not there. */
export function unlessGone<T>(request: Promise<T>): Promise<T | undefined> {
  return accepted(404, request);
}

/** For fields of meta/v1, which have no fractions of a second. */
export function timeText(wall: number): string {
  return new Date(wall).toISOString().replace(/\.\d+Z$/, "Z");
}
