/** docs/bgp.md ends with a table that is made of `BEHAVIOURS`. UPDATE_GOLDEN=1 rewrites it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { BEHAVIOURS } from "./support/bgp-checklist.ts";
import type { Behaviour } from "./support/bgp-checklist.ts";

const ROOT = join(import.meta.dirname, "..");
const PAGE = join(ROOT, "docs/bgp.md");
const HEADING = "## What is done, and the tests that show it\n";

function row({ what, rfcs, shown, missing }: Behaviour): string {
  const byFile = Map.groupBy(shown, ([file]) => file);
  const tests = Array.from(byFile, ([file, titles]) => `\`${file}\`: ${titles.map(([, title]) => title).join("; ")}`);
  const said = [...tests, ...(missing === undefined ? [] : [`**${missing}**`])];
  return `| ${what} | ${rfcs.join(", ") || "-"} | ${said.join("<br>")} |\n`;
}

function table(): string {
  const head = "| Behaviour | RFC | Shown by |\n| --- | --- | --- |\n";
  return `${HEADING}\nMade by \`test/bgp-page.test.ts\`; each title stands in the file that it is listed with.\n\n${head}${BEHAVIOURS.map(row).join("")}`;
}

t.test("every test that the page names is there", (t) => {
  for (const [file, title] of BEHAVIOURS.flatMap(({ shown }) => shown)) {
    t.ok(readFileSync(join(ROOT, file), "utf8").includes(title), `${file}: ${title}`);
  }
  t.end();
});

t.test("a behaviour is shown, or the page says why it is not", (t) => {
  for (const { what, shown, missing } of BEHAVIOURS) t.ok(shown.length > 0 || missing !== undefined, what);
  t.end();
});

t.test("docs/bgp.md is as the list says", (t) => {
  const page = readFileSync(PAGE, "utf8");
  const whole = page.slice(0, page.indexOf(HEADING)) + table();
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(PAGE, whole);
  t.equal(readFileSync(PAGE, "utf8"), whole);
  t.end();
});
