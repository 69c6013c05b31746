/**
 * `make bench-cluster`: Herald on a real API server, with real routers: `node test/bench/cluster/main.ts
 * [--only baseline,latency,burst,bundled] [--services 10000] [--one-by-one 500] [--json FILE] [--quick]`. Needs root.
 */
import { appendFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { jsonLine, machine, table } from "../report.ts";
import type { Bench, Result } from "../report.ts";
import { baseline } from "./baseline.ts";
import { bundled, burst } from "./burst.ts";
import { latency } from "./latency.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "baseline,latency,burst,bundled" },
    services: { type: "string", default: "10000" },
    "one-by-one": { type: "string", default: "500" },
    json: { type: "string" },
    /** Tiny sizes, only to see that everything works. */
    quick: { type: "boolean", default: false },
  },
});

const services = values.quick ? 20 : Number(values.services);
const oneByOne = values.quick ? 3 : Number(values["one-by-one"]);
let alone: number | undefined;

const PARTS: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  async baseline(bench) {
    alone = await baseline(bench, services);
  },
  latency: (bench) => latency(bench, oneByOne),
  burst: (bench) => burst(bench, services, alone),
  bundled: (bench) => bundled(bench, services),
};

process.stdout.write(`${machine()}, Node.js ${process.versions.node}\n`);
if (values.json !== undefined) writeFileSync(values.json, "");
for (const name of values.only.split(",")) {
  const part = PARTS[name];
  if (part === undefined) throw new Error(`there is no part ${name}; parts are ${Object.keys(PARTS).join(", ")}`);
  const results: Result[] = [];
  const [load = 0] = loadavg();
  process.stdout.write(`\n## ${name}\n\nLoad of the machine beforehand: ${load.toFixed(1)}\n\n`);
  await part({
    runs: 1,
    quick: values.quick,
    record: (result) => results.push({ part: name, ...result }),
    note: (note) => process.stdout.write(`${note}\n\n`),
  });
  process.stdout.write(`${table(results)}\n`);
  if (values.json === undefined) continue;
  for (const result of results) appendFileSync(values.json, `${jsonLine(result, results)}\n`);
}
