/** Values that users write as text: parsed, or a sentence about what is wrong. */
import * as z from "zod";

/** What is wrong with a text and what would be right, each one clause; `what` shows the text. */
export interface Fault {
  readonly what: string;
  readonly fix: string;
}

export type Parsed<T> = { readonly value: T } | Fault;

export function isFault<T>(parsed: Parsed<T>): parsed is Fault {
  return "what" in parsed;
}

/** A text as written and what it means. */
export type Written<T> = Parsed<T> & { readonly text: string };

/** What a schema wants, for messages: "write a duration such as 90s". */
const wanted = new WeakMap<z.core.$ZodType, string>();

export function wants<T extends z.core.$ZodType>(schema: T, phrase: string): T {
  wanted.set(schema, phrase);
  return schema;
}

export function wantedBy(schema: z.core.$ZodType): string | undefined {
  return wanted.get(schema);
}

/** A string field whose text must parse: the value takes its place, a fault becomes an issue of the schema. */
export function textAs<T>(parse: (text: string) => Parsed<T>, phrase: string) {
  const text = wants(z.string(), phrase);
  return text.transform((written, context): T => {
    const parsed = parse(written);
    if (!isFault(parsed)) return parsed.value;
    context.issues.push({ code: "custom", input: written, message: parsed.what, params: { fault: parsed } });
    return z.NEVER;
  });
}

/** A string field that is kept whatever it says, with its value or its fault, for a later stage to judge. */
export function textWith<T>(parse: (text: string) => Parsed<T>, phrase: string) {
  return wants(z.string(), phrase).transform((text): Written<T> => ({ text, ...parse(text) }));
}
