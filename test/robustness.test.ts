/** docs/robustness.md names tests: they are there. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";

const ROOT = join(import.meta.dirname, "..");
const TEXT = readFileSync(join(ROOT, "docs/robustness.md"), "utf8");

t.test("every test file that the page names exists", (t) => {
  const files = new Set(Array.from(TEXT.matchAll(/`(test\/[\w/.-]+\.test\.ts)`/g), ([, file = ""]) => file));
  t.ok(files.size > 8);
  for (const file of files) t.ok(existsSync(join(ROOT, file)), file);
  t.end();
});

t.test("every rule of RFC 7606 that the page names has its tests", (t) => {
  const rules = TEXT.slice(TEXT.indexOf("## RFC 7606"));
  const files = globSync("test/bgp/codec/rfc7606*.test.ts", { cwd: ROOT });
  const tests = files.map((file) => readFileSync(join(ROOT, file), "utf8")).join("");
  // Those of one table are named "ATTRIBUTE of no bytes" from its rows.
  const names = Array.from(rules.matchAll(/"([^"]+)"/g), ([, name = ""]) => name);
  t.ok(names.length > 40);
  for (const name of names) t.ok(tests.includes(`"${name}`), name);
  t.end();
});
