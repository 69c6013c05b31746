import { readFileSync } from "node:fs";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import t from "tap";

const BENCH = join(import.meta.dirname, "../../test/bench/cluster/main.ts");

if (process.getuid?.() !== 0) t.plan(0, "needs root: a cluster is made of network namespaces");
else {
  t.setTimeout(240_000);
  t.test("every part of the cluster bench runs, in sizes that say nothing", (t) => {
    const file = join(t.testdir({}), "results.jsonl");
    const { status, stderr } = spawnSync(process.execPath, [BENCH, "--quick", "--json", file], { encoding: "utf8" });
    t.equal(status, 0, stderr);
    const results = readFileSync(file, "utf8").trim().split("\n");
    const parts = results.map((line) => (JSON.parse(line) as { readonly part: string }).part);
    t.same([...new Set(parts)], ["baseline", "latency", "burst", "bundled"]);
    for (const line of results) t.match(JSON.parse(line), { n: Number, median: Number });
    t.end();
  });
}
