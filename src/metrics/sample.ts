/** One sample: a metric, its labels, its value. */
import type { PassCounts } from "../pass-times.ts";
import type { MetricName } from "./definitions.ts";

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly name: MetricName;
  readonly labels: Labels;
  readonly value: number | PassCounts;
}

export function sample(name: MetricName, value: number | PassCounts, labels: Labels = {}): Sample {
  return { name, labels, value };
}

export function bool(value: boolean): number {
  return value ? 1 : 0;
}
