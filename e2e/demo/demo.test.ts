import { spawnSync } from "node:child_process";
import { join } from "node:path";
import t from "tap";

if (process.getuid?.() !== 0) t.plan(0, "needs root: a lab is made of network namespaces");
else {
  t.setTimeout(110_000);
  t.test("make demo: all that it expects is seen", async (t) => {
    const demo = join(import.meta.dirname, "demo.ts");
    const { KEEP: _, ...env } = process.env;
    const { status, stdout, stderr } = spawnSync(process.execPath, [demo], { encoding: "utf8", env });
    t.equal(status, 0, "exit code");
    t.equal(stderr, "", "no error");
    t.match(stdout, /\n8\. Leaving\n[^]*\nAll of it was seen, in \d+\.\d s\.\n$/);
    t.notMatch(stdout, /NOT SEEN/);
  });
}
