import { spawnSync } from "node:child_process";
import { join } from "node:path";
import t from "tap";

if (process.getuid?.() !== 0) t.plan(0, "needs root: a lab is made of network namespaces");
else {
  t.setTimeout(330_000);
  for (const backend of ["native", "frr", "gobgp"]) {
    t.test(`make demo BACKEND=${backend}: all that it expects is seen`, async (t) => {
      const demo = join(import.meta.dirname, "demo.ts");
      const { KEEP: _, ...rest } = process.env;
      const env = { ...rest, BACKEND: backend };
      const { status, stdout, stderr } = spawnSync(process.execPath, [demo], { encoding: "utf8", env });
      t.equal(status, 0, "exit code");
      t.equal(stderr, "", "no error");
      t.match(stdout, /\n[78]\. Leaving\n[^]*\nAll of it was seen, in \d+\.\d s\.\n$/);
      t.notMatch(stdout, /NOT SEEN/);
    });
  }
}
