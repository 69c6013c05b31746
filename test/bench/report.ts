/** Results of a bench: as they are collected, as JSON lines, and as a table for people. */
import { availableParallelism, totalmem } from "node:os";
import { median, quantile } from "./statistics.ts";

/** One quantity, measured several times. */
export interface Result {
  readonly part: string;
  readonly name: string;
  readonly unit: string;
  readonly values: readonly number[];
  /** What the number that counts may be at most; that is the median, unless `counts` says otherwise. */
  readonly atMost?: number;
  readonly counts?: "median" | "p99" | "max";
  /** Name of the result of this part to which the ratio is given. */
  readonly relativeTo?: string;
}

/** What a part is handed. */
export interface Bench {
  /** How often each quantity is measured, where a part does not need a number of its own. */
  readonly runs: number;
  /** Tiny sizes, only to see that everything works: no root, no other software, results that say nothing. */
  readonly quick: boolean;
  record(result: Omit<Result, "part">): void;
  /** A sentence above the part's table: versions, circumstances. */
  note(text: string): void;
}

export type PartLine = { readonly result: Result } | { readonly note: string };

/** A result as people of another program want it: one JSON object, on one line. */
export function jsonLine(result: Result, all: readonly Result[]): string {
  const { values, ...rest } = result;
  const rounded = values.map(round);
  const ratio = ratioOf(result, all);
  return JSON.stringify({
    ...rest,
    n: values.length,
    median: round(median(values)),
    p99: round(quantile(values, 0.99)),
    min: Math.min(...rounded),
    max: Math.max(...rounded),
    ...(ratio !== undefined && { ratio: round(ratio) }),
    ...(result.atMost !== undefined && { met: isMet(result) }),
    machine: machine(),
  });
}

/** "2 cores, 24 GiB": all that is said of the machine. */
export function machine(): string {
  return `${availableParallelism()} cores, ${Math.ceil(totalmem() / 2 ** 30)} GiB`;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}

function ratioOf({ values, relativeTo }: Result, all: readonly Result[]): number | undefined {
  const base = all.find(({ name }) => name === relativeTo);
  return base && median(values) / median(base.values);
}

function thatCounts({ values, counts = "median" }: Result): number {
  return counts === "median" ? median(values) : quantile(values, counts === "p99" ? 0.99 : 1);
}

function isMet(result: Result): boolean {
  return result.atMost === undefined || thatCounts(result) <= result.atMost;
}

function text(value: number): string {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString("en");
  return Number(value.toPrecision(3)).toString();
}

function target(result: Result): string {
  if (result.atMost === undefined) return "";
  const which = result.counts === undefined || result.counts === "median" ? "" : `${result.counts} `;
  return `${which}≤ ${text(result.atMost)}: ${isMet(result) ? "met" : "NOT MET"}`;
}

/** Markdown, with its columns aligned. */
export function table(results: readonly Result[]): string {
  const head = ["", "unit", "n", "median", "p99", "max", "ratio", "target"];
  const body = results.map((result) => {
    const { name, unit, values } = result;
    const ratio = ratioOf(result, results);
    const numbers = [median(values), quantile(values, 0.99), quantile(values, 1)].map(text);
    return [
      name,
      unit,
      String(values.length),
      ...numbers,
      ratio === undefined ? "" : `${text(ratio)} ×`,
      target(result),
    ];
  });
  const widths = head.map((_, column) => Math.max(3, ...[head, ...body].map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => pad(cell, widths[column] ?? 0, column >= 2 && column <= 6)).join(" | ")} |`;
  const rule = widths.map((width, column) =>
    column >= 2 && column <= 6 ? `${"-".repeat(width - 1)}:` : "-".repeat(width),
  );
  return [line(head), line(rule), ...body.map(line)].join("\n");
}

function pad(cell: string, width: number, right: boolean): string {
  return right ? cell.padStart(width) : cell.padEnd(width);
}
