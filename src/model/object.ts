/** Objects as a source delivers them, before anyone has looked inside. */

/** Group, kind, namespace and name: what an object is called, in one cluster or folder. */
export interface ObjectRef {
  /** "" for the core group. */
  readonly group: string;
  readonly kind: string;
  /** "" for cluster-scoped kinds. */
  readonly namespace: string;
  readonly name: string;
  /** Tells this object from an earlier or later one of the same name; absent where the source knows none. No part of what it is called. */
  readonly uid?: string;
}

/** Where an object was written, for people: "pools.yaml:12". Absent for objects of an API server. */
export interface Origin {
  readonly file: string;
  readonly line: number;
}

export interface RawObject {
  readonly ref: ObjectRef;
  readonly apiVersion: string;
  /** What `nameKey` gives, where the source keeps that text anyway: it need not be kept twice. */
  readonly key?: string;
  /** The whole object as parsed from YAML or JSON. */
  readonly value: unknown;
  /** Only what is read of its kind is in it: no field can be unknown. */
  readonly cut?: true;
  readonly origin?: Origin;
}

/**
 * What a source tells, in order. `synced` comes once, after everything that was there at the start.
 * `problem` stands until a `resolved` with the same `id`, for what cannot be attributed to an object (unreadable YAML).
 */
export type SourceEvent =
  | { readonly type: "upsert"; readonly object: RawObject }
  | { readonly type: "delete"; readonly ref: ObjectRef }
  | { readonly type: "problem"; readonly id: string; readonly text: string; readonly origin: Origin }
  | { readonly type: "resolved"; readonly id: string }
  | { readonly type: "synced" };

/** A map key, unique per object: "metallb.io/BGPPeer/metallb-system/tor-1". */
export function refKey(ref: ObjectRef): string {
  return `${ref.group}/${ref.kind}/${ref.namespace}/${ref.name}`;
}

/**
 * "namespace/name", as Services and slices are called between the stages. Joined, not put together of pieces: such a
 * text would hold its pieces for as long as it is kept.
 */
export function nameKey({ namespace, name }: Pick<ObjectRef, "namespace" | "name">): string {
  return [namespace, name].join("/");
}

/** For people: "BGPPeer metallb-system/tor-1". */
export function formatRef(ref: ObjectRef): string {
  return ref.namespace === "" ? `${ref.kind} ${ref.name}` : `${ref.kind} ${ref.namespace}/${ref.name}`;
}
