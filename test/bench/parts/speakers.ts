/** (b) A whole table to one router: Herald's library beside FRR, BIRD and ExaBGP, one after the other, round by round. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Lab, requireInstalled } from "../../../e2e/lab/index.ts";
import type { Bench } from "../report.ts";
import type { Arrived } from "../sink/process.ts";
import { startSinkProcess } from "../sink/start.ts";
import { announceArguments, herald, replay } from "../speakers/herald.ts";
import { bird, exabgp, frr } from "../speakers/others.ts";
import { LINK } from "../speakers/speaker.ts";
import type { BenchSpeaker } from "../speakers/speaker.ts";

const SPEAKERS: readonly BenchSpeaker[] = [replay, herald, frr, bird, exabgp];
const COUNTS = [10_000, 100_000];

interface Quantity {
  readonly name: string;
  readonly unit: string;
  readonly of: (arrived: Arrived) => number;
  /** Of Herald, with 100,000 routes. */
  readonly atMost?: number;
}

const QUANTITIES: readonly Quantity[] = [
  { name: "OPEN to first route", unit: "ms", of: ({ first }) => first },
  { name: "OPEN to last route", unit: "ms", of: ({ last }) => last, atMost: 100 },
  { name: "CPU since its start", unit: "s", of: ({ cpuTotal }) => cpuTotal, atMost: 0.5 },
  { name: "CPU of the session", unit: "s", of: ({ cpuSession }) => cpuSession },
  { name: "peak RSS", unit: "MiB", of: ({ peakMiB }) => peakMiB, atMost: 150 },
  { name: "UPDATEs", unit: "", of: ({ updates }) => updates },
];

export async function run(bench: Bench): Promise<void> {
  if (bench.quick) return alone(bench);
  const software = SPEAKERS.flatMap(({ software }) => software ?? []);
  await requireInstalled(software, (text) => process.stderr.write(`${text}\n`));
  for (const { version } of software) bench.note(versionOf(version));
  for (const count of COUNTS) {
    const results = new Map<BenchSpeaker, Arrived[]>(SPEAKERS.map((speaker) => [speaker, []]));
    // One round is thrown away: it brings files and programs into memory.
    for (let round = -1; round < bench.runs; round++) {
      for (const [speaker, arrived] of results) {
        const one = await inLab(speaker, count);
        if (round >= 0) arrived.push(one);
      }
    }
    for (const quantity of QUANTITIES) recordAll(bench, quantity, count, results);
  }
}

function recordAll(
  bench: Bench,
  { name, unit, of, atMost }: Quantity,
  count: number,
  results: ReadonlyMap<BenchSpeaker, readonly Arrived[]>,
): void {
  const title = (speaker: BenchSpeaker): string => `${count.toLocaleString("en")} /32, ${name}: ${speaker.name}`;
  for (const [speaker, arrived] of results) {
    const isTarget = speaker === herald && atMost !== undefined && count === 100_000;
    bench.record({
      name: title(speaker),
      unit,
      values: arrived.map(of),
      ...(isTarget && { atMost }),
      ...(speaker !== herald && { relativeTo: title(herald) }),
    });
  }
}

function versionOf([command, ...args]: readonly [string, ...string[]]): string {
  const { stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  const said = `${stdout}${stderr}`.split("\n").find((line) => /\d+\.\d+/.test(line)) ?? "version unknown";
  return said.replaceAll(/\s+/g, " ").trim();
}

/** One measurement in two namespaces of its own, which are gone afterwards. */
async function inLab(speaker: BenchSpeaker, count: number): Promise<Arrived> {
  const folder = mkdtempSync(join(tmpdir(), "herald-bench-"));
  try {
    const config = join(folder, "speaker.conf");
    if (speaker.config !== undefined) writeFileSync(config, speaker.config.text(count));
    const file = join(folder, "bench.clab.yml");
    writeFileSync(file, topology(speaker, config));
    await using lab = await Lab.up(file);
    const { namespace } = lab.node("sink");
    const sink = await startSinkProcess({ address: LINK.sink, port: 179, namespace });
    const { pid, go } = await speaker.start(lab.node("speaker"), config, count);
    const [arrived] = await Promise.all([sink.expect({ count, pid }), go()]);
    await sink.stop();
    return arrived;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function topology({ image = "host", config }: BenchSpeaker, file: string): string {
  const binds = config?.path === undefined ? [] : [`${file}:${config.path}`];
  const nodes = {
    speaker: { image, binds, exec: [`ip address add ${LINK.speaker}/24 dev sink`] },
    sink: { image: "host", exec: [`ip address add ${LINK.sink}/24 dev speaker`] },
  };
  const defaults = { kind: "linux", "network-mode": "none" };
  // YAML is a superset of JSON.
  return JSON.stringify({
    name: "herald-bench",
    topology: { defaults, nodes, links: [{ endpoints: ["speaker:sink", "sink:speaker"] }] },
  });
}

/** Herald alone, on loopback. */
async function alone(bench: Bench): Promise<void> {
  const sink = await startSinkProcess({ address: "127.0.0.1", port: 0 });
  const args = announceArguments(1_000, { local: "127.0.0.1", peer: "127.0.0.1", port: sink.port });
  const child = spawn(process.execPath, args, { stdio: "ignore" });
  const { last } = await sink.expect({ count: 1_000, pid: child.pid ?? 0 });
  bench.record({ name: "1,000 /32, OPEN to last route: Herald", unit: "ms", values: [last] });
  child.kill();
  await once(child, "exit");
  await sink.stop();
}
