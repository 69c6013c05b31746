/** What is read of an object, and nothing else: for a source that would not keep the rest. */
import * as z from "zod";
import { bare } from "./schema.ts";

/** Copies of a value the part that a schema reads. A value of another type than the schema's stays, to be complained of. */
export type Projection = (value: unknown) => unknown;

/** Fields that the schema does not know, or does not look into, are left out, and so is null, which means absent. */
export function projectionOf(schema: z.ZodType): Projection {
  return build(schema) ?? (() => undefined);
}

/** Undefined: nothing of it is read. */
function build(schema: z.core.$ZodType): Projection | undefined {
  const at = bare(schema);
  if (at instanceof z.ZodUnknown) return undefined;
  if (at instanceof z.ZodArray) {
    const item = build(at.def.element) ?? (() => undefined);
    return (value) => (Array.isArray(value) ? value.map(item) : value);
  }
  return at instanceof z.ZodObject ? fields(at) : (value) => value;
}

function fields(schema: z.ZodObject): Projection {
  const known = Object.entries(schema.shape).flatMap(([name, inner]): [string, Projection][] => {
    const project = build(inner);
    return project === undefined ? [] : [[name, project]];
  });
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    const kept: Record<string, unknown> = {};
    for (const [name, project] of known) {
      const inner: unknown = Reflect.get(value, name);
      if (inner !== undefined && inner !== null) kept[name] = project(inner);
    }
    return kept;
  };
}
