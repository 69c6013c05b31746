/** From a parsed document to named objects, or to what keeps it from being one. */
import type { ObjectRef } from "../../model/object.ts";

/** An object as written; `line` is where it begins in its file, from 1. */
export interface WrittenObject {
  readonly ref: ObjectRef;
  readonly apiVersion: string;
  readonly value: Readonly<Record<string, unknown>>;
  readonly line: number;
}

/** What is wrong with a document or a part of it, as one sentence that names the object where it can be known. */
export interface WrittenProblem {
  readonly line: number;
  readonly text: string;
}

export type Written = { readonly object: WrittenObject } | { readonly problem: WrittenProblem };

/** Kinds without a namespace, as "group/Kind". */
const CLUSTER_SCOPED: ReadonlySet<string> = new Set([
  "/Namespace",
  "/Node",
  "/PersistentVolume",
  "apiextensions.k8s.io/CustomResourceDefinition",
  "rbac.authorization.k8s.io/ClusterRole",
  "rbac.authorization.k8s.io/ClusterRoleBinding",
  "admissionregistration.k8s.io/ValidatingWebhookConfiguration",
  "admissionregistration.k8s.io/MutatingWebhookConfiguration",
  "frrk8s.metallb.io/FRRNodeState",
  "network.kubesphere.io/BgpConf",
  "network.kubesphere.io/BgpPeer",
  "network.kubesphere.io/Eip",
]);

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What an object is called as far as it says: for sentences about one that is not complete. */
function calling(kind: unknown, name: unknown): string {
  if (typeof kind !== "string" || kind === "") return typeof name === "string" ? `object "${name}"` : "document";
  return typeof name === "string" && name !== "" ? `${kind} ${name}` : kind;
}

/**
 * The object that `value` is, with the namespace "default" where a namespaced kind names none, as the API server fills it in.
 */
export function identify(value: unknown, line: number): Written {
  const problem = (text: string): Written => ({ problem: { line, text } });
  if (!isRecord(value)) {
    return problem("the document is not an object; write apiVersion, kind and metadata at its top level");
  }
  const { apiVersion, kind, metadata } = value;
  const name = isRecord(metadata) ? metadata["name"] : undefined;
  const subject = calling(kind, name);
  if (typeof apiVersion !== "string" || apiVersion === "") {
    return problem(`${subject}: apiVersion ${missing(apiVersion)}; write one, such as v1 or metallb.io/v1beta1`);
  }
  if (typeof kind !== "string" || kind === "") {
    return problem(`${subject}: kind ${missing(kind)}; write one, such as Service or IPAddressPool`);
  }
  if (!isRecord(metadata)) {
    const what = metadata === undefined || metadata === null ? "is missing" : "is not a mapping";
    return problem(`${subject}: metadata ${what}; write one with a name`);
  }
  if (typeof name !== "string" || name === "") {
    const fix = typeof name === "number" ? "write it in quotes" : "give the object one";
    return problem(`${subject}: metadata.name ${missing(name)}; ${fix}`);
  }
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  if (CLUSTER_SCOPED.has(`${group}/${kind}`)) {
    return { object: { ref: { group, kind, namespace: "", name }, apiVersion, value, line } };
  }
  const written = metadata["namespace"] ?? "";
  if (typeof written !== "string") return problem(`${subject}: metadata.namespace is not text; write it in quotes`);
  const namespace = written === "" ? "default" : written;
  const complete = written === namespace ? value : { ...value, metadata: { ...metadata, namespace } };
  return { object: { ref: { group, kind, namespace, name }, apiVersion, value: complete, line } };
}

function missing(value: unknown): string {
  return value === undefined || value === null || value === "" ? "is missing" : "is not text";
}

/** The items of a list of kind List, or of a typed one such as ServiceList; undefined for anything else. */
export function listItems(value: unknown): readonly unknown[] | undefined {
  if (!isRecord(value)) return undefined;
  const { apiVersion, kind, items } = value;
  if (typeof kind !== "string" || !kind.endsWith("List") || !Array.isArray(items)) return undefined;
  if (kind === "List") return items;
  const itemKind = kind.slice(0, -"List".length);
  return items.map((item: unknown) => (isRecord(item) ? { apiVersion, kind: itemKind, ...item } : item));
}
