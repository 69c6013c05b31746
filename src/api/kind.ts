/** One version of one kind: its schema, and how an object of it is read. */
import type { z } from "zod";
import type { ObjectRef, Origin, RawObject } from "../model/object.ts";
import type { Problem } from "../model/problem.ts";
import { problemOf } from "../model/problem.ts";
import { explain, formatPath } from "./explain.ts";
import type { Fault } from "./text.ts";
import { unknownFields } from "./unknown-fields.ts";

/** What every object has besides its own fields. */
export interface Identity<G extends string, K extends string> {
  readonly group: G;
  readonly kind: K;
  readonly ref: ObjectRef;
  readonly origin?: Origin;
}

export interface Parse<O> {
  /** Absent: the object has no effect. */
  readonly object?: O;
  readonly problems: readonly Problem[];
}

/** Notes a problem that leaves the rest of the object in effect. */
export type Report = (severity: Problem["severity"], path: readonly PropertyKey[], fault: Fault) => void;

interface Definition<G extends string, K extends string, V extends string, S extends z.ZodType<object>> {
  readonly group: G;
  readonly version: V;
  readonly kind: K;
  /** The object with metadata, spec and status as far as they are read. */
  readonly schema: S;
  /** The status subresource, for the kind's definition; what users wrote there is not read. */
  readonly status?: z.ZodType;
  /**
   * What to say of unknown fields. "all": each is a warning. "near": only those that look like a known one, for kinds
   * that grow with Kubernetes. "none": for kinds that machines write.
   */
  readonly unknown: "all" | "near" | "none";
}

export interface Kind<O> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly schema: z.ZodType<object>;
  readonly status?: z.ZodType;
  readonly parse: (raw: RawObject) => Parse<O>;
}

/** A kind whose objects are what its schema makes of them. */
export function kindOf<G extends string, K extends string, V extends string, S extends z.ZodType<object>>(
  definition: Definition<G, K, V, S>,
): Kind<Identity<G, K> & z.output<S>> {
  return kindWith(definition, (data) => data);
}

/** A kind whose objects are completed from what its schema makes of them; undefined: the object has no effect. */
export function kindWith<G extends string, K extends string, V extends string, S extends z.ZodType<object>, T>(
  definition: Definition<G, K, V, S>,
  complete: (data: z.output<S>, report: Report) => T | undefined,
): Kind<Identity<G, K> & T> {
  const { group, version, kind, schema, status } = definition;
  function parse(raw: RawObject): Parse<Identity<G, K> & T> {
    const problems: Problem[] = [];
    const report: Report = (severity, path, fault) => {
      problems.push(problemOf(severity, raw, formatPath(path), fault.what, fault.fix));
    };
    const result = read(schema, raw.value);
    if (definition.unknown !== "none" && raw.cut !== true) reportUnknown(definition, raw.value, report);
    if (!result.success) {
      for (const issue of result.error.issues) {
        report("error", issue.path, explain(issue, schema, raw.value, kind === "Secret"));
      }
      return { problems };
    }
    const data = complete(result.data, report);
    if (data === undefined) return { problems };
    const origin = raw.origin === undefined ? {} : { origin: raw.origin };
    return { object: { group, kind, ref: raw.ref, ...origin, ...data }, problems };
  }
  return { group, version, kind, schema, ...(status === undefined ? {} : { status }), parse };
}

/** Null is as good as absent in Kubernetes; the walk that removes it is only made where something is wrong. */
function read<S extends z.ZodType>(schema: S, value: unknown): z.ZodSafeParseResult<z.output<S>> {
  const result = schema.safeParse(value);
  return result.success ? result : schema.safeParse(withoutNulls(value));
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (inner === null ? [] : [[key, withoutNulls(inner)]])),
  );
}

function reportUnknown(
  { unknown, schema }: { readonly unknown: string; readonly schema: z.ZodType },
  value: unknown,
  report: Report,
): void {
  for (const { path, meant } of unknownFields(schema, value)) {
    if (unknown === "near" && meant === undefined) continue;
    const fix = meant === undefined ? "remove it" : `did you mean ${meant}?`;
    report("warning", path, { what: "is not a field of this kind and has no effect", fix });
  }
}
