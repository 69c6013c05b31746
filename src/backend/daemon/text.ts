/** Text of values that come again and again, made once. */
import { formatPrefix } from "../../model/address.ts";
import type { Prefix } from "../../model/address.ts";

const prefixes = new WeakMap<Prefix, string>();

export function textOf(prefix: Prefix): string {
  const known = prefixes.get(prefix);
  if (known !== undefined) return known;
  const text = formatPrefix(prefix);
  prefixes.set(prefix, text);
  return text;
}

/** What an error says. */
export function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
