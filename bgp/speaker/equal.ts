/** When two routes are the same, and two values of plain data. */
import type { NextHop, PathAttributes, Prefix } from "bgp-ts-codec";
import type { Route } from "./types.ts";

function text(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Uint8Array) return Array.from(value);
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Plain data as text that is equal where the data are, in whatever order the fields stand. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, text);
}

const KEYS = new WeakMap<PathAttributes, string>();

/** The same for equal attributes; made once for each object. */
export function attributesKey(attributes: PathAttributes): string {
  let key = KEYS.get(attributes);
  if (key === undefined) {
    key = canonical(attributes);
    KEYS.set(attributes, key);
  }
  return key;
}

export function nextHopKey(nextHop: NextHop | undefined): string {
  if (nextHop === undefined) return "";
  return nextHop.afi === 1 ? `${nextHop.address}` : `${nextHop.address}n${nextHop.linkLocal ?? ""}`;
}

export function samePrefix(a: Prefix, b: Prefix): boolean {
  return a.length === b.length && a.afi === b.afi && a.address === b.address;
}

/** Whether both say the same of their prefix, which is the same. */
export function sameRoute(a: Route, b: Route): boolean {
  if (a === b) return true;
  return (
    (a.attributes === b.attributes || attributesKey(a.attributes) === attributesKey(b.attributes)) &&
    (a.nextHop === b.nextHop || nextHopKey(a.nextHop) === nextHopKey(b.nextHop))
  );
}
