/** Durations as Go and Kubernetes write them. */
import type { Parsed } from "./text.ts";

const MILLISECONDS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

const PART_TEXT = "(\\d+\\.?\\d*|\\.\\d+)(ns|us|µs|μs|ms|s|m|h)";
const PART = new RegExp(PART_TEXT, "gy");

/** What `parseDuration` takes, as a pattern for definitions. */
export const DURATION_PATTERN = `^\\+?(0|(${PART_TEXT})+)$`;

/** "90s", "1m30s", "1.5h", "0": in milliseconds. Never negative. */
export function parseDuration(text: string): Parsed<number> {
  const shown = JSON.stringify(text);
  if (text.startsWith("-")) return { what: `${shown} is a negative duration`, fix: "write a duration such as 90s" };
  const body = text.startsWith("+") ? text.slice(1) : text;
  if (body === "0") return { value: 0 };
  let end = 0;
  let total = 0;
  for (const match of body.matchAll(PART)) {
    end = match.index + match[0].length;
    total += Number(match[1]) * (MILLISECONDS[match[2] ?? ""] ?? 0);
  }
  if (body !== "" && end === body.length) return { value: total };
  const fix = /^\d+$/.test(body) ? `write ${body}s for seconds` : "write a duration such as 90s or 1m30s";
  return { what: `${shown} is ${/^\d+$/.test(body) ? "a number without a unit" : "not a duration"}`, fix };
}
