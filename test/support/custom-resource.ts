/**
 * What an API server does with a custom object, on the part of structural schemas that Herald's definitions use:
 * prune, default, validate, and convert with strategy None. Rules in CEL are stood in for by functions.
 */
import type { StructuralSchema } from "../../config/generator/structural.ts";
import type { Definition, DefinitionVersion } from "../../config/generator/definitions.ts";

type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value keeps a rule, by the text of the rule. A value that does not parse keeps none. */
export const RULES: ReadonlyMap<string, (self: unknown, old: unknown) => boolean> = new Map([
  ["self == oldSelf", (self: unknown, old: unknown) => old === undefined || self === old],
  [
    'duration(self) >= duration("1s") && duration(self) <= duration("65535s")',
    (self: unknown) => milliseconds(self) >= 1000 && milliseconds(self) <= 65_535_000,
  ],
  ["duration(self).getMilliseconds() % 1000 == 0", (self: unknown) => Math.floor(milliseconds(self)) % 1000 === 0],
  [
    "!has(self.serviceSelectors) || size(self.serviceSelectors) == 0 || " +
      "((!has(self.aggregationLength) || self.aggregationLength == 32) && " +
      "(!has(self.aggregationLengthV6) || self.aggregationLengthV6 == 128))",
    (self: unknown) => {
      if (!isFields(self)) return false;
      const { serviceSelectors: selectors, aggregationLength: v4 = 32, aggregationLengthV6: v6 = 128 } = self;
      return !Array.isArray(selectors) || selectors.length === 0 || (v4 === 32 && v6 === 128);
    },
  ],
]);

function milliseconds(text: unknown): number {
  const units: Fields = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  const match = /^([\d.]+)(ms|s|m|h)$/.exec(String(text));
  return match === null ? NaN : Number(match[1]) * Number(units[match[2] ?? ""]);
}

/** The paths of what is wrong with `value`, each with the word of the schema that says so. */
export function faults(schema: StructuralSchema, value: unknown, old?: unknown, path = ""): string[] {
  if (!hasType(schema, value)) return [`${path} type`];
  const own = wrong(schema, value).map((word) => `${path} ${word}`);
  const rules = (schema["x-kubernetes-validations"] ?? []).filter(({ rule }) => RULES.get(rule)?.(value, old) !== true);
  return [...own, ...rules.map(({ rule }) => `${path} rule ${rule}`), ...inner(schema, value, old, path)];
}

function inner(schema: StructuralSchema, value: unknown, old: unknown, path: string): string[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined
      ? []
      : value.flatMap((each, index) => faults(items, each, undefined, `${path}[${index}]`));
  }
  if (!isFields(value)) return [];
  const before = isFields(old) ? old : {};
  return Object.entries(value).flatMap(([name, field]) => {
    const of = schema.properties?.[name] ?? schema.additionalProperties;
    return of === undefined ? [] : faults(of, field, before[name], path === "" ? name : `${path}.${name}`);
  });
}

function hasType({ type }: StructuralSchema, value: unknown): boolean {
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isFields(value);
  return type === "integer" ? Number.isInteger(value) : typeof value === type;
}

function wrong(schema: StructuralSchema, value: unknown): string[] {
  const found: string[] = [];
  if (schema.enum?.includes(value) === false) found.push("enum");
  if (typeof value === "number") {
    if (value < (schema.minimum ?? -Infinity)) found.push("minimum");
    if (value > (schema.maximum ?? Infinity)) found.push("maximum");
    if (schema.format === "int32" && Math.abs(value) > 2_147_483_648) found.push("format");
  }
  if (typeof value === "string") {
    if (schema.pattern !== undefined && !new RegExp(schema.pattern, "u").test(value)) found.push("pattern");
    if (value.length < (schema.minLength ?? 0)) found.push("minLength");
    if (value.length > (schema.maxLength ?? Infinity)) found.push("maxLength");
    if (schema.format === "date-time" && Number.isNaN(Date.parse(value))) found.push("format");
  }
  if (isFields(value)) found.push(...(schema.required ?? []).filter((name) => !(name in value)).map(missing));
  return found;
}

function missing(name: string): string {
  return `required ${name}`;
}

/** Removes what the schema does not know. */
export function pruned(schema: StructuralSchema, value: unknown): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined ? value : value.map((each: unknown) => pruned(items, each));
  }
  if (!isFields(value) || schema.additionalProperties !== undefined) return value;
  const known = schema.properties ?? {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, field]) => {
      const of = known[name];
      if (of === undefined) return [];
      return [[name, name === "metadata" && "apiVersion" in known ? field : pruned(of, field)]];
    }),
  );
}

/** Fills in the defaults of fields that are absent. */
export function defaulted(schema: StructuralSchema, value: unknown): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined ? value : value.map((each: unknown) => defaulted(items, each));
  }
  if (!isFields(value)) return value;
  const whole: Record<string, unknown> = { ...value };
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (name in whole) whole[name] = defaulted(field, whole[name]);
    else if (field.default !== undefined) whole[name] = field.default;
  }
  return whole;
}

export function versionOf(definition: Definition, name: string): DefinitionVersion {
  const version = definition.spec.versions.find((each) => each.name === name);
  if (version === undefined) throw new Error(`${definition.metadata.name} has no version ${name}`);
  return version;
}

/** Objects of one kind as they lie in the API server's store, in the storage version. */
export class Store {
  readonly #definition: Definition;
  readonly #stored = new Map<string, Fields>();

  constructor(definition: Definition) {
    this.#definition = definition;
  }

  /** What is wrong with it; it is stored where that is nothing. */
  put(version: string, name: string, object: Fields): string[] {
    const schema = versionOf(this.#definition, version).schema.openAPIV3Schema;
    const old = this.#stored.has(name) ? this.get(version, name) : undefined;
    const taken = defaulted(schema, pruned(schema, object));
    const found = faults(schema, taken, old);
    if (found.length === 0 && isFields(taken)) {
      const storage = this.#storage();
      this.#stored.set(name, this.#as(storage.name, pruned(storage.schema.openAPIV3Schema, taken)));
    }
    return found;
  }

  /** The object in that version: defaults are those of the storage version, fields those of the version asked for. */
  get(version: string, name: string): Fields {
    const kept = defaulted(this.#storage().schema.openAPIV3Schema, this.#stored.get(name));
    return this.#as(version, pruned(versionOf(this.#definition, version).schema.openAPIV3Schema, kept));
  }

  #storage(): DefinitionVersion {
    const storage = this.#definition.spec.versions.find((each) => each.storage);
    if (storage === undefined) throw new Error("no version is stored");
    return storage;
  }

  #as(version: string, object: unknown): Fields {
    return { ...(isFields(object) ? object : {}), apiVersion: `${this.#definition.spec.group}/${version}` };
  }
}
