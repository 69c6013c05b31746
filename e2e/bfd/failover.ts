/**
 * `make failover`: for how long packets are lost when a node fails, with Herald and with FRR as the nodes' speaker, and
 * with the hold time alone. A table on stdout. RUNS=5 for more than one run of each; PATIENCE=300 (seconds) to see for how
 * long graceful restart keeps the way by a node without BFD, also with the default hold time.
 */
import { FailoverLab } from "./failover-lab.ts";
import type { Loss, Setting } from "./failover-lab.ts";

const RUNS = Number(process.env["RUNS"] ?? 1);
/** Seconds that the router is watched where there is no BFD. */
const PATIENCE = Number(process.env["PATIENCE"] ?? 12);
const DEFAULTS: readonly (readonly [string, Setting])[] = [
  ["Herald, hold time 90 s and graceful restart", { speaker: "herald" }],
];

const SETTINGS: readonly (readonly [string, Setting])[] = [
  ["Herald, BFD 50 ms x 3", { speaker: "herald", interval: 50 }],
  ["FRR, BFD 50 ms x 3", { speaker: "frr", interval: 50 }],
  ["Herald, BFD 300 ms x 3", { speaker: "herald", interval: 300 }],
  ["FRR, BFD 300 ms x 3", { speaker: "frr", interval: 300 }],
  ["Herald, hold time 9 s alone", { speaker: "herald", holdTime: 9, gracefulRestart: false }],
  ["Herald, hold time 9 s and graceful restart", { speaker: "herald", holdTime: 9 }],
  ...(PATIENCE > 90 ? DEFAULTS : []),
];

const FAILURES: readonly (readonly [string, (lab: FailoverLab) => Promise<void> | void])[] = [
  [
    "node crash",
    async (lab) => {
      await lab.cut("n1");
      for (const task of lab.node("n1").tasks) task.signal("SIGKILL");
    },
  ],
  ["link cut on the far side", (lab) => lab.cut("n1")],
  ["speaker killed (kill -9)", (lab) => lab.speakers("n1").forEach((task) => task.signal("SIGKILL"))],
  ["speaker frozen (SIGSTOP)", (lab) => lab.speakers("n1").forEach((task) => task.signal("SIGSTOP"))],
];

process.stdout.write(
  "| Speaker | Failure | last packet lost after | packets lost | way gone from the router after |\n| --- | --- | --- | --- | --- |\n",
);
for (const [name, setting] of SETTINGS) {
  for (const [failure, fail] of FAILURES) {
    const losses: Loss[] = [];
    for (let run = 0; run < RUNS; run++) {
      await using lab = await FailoverLab.up(setting);
      losses.push(await lab.lossBy(() => fail(lab), setting.interval === undefined ? PATIENCE * 1000 : 3000));
    }
    const show = (of: (loss: Loss) => number): string => {
      const values = losses.map(of).sort((a, b) => a - b);
      if (!Number.isFinite(values.at(-1))) return "stays";
      return [...new Set([values[0], values.at(-1)])].map((value) => Math.round(value ?? 0)).join("-");
    };
    const gone = show(({ gone = Infinity }) => gone);
    const cells = [name, failure, `${show(({ last }) => last)} ms`, show(({ packets }) => packets), gone];
    process.stdout.write(`| ${cells.join(" | ")} |\n`);
  }
}
