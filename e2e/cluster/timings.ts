/** How long the steps of a test took, left behind as a JSON file: a record for people, nothing that a test compares. */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, homedir, loadavg } from "node:os";
import { basename, join } from "node:path";
import type { Test } from "tap";

/** HERALD_TIMINGS, else in the user's cache. */
function folder(): string {
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  return process.env["HERALD_TIMINGS"] ?? join(cache, "herald", "timings");
}

type Steps = Pick<Test, "name" | "on" | "teardown">;

/** One file for each test file, of its last run: "FOLDER/cluster-faults.json". `t` is the test whose steps are timed. */
export function leaveTimings(t: Steps, file: string): void {
  const steps: { readonly step: string; readonly ms: number; readonly ok: boolean }[] = [];
  const began = new Date().toISOString();
  const since = performance.now();
  t.on("subtestEnd", (step) => {
    steps.push({ step: step.name, ms: Math.round(step.time ?? 0), ok: step.passing() });
  });
  t.teardown(() => {
    const ms = Math.round(performance.now() - since);
    const text = { test: t.name, began, ms, cpus: cpus().length, load: loadavg()[0], steps };
    mkdirSync(folder(), { recursive: true });
    const name = `cluster-${basename(file, ".test.ts")}.json`;
    writeFileSync(join(folder(), name), `${JSON.stringify(text, undefined, 2)}\n`);
  });
}
