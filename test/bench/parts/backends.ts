/** (k) The same input through each backend, up to what arrives at a router. */
import { join } from "node:path";
import { Lab, gobgpSocket } from "../../../e2e/lab/index.ts";
import type { LabNode } from "../../../e2e/lab/index.ts";
import type { Bench } from "../report.ts";

interface Contender {
  readonly name: string;
  readonly topology: string;
  readonly where: (speaker: LabNode) => string;
  /** Milliseconds that the medians may take, by quantity. */
  readonly atMost: Readonly<Record<string, number>>;
}

const WHOLE = "10,000 routes more, all at the router";
const MORE = "one route more, at the router";
const LESS = "one route less, at the router";

const CONTENDERS: readonly Contender[] = [
  {
    name: "native",
    topology: "pair-frr-alone.clab.yml",
    where: () => "",
    atMost: { [MORE]: 5, [LESS]: 5 },
  },
  {
    name: "frr",
    topology: "pair-frr-alone.clab.yml",
    where: ({ folder }) => folder,
    atMost: { [MORE]: 20, [LESS]: 20, [WHOLE]: 2_000 },
  },
  {
    name: "gobgp",
    topology: "pair-gobgp-alone.clab.yml",
    where: gobgpSocket,
    atMost: { [MORE]: 20, [LESS]: 20, [WHOLE]: 3_000 },
  },
];

const ROOT = join(import.meta.dirname, "..", "..", "..");
const CHANGES = 40;

interface Line {
  readonly quantity: string;
  readonly values: readonly number[];
}

export async function run(bench: Bench): Promise<void> {
  if (bench.quick) return;
  const lines = new Map<Contender, readonly Line[]>();
  for (const one of CONTENDERS) lines.set(one, await inLab(one));
  for (const quantity of lines.get(CONTENDERS[0] as Contender)?.map((line) => line.quantity) ?? []) {
    for (const [{ name, atMost }, results] of lines) {
      const values = results.find((line) => line.quantity === quantity)?.values ?? [];
      const target = atMost[quantity];
      bench.record({
        name: `${quantity}: ${name}`,
        unit: "ms",
        values,
        ...(target !== undefined && { atMost: target }),
      });
    }
  }
}

async function inLab({ name, topology, where }: Contender): Promise<readonly Line[]> {
  await using lab = await Lab.up(join(ROOT, "deploy", "clab", topology));
  const file = join(ROOT, "test", "bench", "backends", "run.ts");
  const task = lab.node("router").spawn(process.execPath, [file, name, where(lab.node("speaker")), String(CHANGES)]);
  const end = await task.ended;
  if (end !== 0) throw new Error(`${name} ended with ${end}: ${task.output()}`);
  return task
    .output()
    .trim()
    .split("\n")
    .map((line): Line => JSON.parse(line) as Line);
}
