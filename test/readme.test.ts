import { execFile } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import t from "tap";

const run = promisify(execFile);
const root = join(import.meta.dirname, "..");

/** The first ```ts block of each room's README is its example: it runs as it stands, from the repository's root. */
const readmes = globSync("{bgp,bfd,src,e2e}/**/README.md", {
  cwd: root,
  exclude: (p) => p.includes("node_modules"),
}).sort();

for (const readme of readmes) {
  const example = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, readme), "utf8"))?.[1];
  if (example === undefined) continue;
  t.test(`the example of ${readme} runs`, async (t) => {
    const folder = mkdtempSync(join(root, "test", ".example-"));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, "example.ts");
    writeFileSync(
      file,
      example
        .replaceAll('"./test/', `"${root}/test/`)
        .replaceAll('"./src/', `"${root}/src/`)
        .replaceAll('"./bgp/', `"${root}/bgp/`),
    );
    const { stderr } = await run(process.execPath, [file], { cwd: root, timeout: 60_000 });
    t.equal(stderr, "", "and says nothing on stderr");
  });
}

t.test("each library folder explains itself", (t) => {
  const folders = new Set(readmes.map((readme) => dirname(readme)));
  for (const folder of [
    "bgp",
    "bgp/codec",
    "bgp/fsm",
    "bfd",
    "src/admission",
    "src/allocate",
    "src/plan",
    "src/announce",
    "src/backend",
    "src/bfd",
    "src/source",
    "src/status",
    "src/net",
    "src/describe",
    "src/http",
    "src/metrics",
  ]) {
    t.ok(folders.has(folder), `${folder}/README.md`);
  }
  t.end();
});
