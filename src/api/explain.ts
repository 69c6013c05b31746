/** What a schema found wrong, as sentences for the person who wrote the object. */
import type { z } from "zod";
import { expectation, schemaAt } from "./schema.ts";
import type { Fault } from "./text.ts";

const LONGEST_SHOWN = 60;

/** `spec.addresses[1]`, `metadata.labels["app.kubernetes.io/name"]`. */
export function formatPath(path: readonly PropertyKey[]): string {
  let text = "";
  for (const key of path) {
    if (typeof key === "number") text += `[${key}]`;
    else if (!/^[A-Za-z_][\w-]*$/.test(String(key))) text += `[${JSON.stringify(String(key))}]`;
    else text += text === "" ? String(key) : `.${String(key)}`;
  }
  return text;
}

/** Whether a value at this path may be or hold a secret, so that it is never shown. */
function isSecret(path: readonly PropertyKey[], secretObject: boolean): boolean {
  return secretObject ? path[0] !== "metadata" : path.length < 2 || String(path[1]).startsWith("password");
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const key of path) {
    at =
      typeof at === "object" && at !== null
        ? Object.entries(at).find(([name]) => name === String(key))?.[1]
        : undefined;
  }
  return at;
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  return typeof value === "string" ? "text" : typeof value === "boolean" ? "a boolean" : "a number";
}

function show(value: unknown, secret: boolean): string {
  if (secret || typeof value === "object") return "the value";
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

function isFaultParameter(params: unknown): params is { readonly fault: Fault } {
  return typeof params === "object" && params !== null && "fault" in params;
}

/** The sentence for one issue of `schema` with the object `value`. */
export function explain(
  issue: z.core.$ZodIssue,
  schema: z.core.$ZodType,
  value: unknown,
  secretObject: boolean,
): Fault {
  if (issue.code === "custom" && isFaultParameter(issue.params)) return issue.params.fault;
  const found = valueAt(value, issue.path);
  const wanted = expectation(schemaAt(schema, issue.path));
  const fix = `write ${wanted}`;
  if (found === undefined) return { what: "is missing", fix };
  const shown = show(found, isSecret(issue.path, secretObject));
  if (issue.code === "invalid_type") {
    // A float where an integer belongs, and an integer too large to be exact, come as invalid_type too.
    if (typeof found === "number" && issue.expected === "int") return { what: `${shown} is not a whole number`, fix };
    const quotes = unquoted(found, issue.expected) ? ", without quotes" : needsQuotes(found, issue.expected);
    const belongs = nounOf(issue.expected);
    const subject = shown === "the value" ? "" : `${shown} `;
    return { what: `${subject}is ${typeName(found)} where ${belongs} belongs`, fix: `${fix}${quotes}` };
  }
  if (issue.code === "too_big") return { what: `${shown} is too large`, fix };
  if (issue.code === "too_small" && found === "") return { what: "is empty", fix };
  if (issue.code === "too_small") return { what: `${shown} is too small`, fix };
  return { what: `${shown} is not allowed here`, fix };
}

function nounOf(expected: string): string {
  const nouns: Readonly<Record<string, string>> = {
    string: "text",
    boolean: "true or false",
    number: "a number",
    int: "a whole number",
    array: "a list",
    object: "a mapping",
    record: "a mapping",
  };
  return nouns[expected] ?? "another value";
}

function unquoted(found: unknown, expected: string): boolean {
  if (typeof found !== "string") return false;
  return expected === "boolean" ? found === "true" || found === "false" : expected === "number" && /^\d+$/.test(found);
}

function needsQuotes(found: unknown, expected: string): string {
  return expected === "string" && (typeof found === "number" || typeof found === "boolean") ? ", in quotes" : "";
}
