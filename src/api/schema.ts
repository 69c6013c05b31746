/** Looking into a schema: what is at a path, and what a value there should be. */
import * as z from "zod";
import { wantedBy } from "./text.ts";

type Schema = z.core.$ZodType;

/** The schema of the value itself: without defaults, optionality and what is made of it afterwards. */
export function bare(schema: Schema): Schema {
  if (wantedBy(schema) !== undefined) return schema;
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  ) {
    return bare(schema.def.innerType);
  }
  return schema instanceof z.ZodPipe ? bare(schema.def.in) : schema;
}

/** The schema of one entry of an object, a list or a map; undefined where there is none. */
export function child(schema: Schema, key: PropertyKey): Schema | undefined {
  const parent = bare(schema);
  if (parent instanceof z.ZodObject) {
    return Object.hasOwn(parent.shape, key) ? parent.shape[String(key)] : undefined;
  }
  if (parent instanceof z.ZodArray) return parent.def.element;
  return parent instanceof z.ZodRecord ? parent.def.valueType : undefined;
}

export function schemaAt(schema: Schema, path: readonly PropertyKey[]): Schema | undefined {
  let at: Schema | undefined = schema;
  for (const key of path) at = at === undefined ? undefined : child(at, key);
  return at;
}

/** What belongs at a place, as a noun phrase: "a whole number from 1 to 16384". */
export function expectation(schema: Schema | undefined): string {
  if (schema === undefined) return "another value";
  const at = bare(schema);
  const phrase = wantedBy(at);
  if (phrase !== undefined) return phrase;
  if (at instanceof z.ZodBoolean) return "true or false";
  if (at instanceof z.ZodNumber) return `a whole number from ${at.minValue} to ${at.maxValue}`;
  if (at instanceof z.ZodString) return "text";
  if (at instanceof z.ZodEnum) return oneOf(at.options.map(String));
  if (at instanceof z.ZodArray) return `a list, each item ${expectation(at.def.element)}`;
  if (at instanceof z.ZodRecord) return `a mapping, each value ${expectation(at.def.valueType)}`;
  if (at instanceof z.ZodObject) {
    const needed = Object.keys(at.shape).filter((name) => !mayBeAbsent(at.shape[name]));
    return needed.length > 0
      ? `a mapping with ${list(needed, "and")}`
      : `a mapping of ${list(Object.keys(at.shape), "and")}`;
  }
  return "another value";
}

function mayBeAbsent(schema: Schema | undefined): boolean {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
}

function oneOf(options: readonly string[]): string {
  return list(options, "or");
}

/** "a, b and c". */
export function list(words: readonly string[], conjunction: "and" | "or"): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} ${conjunction} ${last}`;
}
