import { mkdirSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { sameValue } from "../../../../src/source/directory/same.ts";
import { QUIET } from "../../../../src/source/directory/settle.ts";
import { WatchedSource } from "../../../support/source-events.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

function pool(name: string, range: string): string {
  return `apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\nmetadata: {name: ${name}}\nspec: {addresses: [${range}]}\n`;
}

t.test("of an object in two files the first in path order counts, and the second takes over", async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "b"));
  writeFileSync(join(folder, "a.yaml"), pool("one", "192.0.2.0/28"));
  writeFileSync(join(folder, "b/z.yaml"), `${pool("two", "192.0.2.32/28")}---\n${pool("one", "192.0.2.16/28")}`);
  const source = await WatchedSource.start(t, folder);
  const duplicate =
    "b/z.yaml:6 IPAddressPool default/one is written here and at a.yaml:1, which counts; remove one of them";
  t.same(source.take(), [
    "upsert IPAddressPool default/one",
    "upsert IPAddressPool default/two",
    `problem ${duplicate}`,
    "synced",
  ]);
  const seen = source.timers.set(QUIET);
  unlinkSync(join(folder, "a.yaml"));
  await seen;
  const [taken, resolved] = await source.events(2);
  t.match(taken, { type: "upsert", object: { origin: { file: "b/z.yaml", line: 6 } } });
  t.match(resolved, { type: "resolved" });
  source.timers.advance(QUIET);
  t.same(source.take(), []);
  writeFileSync(join(folder, "a.yaml"), pool("one", "192.0.2.0/28"));
  t.same(await source.next(2), ["upsert IPAddressPool default/one", `problem ${duplicate}`]);
});

t.test("an object twice in one file is a problem too", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "a.yaml"), `${pool("one", "192.0.2.0/28")}---\n${pool("one", "192.0.2.16/28")}`);
  const source = await WatchedSource.start(t, folder);
  t.same(source.take(), [
    "upsert IPAddressPool default/one",
    "problem a.yaml:6 IPAddressPool default/one is written here and at a.yaml:1, which counts; remove one of them",
    "synced",
  ]);
});

t.test("while a file has a problem nothing that it held is withdrawn, and all other files go on", async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, "a.yaml");
  writeFileSync(file, `${pool("one", "192.0.2.0/28")}---\n${pool("two", "192.0.2.16/28")}`);
  writeFileSync(join(folder, "b.yaml"), pool("three", "192.0.2.32/28"));
  const source = await WatchedSource.start(t, folder);
  source.take();
  const seen = source.timers.set(QUIET);
  writeFileSync(file, `${pool("one", "192.0.2.48/28")}---\nkind: IPAddressPool\nmetadata: {name: two\n`);
  await seen;
  source.timers.advance(QUIET);
  const [upsert, problem] = source.takeEvents();
  t.match(upsert, { type: "upsert", object: { ref: { name: "one" } } }, "what is good in it counts");
  t.match(problem, { type: "problem", origin: { file: "a.yaml" } });
  writeFileSync(join(folder, "b.yaml"), pool("three", "192.0.2.64/28"));
  t.same(await source.next(), ["upsert IPAddressPool default/three"]);
  writeFileSync(file, pool("one", "192.0.2.48/28"));
  t.match(await source.next(), [/^resolved a\.yaml/]);
  source.timers.advance(QUIET);
  t.same(source.take(), ["delete IPAddressPool default/two"]);
});

t.test("an object that moves to another file is not told", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "a.yaml"), `${pool("one", "192.0.2.0/28")}---\n${pool("two", "192.0.2.16/28")}`);
  const source = await WatchedSource.start(t, folder);
  source.take();
  const seen = source.timers.set(QUIET);
  writeFileSync(join(folder, "a.yaml"), pool("one", "192.0.2.0/28"));
  writeFileSync(join(folder, "b.yaml"), pool("two", "192.0.2.16/28"));
  await seen;
  writeFileSync(join(folder, "c.yaml"), pool("three", "192.0.2.32/28"));
  t.same(await source.next(), ["upsert IPAddressPool default/three"]);
  source.timers.advance(QUIET);
  t.same(source.take(), []);
});

t.test("values are equal whatever the order of their keys", (t) => {
  t.equal(sameValue({ a: [1, { b: null }], c: "x" }, { c: "x", a: [1, { b: null }] }), true);
  for (const [a, b] of [
    [{ a: 1 }, { a: 2 }],
    [{ a: 1 }, { b: 1 }],
    [{ a: 1 }, { a: 1, b: 1 }],
    [{ a: undefined }, {}],
    [[1], [1, 2]],
    [[1], { 0: 1 }],
    [{}, null],
    [1, "1"],
  ]) {
    t.equal(sameValue(a, b), false);
  }
  t.end();
});
