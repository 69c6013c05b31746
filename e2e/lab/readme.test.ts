import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { run } from "./command.ts";

const ROOT = join(import.meta.dirname, "..", "..");

if (process.getuid?.() !== 0) t.plan(0, "needs root: a lab is made of network namespaces");
else {
  t.test("the example of the README runs", async (t) => {
    const readme = readFileSync(join(import.meta.dirname, "README.md"), "utf8");
    const example = /```ts root\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
    const file = join(t.testdir({}), "example.ts");
    writeFileSync(file, example.replace('"./e2e/', `"${ROOT}/e2e/`));
    const { stdout } = await run(process.execPath, [file], { cwd: ROOT });
    t.equal(stdout, "172.16.0.0/32 via 10.0.0.11\n");
  });
}
