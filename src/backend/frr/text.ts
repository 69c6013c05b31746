/** Text of values that come again and again, made once. */
import { formatPrefix } from "../../model/address.ts";
import type { Prefix } from "../../model/address.ts";
import type { RouteAttributes } from "../../model/announcement.ts";
import type { Peer } from "../../model/config.ts";
import { isExternal, localAs } from "../../model/peer.ts";
import { setLines } from "./attributes.ts";

const prefixes = new WeakMap<Prefix, string>();
/** By what of a peer the lines depend on. */
const lines = new Map<string, WeakMap<RouteAttributes, string>>();

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

/** The lines of `setLines` as one text, for all peers of a kind. */
export function linesTo(peer: Peer): (attributes: RouteAttributes) => string {
  const kind = `${isExternal(peer)} ${localAs(peer)}`;
  const known = lines.get(kind) ?? new WeakMap<RouteAttributes, string>();
  lines.set(kind, known);
  return (attributes) => once(known, attributes, (one) => setLines(one, peer).join("\n"));
}
