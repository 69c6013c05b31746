/** docs/interop.md is made by runs of e2e (`e2e/interop/page.ts`); what it says of tests has to be so without a run too. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";

const ROOT = join(import.meta.dirname, "..");
const PAGE = readFileSync(join(ROOT, "docs/interop.md"), "utf8");
const ROW = /^\| (.+) \| (FRR|FRR, newest|BIRD|GoBGP) \| `(e2e\/.+\.test\.ts)`: (.+) \|$/gm;
const SOURCES = globSync("e2e/{interop,bfd}/*.ts", { cwd: ROOT }).map((file) => readFileSync(join(ROOT, file), "utf8"));

/** Where tests of more than one file stand. */
const SHARED = ["e2e/interop/suite.ts", "e2e/interop/policy.ts", "e2e/bfd/frr.test.ts", "e2e/bfd/purpose.test.ts"];

t.test("every test that the page names is there, for that peer", (t) => {
  const rows = [...PAGE.matchAll(ROW)];
  t.ok(rows.length > 50);
  t.equal(rows.length, (PAGE.match(/^\| .+ \| .+ \| .+ \|$/gm)?.length ?? 0) - 2, "but for the heading");
  for (const [row, , , file = "", title = ""] of rows) {
    const sources = [file, ...SHARED].map((each) => readFileSync(join(ROOT, each), "utf8"));
    const words = title.replace(/^(?:FRR|BIRD|GoBGP): /, "");
    t.ok(
      sources.some((source) => source.includes(words)),
      row,
    );
  }
  t.end();
});

t.test("every behaviour that a test says it has seen is on the page", (t) => {
  const said = SOURCES.flatMap((source) =>
    [...source.matchAll(/seenWith\(([^;]+)\);/g)].flatMap(([, list = ""]) =>
      [...list.matchAll(/"((?:[^"\\]|\\.)+)"/g)].map(([, text = ""]) => text),
    ),
  );
  const behaviours = said.filter((text) => !["FRR", "FRR, newest", "BIRD", "GoBGP"].includes(text));
  t.ok(behaviours.length > 25);
  for (const behaviour of behaviours) t.ok(PAGE.includes(`\n| ${behaviour} | `), behaviour);
  t.end();
});
