/** Samples in Prometheus' text format. */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Observed } from "../observed.ts";
import type { PassCounts } from "../pass-times.ts";
import { METRICS } from "./definitions.ts";
import type { MetricDefinition } from "./definitions.ts";
import { samplesOf } from "./samples.ts";
import type { Labels } from "./sample.ts";

/** A metric that is set anew for each scrape. */
interface Series {
  reset(): void;
  set(labels: Labels, value: number | PassCounts): void;
}

export interface Scrape {
  /** Content type. */
  readonly type: string;
  readonly text: string;
}

/** Every call reads how things stand then; nothing is counted here. */
export function createExposition(): (observed: Observed) => Promise<Scrape> {
  const registry = new Registry();
  const series = new Map(Object.entries(METRICS).map(([name, metric]) => [name, seriesOf(name, metric, registry)]));
  return async (observed) => {
    for (const one of series.values()) one.reset();
    for (const { name, labels, value } of samplesOf(observed)) series.get(name)?.set(labels, value);
    return { type: registry.contentType, text: withoutTypes(await registry.metrics()) };
  };
}

const UNTYPED: ReadonlySet<string> = new Set(
  Object.entries(METRICS).flatMap(([name, { type }]: [string, MetricDefinition]) => (type === "untyped" ? [name] : [])),
);

/** prom-client has no metric without a type: such ones are gauges in it. */
function withoutTypes(text: string): string {
  return text.replaceAll(/^# TYPE (\S+) gauge$/gm, (line, name: string) =>
    UNTYPED.has(name) ? `# TYPE ${name} untyped` : line,
  );
}

function seriesOf(name: string, definition: MetricDefinition, registry: Registry): Series {
  const { help, labels } = definition;
  const options = { name, help, labelNames: [...labels], registers: [registry] };
  switch (definition.type) {
    case "untyped":
    case "gauge": {
      const metric = new Gauge(options);
      return { reset: () => clear(metric), set: (at, value) => metric.set({ ...at }, single(value)) };
    }
    case "counter": {
      const metric = new Counter(options);
      return { reset: () => clear(metric), set: (at, value) => metric.inc({ ...at }, single(value)) };
    }
    case "histogram": {
      const metric = new CountedHistogram({ ...options, buckets: [...definition.bounds] });
      return {
        reset: () => metric.counted.splice(0),
        set: (at, value) => {
          if (typeof value === "object") metric.counted.push({ labels: at, counts: value });
        },
      };
    }
  }
}

/** Takes away the zero too, which a metric without labels would otherwise show where there is nothing to say. */
function clear(metric: Gauge | Counter): void {
  metric.reset();
  metric.remove({});
}

function single(value: number | PassCounts): number {
  return typeof value === "number" ? value : value.sum;
}

interface BucketValue {
  readonly metricName: string;
  readonly labels: Record<string, string | number>;
  readonly value: number;
}

/** A histogram that was counted elsewhere. */
class CountedHistogram extends Histogram {
  readonly counted: { readonly labels: Labels; readonly counts: PassCounts }[] = [];
  readonly #name: string;
  readonly #bounds: readonly number[];
  /** What a histogram says of itself besides its values. */
  readonly #plain: Histogram;

  constructor(options: ConstructorParameters<typeof Histogram>[0]) {
    super(options);
    this.#name = options.name;
    this.#bounds = options.buckets ?? [];
    this.#plain = new Histogram({ ...options, registers: [] });
  }

  override async get(): ReturnType<Histogram["get"]> {
    const values = this.counted.flatMap(({ labels, counts }) => this.#values(labels, counts));
    return { ...(await this.#plain.get()), values };
  }

  /** What the registry asks for its text. */
  getForPromString(): ReturnType<Histogram["get"]> {
    return this.get();
  }

  #values(labels: Labels, { cumulative, sum }: PassCounts): BucketValue[] {
    const total = cumulative.at(-1) ?? 0;
    const buckets = cumulative.map((value, index) => ({
      metricName: `${this.#name}_bucket`,
      labels: { ...labels, le: this.#bounds[index] ?? "+Inf" },
      value,
    }));
    return [
      ...buckets,
      { metricName: `${this.#name}_sum`, labels, value: sum },
      { metricName: `${this.#name}_count`, labels, value: total },
    ];
  }
}
