/** From a zod schema to a structural OpenAPI v3 schema, as apiextensions.k8s.io/v1 demands it of a definition. */
import * as z from "zod";

/** The part of a structural schema that Herald's kinds use, in the order in which it is written. */
export interface StructuralSchema {
  description?: string;
  type: "object" | "array" | "string" | "boolean" | "integer";
  format?: string;
  default?: unknown;
  enum?: readonly unknown[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  items?: StructuralSchema;
  additionalProperties?: StructuralSchema;
  required?: readonly string[];
  properties?: { [name: string]: StructuralSchema };
  "x-kubernetes-list-type"?: "atomic" | "map" | "set";
  "x-kubernetes-list-map-keys"?: readonly string[];
  "x-kubernetes-map-type"?: "atomic" | "granular";
  "x-kubernetes-validations"?: readonly { readonly rule: string; readonly message: string }[];
}

/** What is copied as it is. */
const PLAIN = new Set([
  "description",
  "format",
  "enum",
  "pattern",
  "minLength",
  "maxLength",
  "minItems",
  "required",
  "x-kubernetes-list-type",
  "x-kubernetes-list-map-keys",
  "x-kubernetes-map-type",
  "x-kubernetes-validations",
]);

const TYPES = ["object", "array", "string", "boolean", "integer"] as const;

/**
 * What users may write, as a structural schema. A default is part of it only where `stored` names its path
 * (`spec.autoAssign`): the API server writes such a default into each object; all others are the agent's own.
 * Throws where the schema says something that a structural schema cannot.
 */
export function structuralSchema(schema: z.ZodType, path: string, stored: ReadonlySet<string>): StructuralSchema {
  return convert(z.toJSONSchema(schema, { io: "input" }), path, stored);
}

function convert(json: object, path: string, stored: ReadonlySet<string>): StructuralSchema {
  const words: Readonly<Record<string, unknown>> = { ...json };
  const type = TYPES.find((known) => known === (words["type"] ?? "object"));
  if (type === undefined) throw new Error(`${path}: type ${JSON.stringify(words["type"])} has no place here`);
  const made: StructuralSchema = { type };
  for (const [word, value] of Object.entries(words)) {
    if (PLAIN.has(word)) Object.assign(made, { [word]: value });
    else if (word === "minimum" || word === "maximum") Object.assign(made, bound(word, value));
    else if (word === "default") Object.assign(made, stored.has(path) ? { default: value } : {});
    else if (word === "items") made.items = convert(part(value, path), `${path}[]`, stored);
    else if (word === "additionalProperties") made.additionalProperties = convert(part(value, path), path, stored);
    else if (word === "properties") Object.assign(made, fields(part(value, path), path, stored));
    else if (!["$schema", "type", "propertyNames"].includes(word)) {
      throw new Error(`${path}: ${word} has no place in a structural schema`);
    }
  }
  if (stored.has(path) && !("default" in made)) throw new Error(`${path}: there is no default to store`);
  if (type === "integer") made.format = formatOf(made);
  return inOrder(made);
}

function fields(properties: object, path: string, stored: ReadonlySet<string>): Pick<StructuralSchema, "properties"> {
  const converted = Object.entries(properties).map(([name, field]: [string, unknown]) => {
    return [name, convert(part(field, path), path === "" ? name : `${path}.${name}`, stored)] as const;
  });
  return converted.length === 0 ? {} : { properties: Object.fromEntries(converted) };
}

function part(value: unknown, path: string): object {
  if (typeof value === "object" && value !== null) return value;
  throw new Error(`${path}: ${JSON.stringify(value)} where a schema belongs`);
}

/** The bounds of what JavaScript can count are not bounds of the field. */
function bound(word: string, value: unknown): object {
  return typeof value === "number" && Math.abs(value) < Number.MAX_SAFE_INTEGER ? { [word]: value } : {};
}

function formatOf({ minimum = -Infinity, maximum = Infinity }: StructuralSchema): string {
  return minimum >= -2_147_483_648 && maximum <= 2_147_483_647 ? "int32" : "int64";
}

const ORDER =
  "description type format default enum pattern minimum maximum minLength maxLength minItems required".split(" ");

/** As a reader wants it: what it is, its limits, then its parts. */
function inOrder(schema: StructuralSchema): StructuralSchema {
  const entries: readonly [string, unknown][] = Object.entries(schema);
  return { ...Object.fromEntries(entries.toSorted(([a], [b]) => place(a) - place(b))), ...schema };
}

function place(word: string): number {
  return ORDER.includes(word) ? ORDER.indexOf(word) : ORDER.length;
}
