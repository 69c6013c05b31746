/** Fields of an object that its schema does not know: mostly typing errors. */
import * as z from "zod";
import { nearest } from "../model/nearest.ts";
import { bare, child } from "./schema.ts";

export interface UnknownField {
  readonly path: readonly PropertyKey[];
  /** The name of a sibling it may have been meant to be. */
  readonly meant?: string;
}

/** Fields of `value` that are not in `schema`, except metadata, of which Kubernetes knows more than is read here. */
export function unknownFields(schema: z.core.$ZodType, value: unknown): UnknownField[] {
  const found: UnknownField[] = [];
  visit(schema, value, [], found);
  return found;
}

const EVERY_OBJECT = new Set(["apiVersion", "kind", "metadata"]);

function visit(schema: z.core.$ZodType, value: unknown, path: readonly PropertyKey[], found: UnknownField[]): void {
  if (typeof value !== "object" || value === null) return;
  const at = bare(schema);
  if (at instanceof z.ZodArray) {
    if (Array.isArray(value)) value.forEach((item, index) => visit(at.def.element, item, [...path, index], found));
    return;
  }
  if (!(at instanceof z.ZodObject) || Array.isArray(value)) return;
  const names = Object.keys(at.shape);
  for (const [name, inner] of Object.entries(value)) {
    if (path.length === 0 && EVERY_OBJECT.has(name)) continue;
    const schemaOfField = child(at, name);
    if (schemaOfField !== undefined) {
      visit(schemaOfField, inner, [...path, name], found);
      continue;
    }
    const meant = nearest(name, names);
    found.push({ path: [...path, name], ...(meant === undefined ? {} : { meant }) });
  }
}
