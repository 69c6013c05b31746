/** The compliance suite of backends, in a process of its own beside a daemon. */
import { join } from "node:path";
import type { Test } from "tap";
import { gobgpSocket } from "../lab/index.ts";
import type { LabNode } from "../lab/index.ts";
import { pair } from "../interop/pair.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const SUITES = {
  bgpd: { topology: "pair-frr-alone.clab.yml", file: "on-frr.ts", where: ({ folder }: LabNode) => folder },
  gobgpd: { topology: "pair-gobgp-alone.clab.yml", file: "on-gobgp.ts", where: gobgpSocket },
};

export async function compliesOn(t: Test, daemon: keyof typeof SUITES): Promise<void> {
  const { topology, file, where } = SUITES[daemon];
  const { speaker, router } = await pair(t, topology);
  const suite = router.spawn(process.execPath, [join(ROOT, "test", "src", "backend", file), where(speaker)]);
  await suite.ended;
  const results = Array.from(suite.output().matchAll(/^(not )?ok \d+ - (.*) # time=/gm));
  t.ok(results.length > 15, "the suite came to its end");
  for (const [, failed, name = ""] of results) t.equal(failed, undefined, name);
  if (!t.passing()) t.comment(suite.output());
}
