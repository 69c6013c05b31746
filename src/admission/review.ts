/**
 * Admission reviews (admission.k8s.io/v1): whether a change of the configuration may be made. What is said is what
 * compiling says of the same objects anywhere else.
 *
 * A change is denied for the errors that it would bring, be they its own or another object's. What was wrong before is no
 * reason, so that a faulty configuration can be mended step by step; and a reference to what may come later is a warning.
 */
import type { ObjectRef, RawObject } from "../model/object.ts";
import { formatProblem } from "../model/problem.ts";
import type { Problem } from "../model/problem.ts";

/** What would be wrong that is not now, if the object were so, or were gone; undefined while that cannot be said. */
export type Judge = (ref: ObjectRef, raw: RawObject | undefined) => readonly Problem[] | undefined;

interface Response {
  readonly uid: string;
  readonly allowed: boolean;
  readonly warnings?: readonly string[];
  readonly status?: { readonly code: number; readonly reason: string; readonly message: string };
}

/** An AdmissionReview with the response to the request in `body`; undefined where it holds none. */
export function review(body: unknown, judge: Judge): unknown {
  const request = field(body, "request");
  const uid = field(request, "uid");
  if (typeof uid !== "string") return undefined;
  return { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response: respond(uid, request, judge) };
}

function respond(uid: string, request: unknown, judge: Judge): Response {
  const deleting = field(request, "operation") === "DELETE";
  const object = deleting ? undefined : field(request, "object");
  const ref = refOf(request);
  const problems = judge(ref, object === undefined ? undefined : rawOf(ref, object));
  if (problems === undefined) return { uid, allowed: true };
  // Whatever is deleted leaves nothing that could come later to mend it.
  const denies = ({ severity, dangling }: Problem): boolean => deleting || (severity === "error" && dangling !== true);
  const errors = problems.filter(denies).map(formatProblem);
  const warnings = problems.filter((problem) => !denies(problem)).map(formatProblem);
  return {
    uid,
    allowed: errors.length === 0,
    ...(errors.length > 0 && { status: { code: 422, reason: "Invalid", message: errors.join("; ") } }),
    ...(warnings.length > 0 && { warnings }),
  };
}

function refOf(request: unknown): ObjectRef {
  const kind = field(request, "kind");
  return {
    group: textOf(field(kind, "group")),
    kind: textOf(field(kind, "kind")),
    namespace: textOf(field(request, "namespace")),
    name: textOf(field(request, "name")),
  };
}

function rawOf(ref: ObjectRef, value: unknown): RawObject {
  return { ref, apiVersion: textOf(field(value, "apiVersion")), value };
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
