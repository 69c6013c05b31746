import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import t from "tap";
import { parseObject } from "../../../src/api/parse.ts";
import type { ApiObject } from "../../../src/api/parse.ts";
import { compile } from "../../../src/intent/compile.ts";
import { serviceView } from "../../../src/intent/views.ts";
import type { Problem } from "../../../src/model/problem.ts";
import { parseFile } from "../../../src/source/directory/parse.ts";
import { matchesGolden, readable } from "../../support/golden.ts";
import { lines } from "../../support/objects.ts";

const root = join(import.meta.dirname, "../../..");

interface Sample {
  readonly objects: readonly ApiObject[];
  readonly problems: readonly Problem[];
}

function read(file: string): Sample {
  const { objects, problems } = parseFile(file, readFileSync(file, "utf8"));
  t.same(problems, [], `${file} is YAML`);
  const results = objects.map(({ ref, apiVersion, value }) => parseObject({ ref, apiVersion, value }));
  return {
    objects: results.flatMap(({ object }) => (object === undefined ? [] : [object])),
    problems: results.flatMap((result) => result.problems),
  };
}

/** The configuration and the Services, as text. */
function outcome(objects: readonly ApiObject[]): { readonly text: string; readonly problems: readonly Problem[] } {
  const { config, problems } = compile(objects);
  const viewed = objects.flatMap((object) => (object.kind === "Service" ? [serviceView(object)] : []));
  const services = viewed.map(({ view }) => view);
  return {
    text: readable(services.length > 0 ? { services } : config),
    problems: [...problems, ...viewed.flatMap((each) => each.problems)],
  };
}

const samples = globSync("config/samples/*.yaml", { cwd: root }).sort();

t.test("each sample compiles without problems, to the configuration that its golden file shows", (t) => {
  t.ok(samples.length >= 10);
  for (const sample of samples) {
    const { objects, problems } = read(join(root, sample));
    const { text, problems: more } = outcome(objects);
    t.same(lines([...problems, ...more]), [], `${sample} has no problems`);
    matchesGolden(t, `intent/${basename(sample)}`, text);
  }
  t.end();
});

const theirs = join(root, "../shared/samples/metallb");

t.test("manifests of users, where they lie beside the checkout, have effect as they are", (t) => {
  for (const file of existsSync(theirs) ? globSync("*.yaml", { cwd: theirs }).sort() : []) {
    const { objects, problems } = read(join(theirs, file));
    const all = [...problems, ...outcome(objects).problems];
    t.ok(objects.length > 0, `${file} has objects`);
    t.same(lines(all.filter(({ severity }) => severity === "error")), [], `${file} has no errors`);
  }
  t.end();
});
