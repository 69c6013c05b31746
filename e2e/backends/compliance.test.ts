/** The compliance suite of backends, on the daemons themselves. */
import { join } from "node:path";
import t from "tap";
import { gobgpSocket } from "../lab/index.ts";
import type { LabNode } from "../lab/index.ts";
import { isRoot, pair } from "../interop/pair.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const SUITES = [
  { daemon: "bgpd", topology: "pair-frr-alone.clab.yml", file: "on-frr.ts", where: ({ folder }: LabNode) => folder },
  { daemon: "gobgpd", topology: "pair-gobgp-alone.clab.yml", file: "on-gobgp.ts", where: gobgpSocket },
];

if (isRoot(t)) {
  t.setTimeout(600_000);
  for (const { daemon, topology, file, where } of SUITES) {
    t.test(`what every backend does, on ${daemon}`, async (t) => {
      const { speaker, router } = await pair(t, topology);
      const suite = router.spawn(process.execPath, [join(ROOT, "test", "src", "backend", file), where(speaker)]);
      await suite.ended;
      const results = Array.from(suite.output().matchAll(/^(not )?ok \d+ - (.*) # time=/gm));
      t.ok(results.length > 15, "the suite came to its end");
      for (const [, failed, name = ""] of results) t.equal(failed, undefined, name);
      if (!t.passing()) t.comment(suite.output());
    });
  }
}
