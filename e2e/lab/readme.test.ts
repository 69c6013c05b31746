import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { run } from "./command.ts";

const ROOT = join(import.meta.dirname, "..", "..");

if (process.getuid?.() !== 0) t.plan(0, "needs root: a lab is made of network namespaces");
else {
  const readme = readFileSync(join(import.meta.dirname, "README.md"), "utf8");
  const examples = Array.from(readme.matchAll(/```ts root\n([\s\S]*?)```/g), ([, code]) => code ?? "");
  for (const [index, says] of [
    "172.16.0.0/32 via 10.0.0.11\n",
    "system:serviceaccount:default:visitor at https://10.0.0.10:6443\n",
  ].entries()) {
    t.test(`example ${index + 1} of the README runs`, async (t) => {
      const file = join(t.testdir({}), "example.ts");
      writeFileSync(file, examples[index]?.replace('"./e2e/', `"${ROOT}/e2e/`) ?? "");
      const { stdout } = await run(process.execPath, [file], { cwd: ROOT });
      t.equal(stdout, says);
    });
  }
}
