import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import t from "tap";

const run = promisify(execFile);
const program = join(import.meta.dirname, "bench/main.ts");

t.test("every part of the benches runs, in sizes that say nothing", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "herald-bench-test-"));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const json = join(folder, "results.jsonl");
  const { stdout } = await run(process.execPath, [program, "--quick", "--runs", "1", "--json", json]);
  const results = readFileSync(json, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { part: string; name: string; median: number });
  t.same([...new Set(results.map(({ part }) => part))], Array.from("abcdefgh"));
  for (const { part, name, median } of results) t.equal(typeof median, "number", `${part}: ${name} is a number`);
  for (const { name } of results) t.ok(stdout.includes(name), `the table has ${name}`);
});
