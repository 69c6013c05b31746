/** Text of values that come again and again, made once. */
import { formatPrefix } from "../../model/address.ts";
import type { Prefix } from "../../model/address.ts";
import type { RouteAttributes } from "../../model/announcement.ts";
import { setLines } from "./attributes.ts";

const prefixes = new WeakMap<Prefix, string>();
const external = new WeakMap<RouteAttributes, string>();
const internal = new WeakMap<RouteAttributes, string>();

function once<K extends object>(texts: WeakMap<K, string>, key: K, make: (key: K) => string): string {
  const known = texts.get(key);
  if (known !== undefined) return known;
  const text = make(key);
  texts.set(key, text);
  return text;
}

export function textOf(prefix: Prefix): string {
  return once(prefixes, prefix, formatPrefix);
}

/** The lines of `setLines` as one text. */
export function linesOf(attributes: RouteAttributes, isExternal: boolean): string {
  return once(isExternal ? external : internal, attributes, (one) => setLines(one, isExternal).join("\n"));
}
