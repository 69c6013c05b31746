/**
 * The benches: `node test/bench/main.ts [--only LETTERS] [--runs N] [--json FILE] [--quick]`.
 * Every part runs in a process of its own, so that none warms up or burdens another; not so with --quick.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { jsonLine, machine, table } from "./report.ts";
import type { Bench, PartLine, Result } from "./report.ts";

interface Part {
  readonly title: string;
  readonly load: () => Promise<{ readonly run: (bench: Bench) => Promise<void> | void }>;
}

const PARTS: Readonly<Record<string, Part>> = {
  a: { title: "encoding and decoding", load: () => import("./parts/codec.ts") },
  b: { title: "a whole table to one router", load: () => import("./parts/speakers.ts") },
  c: { title: "one more peer that is told the same", load: () => import("./parts/peers.ts") },
  d: { title: "addresses for Services", load: () => import("./parts/allocator.ts") },
  e: { title: "who announces what: 10,000 Services, 100 nodes, 4 peers", load: () => import("./parts/plan.ts") },
  f: { title: "start-up and idle memory of herald run", load: () => import("./parts/start-up.ts") },
  g: { title: "a million routes received", load: () => import("./parts/receive.ts") },
  h: { title: "from the edit of a file to the UPDATE", load: () => import("./parts/file-to-wire.ts") },
  k: { title: "the same through each backend", load: () => import("./parts/backends.ts") },
};

const { values } = parseArgs({
  options: {
    only: { type: "string", default: Object.keys(PARTS).join("") },
    runs: { type: "string", default: "5" },
    json: { type: "string" },
    quick: { type: "boolean", default: false },
    /** Set for the process of one part. */
    part: { type: "string" },
  },
});

function partOf(letter: string): Part {
  const part = PARTS[letter];
  if (part === undefined) throw new Error(`there is no part ${letter}; parts are ${Object.keys(PARTS).join(" ")}`);
  return part;
}

/** Runs a part in this process. */
async function runHere(letter: string, say: (line: PartLine) => void): Promise<void> {
  const { run } = await partOf(letter).load();
  await run({
    runs: Number(values.runs),
    quick: values.quick,
    record: (result) => say({ result: { part: letter, ...result } }),
    note: (note) => say({ note }),
  });
}

/** Runs a part in a process of its own, which says what it found as JSON lines. */
async function runApart(letter: string, say: (line: PartLine) => void): Promise<void> {
  const args = ["--expose-gc", import.meta.filename, "--part", letter, "--runs", values.runs];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "close") as Promise<[number | null, string | null]>;
  for await (const text of createInterface({ input: child.stdout })) say(JSON.parse(text) as PartLine);
  const [code, signal] = await ended;
  if (code !== 0) throw new Error(`part ${letter} ended with ${signal ?? code}`);
}

/** Runs a part and prints what it found. */
async function show(letter: string): Promise<void> {
  const results: Result[] = [];
  const [load = 0] = loadavg();
  process.stdout.write(
    `\n## ${letter}: ${partOf(letter).title}\n\nLoad of the machine beforehand: ${load.toFixed(1)}\n\n`,
  );
  await (values.quick ? runHere : runApart)(letter, (line) => {
    if ("note" in line) process.stdout.write(`${line.note}\n\n`);
    else results.push(line.result);
  });
  process.stdout.write(`${table(results)}\n`);
  if (values.json === undefined) return;
  for (const result of results) appendFileSync(values.json, `${jsonLine(result, results)}\n`);
}

if (values.part !== undefined) {
  await runHere(values.part, (line) => process.stdout.write(`${JSON.stringify(line)}\n`));
} else {
  const letters = Array.from(values.only).filter((letter) => letter !== ",");
  letters.forEach(partOf);
  if (values.json !== undefined) writeFileSync(values.json, "");
  process.stdout.write(`${machine()}, Node.js ${process.versions.node}; ${values.runs} runs unless n says otherwise\n`);
  for (const letter of letters) await show(letter);
}
