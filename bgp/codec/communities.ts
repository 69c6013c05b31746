/** Standard communities (RFC 1997) and large communities (RFC 8092): names and text. */
import type { LargeCommunity } from "./types.ts";

/** IANA "BGP Well-known Communities", by the names that routers show. */
export const WellKnownCommunity = {
  /** RFC 8326: about to go away; prefer another path. */
  "graceful-shutdown": 0xffff_0000,
  "accept-own": 0xffff_0001,
  /** RFC 9494. */
  "llgr-stale": 0xffff_0006,
  "no-llgr": 0xffff_0007,
  /** RFC 7999. */
  blackhole: 0xffff_029a,
  /** RFC 1997. */
  "no-export": 0xffff_ff01,
  "no-advertise": 0xffff_ff02,
  "no-export-subconfed": 0xffff_ff03,
  /** RFC 3765. */
  "no-peer": 0xffff_ff04,
} as const;
export type WellKnownCommunity = keyof typeof WellKnownCommunity;

const BY_NAME: ReadonlyMap<string, number> = new Map(Object.entries(WellKnownCommunity));
const BY_VALUE: ReadonlyMap<number, string> = new Map([...BY_NAME].map(([name, value]) => [value, name]));

const NUMBER = /^(?:0|[1-9]\d{0,9})$/;

/** `count` decimal numbers between colons, none above `max`. */
export function parseNumbers(text: string, count: number, max: number): number[] | undefined {
  const parts = text.split(":");
  if (parts.length !== count || !parts.every((part) => NUMBER.test(part))) return undefined;
  const values = parts.map(Number);
  return values.every((value) => value <= max) ? values : undefined;
}

/** A well-known name, or "high:low". */
export function formatCommunity(value: number): string {
  return BY_VALUE.get(value) ?? `${value >>> 16}:${value & 0xffff}`;
}

/** A well-known name, or two decimal numbers "high:low" up to 65535; undefined for anything else. */
export function parseCommunity(text: string): number | undefined {
  const named = BY_NAME.get(text);
  if (named !== undefined) return named;
  const [high, low] = parseNumbers(text, 2, 0xffff) ?? [];
  return high === undefined || low === undefined ? undefined : high * 0x1_0000 + low;
}

/** "global:local1:local2". */
export function formatLargeCommunity({ global, local1, local2 }: LargeCommunity): string {
  return `${global}:${local1}:${local2}`;
}

/** Three decimal numbers "global:local1:local2" up to 4294967295; undefined for anything else. */
export function parseLargeCommunity(text: string): LargeCommunity | undefined {
  const [global, local1, local2] = parseNumbers(text, 3, 0xffff_ffff) ?? [];
  if (global === undefined || local1 === undefined || local2 === undefined) return undefined;
  return { global, local1, local2 };
}
