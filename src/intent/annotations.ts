/** Annotations with which users ask for addresses, under the prefix of today and the deprecated one. */
import type { ServiceObject } from "../api/parse.ts";
import { nearest } from "../model/nearest.ts";
import type { Problem } from "../model/problem.ts";
import { problemOf } from "../model/problem.ts";
import { quote } from "./report.ts";

const PREFIX = "metallb.io/";
const DEPRECATED_PREFIX = "metallb.universe.tf/";

export const ANNOTATIONS = {
  pool: "address-pool",
  addresses: "loadBalancerIPs",
  sharingKey: "allow-shared-ip",
  allocatedFrom: "ip-allocated-from-pool",
} as const;

const KNOWN: readonly string[] = Object.values(ANNOTATIONS);

export interface Annotation {
  /** With its prefix, as the user wrote it. */
  readonly name: string;
  readonly text: string;
}

/** `metadata.annotations["metallb.io/address-pool"]`. */
export function annotationField(name: string): string {
  return `metadata.annotations[${quote(name)}]`;
}

/** The annotation in effect; an empty one counts as absent. The prefix of today wins. */
export function filled(service: ServiceObject, suffix: string): Annotation | undefined {
  const { annotations } = service.metadata;
  for (const name of [PREFIX + suffix, DEPRECATED_PREFIX + suffix]) {
    const text = annotations[name]?.trim();
    if (text !== undefined && text !== "") return { name, text };
  }
  return undefined;
}

/** The sharing key: here a present but empty annotation of today's prefix wins over a filled deprecated one. */
export function sharingKey({ metadata: { annotations } }: ServiceObject): string | undefined {
  const key = annotations[PREFIX + ANNOTATIONS.sharingKey] ?? annotations[DEPRECATED_PREFIX + ANNOTATIONS.sharingKey];
  return key === "" ? undefined : key;
}

export function deprecatedAnnotations({ metadata: { annotations } }: ServiceObject): string[] {
  return KNOWN.map((suffix) => DEPRECATED_PREFIX + suffix).filter((name) => Object.hasOwn(annotations, name));
}

/** Annotations under our prefixes that nobody reads: typing errors. */
export function unknownAnnotations(service: ServiceObject): Problem[] {
  return Object.keys(service.metadata.annotations).flatMap((name) => {
    const prefix = [PREFIX, DEPRECATED_PREFIX].find((candidate) => name.startsWith(candidate));
    if (prefix === undefined || KNOWN.includes(name.slice(prefix.length))) return [];
    const meant = nearest(name.slice(prefix.length), KNOWN);
    const fix = meant === undefined ? "remove it" : `did you mean ${PREFIX}${meant}?`;
    return [problemOf("warning", service, annotationField(name), "is not known and has no effect", fix)];
  });
}
