import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { QUIET } from "../../../../src/source/directory/settle.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";
import { WatchedSource } from "../../../support/source-events.ts";

function service(name: string, port = 80): string {
  return `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\nspec:\n  ports:\n    - port: ${port}\n`;
}

t.test("all manifests of nested folders are told, then synced", async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "a/b"), { recursive: true });
  mkdirSync(join(folder, ".git"));
  writeFileSync(join(folder, "one.yaml"), `${service("one")}---\n${service("two")}---\n# nothing\n`);
  writeFileSync(join(folder, "a/b/three.yml"), service("three"));
  writeFileSync(join(folder, "a/four.json"), '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"four"}}');
  writeFileSync(join(folder, "a/readme.md"), "not a manifest");
  writeFileSync(join(folder, ".hidden.yaml"), service("hidden"));
  writeFileSync(join(folder, ".git/x.yaml"), service("hidden"));
  const source = await WatchedSource.start(t, folder);
  const events = source.takeEvents();
  t.same(
    events.map((event) => (event.type === "upsert" ? event.object.origin : event.type)),
    [
      { file: "one.yaml", line: 1 },
      { file: "one.yaml", line: 9 },
      { file: "a/four.json", line: 1 },
      { file: "a/b/three.yml", line: 1 },
      "synced",
    ],
  );
});

t.test("a single file can be the configuration", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "other.yaml"), service("other"));
  const file = join(folder, "config.yaml");
  writeFileSync(file, service("web"));
  const source = await WatchedSource.start(t, file);
  t.same(source.take(), ["upsert Service default/web", "synced"]);
  writeFileSync(file, service("web", 81));
  t.same(await source.next(), ["upsert Service default/web"]);
});

t.test("a folder that comes later is read then", async (t) => {
  const folder = join(temporaryFolder(t), "config");
  const source = await WatchedSource.start(t, folder);
  t.same(source.take(), [`problem ${folder}:1 ${folder} does not exist`, "synced"]);
  mkdirSync(folder);
  writeFileSync(join(folder, "a.yaml"), service("web"));
  t.same(await source.next(2), ["upsert Service default/web", `resolved ${folder}:1: ${folder} does not exist`]);
});

t.test("a file that becomes the configuration later is read then", async (t) => {
  const file = join(temporaryFolder(t), "config.yaml");
  const source = await WatchedSource.start(t, file);
  source.take();
  writeFileSync(`${file}.new`, service("web"));
  renameSync(`${file}.new`, file);
  t.same(await source.next(2), ["upsert Service default/web", `resolved ${file}:1: ${file} does not exist`]);
});

t.test("an edit tells what changed and nothing else", async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, "a.yaml");
  writeFileSync(file, `${service("one")}---\n${service("two")}`);
  const source = await WatchedSource.start(t, folder);
  source.take();
  writeFileSync(file, `# a comment\n${service("one")}---\n${service("two", 81)}---\n${service("three")}`);
  t.same(await source.next(2), ["upsert Service default/two", "upsert Service default/three"]);
});

t.test("an object that leaves a file written in place goes when the file was quiet", async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, "a.yaml");
  writeFileSync(file, `${service("one")}---\n${service("two")}`);
  const source = await WatchedSource.start(t, folder);
  source.take();
  writeFileSync(file, service("one", 81));
  t.same(await source.next(), ["upsert Service default/one"]);
  source.timers.advance(QUIET - 1);
  t.same(source.take(), []);
  source.timers.advance(1);
  t.same(source.take(), ["delete Service default/two"]);
});

t.test("a file renamed over another counts at once, what it lacks too", async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, "a.yaml");
  writeFileSync(file, `${service("one")}---\n${service("two")}`);
  const source = await WatchedSource.start(t, folder);
  source.take();
  writeFileSync(join(folder, ".a.yaml.new"), service("one"));
  renameSync(join(folder, ".a.yaml.new"), file);
  t.same(await source.next(), ["delete Service default/two"]);
});

t.test("a save in two steps withdraws nothing", async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, "a.yaml");
  writeFileSync(file, service("one"));
  const source = await WatchedSource.start(t, folder);
  source.take();
  for (const [what, half] of Object.entries({
    "truncated to nothing": "",
    "cut within a document": "apiVersion: v1\nkind: Serv",
    "cut within a value": service("one", 8080).slice(0, -3),
    unparsable: "apiVersion: v1\n\tkind: Service\n",
  })) {
    const seen = source.timers.set(QUIET);
    writeFileSync(file, half);
    await seen;
    source.timers.advance(QUIET - 1);
    t.same(source.take(), [], what);
    writeFileSync(file, service("one", 81 + half.length));
    t.same(await source.next(), ["upsert Service default/one"], `${what}, then whole`);
    source.timers.advance(QUIET);
    t.same(source.take(), [], `${what}, then quiet`);
  }
});

t.test("an editor that moves the old file away and writes a new one withdraws nothing", async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, "a.yaml");
  writeFileSync(file, service("one"));
  const source = await WatchedSource.start(t, folder);
  source.take();
  const seen = source.timers.set(QUIET);
  renameSync(file, `${file}~`);
  await seen;
  writeFileSync(file, service("one", 81));
  t.same(await source.next(), ["upsert Service default/one"]);
  unlinkSync(`${file}~`);
  source.timers.advance(QUIET);
  t.same(source.take(), []);
});

t.test("emptying a file, or removing it, is a way to delete", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "a.yaml"), service("one"));
  writeFileSync(join(folder, "b.yaml"), service("two"));
  const source = await WatchedSource.start(t, folder);
  source.take();
  let seen = source.timers.set(QUIET);
  writeFileSync(join(folder, "a.yaml"), "");
  await seen;
  source.timers.advance(QUIET);
  t.same(source.take(), ["delete Service default/one"]);
  seen = source.timers.set(QUIET);
  unlinkSync(join(folder, "b.yaml"));
  await seen;
  source.timers.advance(QUIET);
  t.same(source.take(), ["delete Service default/two"]);
});

t.test("new folders are followed, and folders that move or go", async (t) => {
  const folder = temporaryFolder(t);
  const source = await WatchedSource.start(t, folder);
  source.take();
  mkdirSync(join(folder, "x/y"), { recursive: true });
  writeFileSync(join(folder, "x/y/a.yaml"), service("one"));
  t.same(await source.next(), ["upsert Service default/one"]);
  writeFileSync(join(folder, "x/y/a.yaml"), service("one", 81));
  t.same(await source.next(), ["upsert Service default/one"]);

  let seen = source.timers.set(QUIET);
  renameSync(join(folder, "x"), join(folder, "z"));
  await seen;
  writeFileSync(join(folder, "z/y/a.yaml"), service("one", 82));
  t.same(await source.next(), ["upsert Service default/one"], "moved: only the change that follows is told");
  source.timers.advance(QUIET);
  t.same(source.take(), []);

  seen = source.timers.set(QUIET);
  rmSync(join(folder, "z"), { recursive: true });
  await seen;
  source.timers.advance(QUIET);
  t.same(source.take(), ["delete Service default/one"]);
});

t.test("a mounted ConfigMap changes as a whole", async (t) => {
  const folder = temporaryFolder(t);
  const version = (name: string, text: string): void => {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "a.yaml"), text);
  };
  version("..1", `${service("one")}---\n${service("two")}`);
  symlinkSync("..1", join(folder, "..data"));
  symlinkSync("..data/a.yaml", join(folder, "a.yaml"));
  const source = await WatchedSource.start(t, folder);
  t.same(source.take(), ["upsert Service default/one", "upsert Service default/two", "synced"]);
  version("..2", service("two", 81));
  symlinkSync("..2", join(folder, "..data_tmp"));
  renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
  t.same(await source.next(2), ["upsert Service default/two", "delete Service default/one"]);
});

t.test("a folder that a hidden link leads to changes as a whole", async (t) => {
  const folder = temporaryFolder(t);
  for (const [name, port] of [
    ["..1", 80],
    ["..2", 81],
  ] as const) {
    mkdirSync(join(folder, name, "inner"), { recursive: true });
    writeFileSync(join(folder, name, "inner/a.yaml"), service("one", port));
  }
  symlinkSync("..1", join(folder, "..data"));
  symlinkSync("..data/inner", join(folder, "inner"));
  const source = await WatchedSource.start(t, folder);
  t.same(source.take(), ["upsert Service default/one", "synced"]);
  symlinkSync("..2", join(folder, "..next"));
  renameSync(join(folder, "..next"), join(folder, "..data"));
  t.same(await source.next(), ["upsert Service default/one"]);
});

t.test("a folder behind a link that is swapped changes as a whole", async (t) => {
  const folder = temporaryFolder(t);
  for (const [name, port] of [
    ["v1", 80],
    ["v2", 81],
  ] as const) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "a.yaml"), service("one", port));
  }
  const swap = (name: string): void => {
    symlinkSync(name, join(folder, "next"));
    renameSync(join(folder, "next"), join(folder, "config"));
  };
  swap("v1");
  const source = await WatchedSource.start(t, join(folder, "config"));
  t.same(source.take(), ["upsert Service default/one", "synced"]);
  swap("v2");
  t.same(await source.next(), ["upsert Service default/one"]);
  writeFileSync(join(folder, "v2/a.yaml"), service("one", 82));
  t.same(await source.next(), ["upsert Service default/one"], "and is watched where it leads now");
});

t.test("links that loop are passed over, links to nothing are told, and a linked file is followed", async (t) => {
  const folder = temporaryFolder(t);
  const outside = join(temporaryFolder(t), "target.yaml");
  writeFileSync(outside, service("one"));
  symlinkSync(".", join(folder, "loop"));
  symlinkSync("self", join(folder, "self"));
  symlinkSync("nothing.yaml", join(folder, "dangling.yaml"));
  symlinkSync(outside, join(folder, "linked.yaml"));
  const source = await WatchedSource.start(t, folder);
  t.same(source.take(), [
    "upsert Service default/one",
    "problem dangling.yaml:1 dangling.yaml is a link to nothing",
    "synced",
  ]);
  writeFileSync(outside, service("one", 81));
  t.same(await source.next(), ["upsert Service default/one"]);
});

t.test("what cannot be read is told, and keeps what it last held", async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, "a.yaml");
  writeFileSync(file, service("one"));
  const source = await WatchedSource.start(t, folder, { maxBytes: 200 });
  source.take();
  writeFileSync(file, "#".repeat(201));
  t.same(await source.next(), ["problem a.yaml:1 a.yaml has 201 bytes; at most 200 are read"]);
  writeFileSync(file, Uint8Array.of(0x23, 0xff, 0x0a));
  t.same(await source.next(2), [
    "resolved a.yaml:1: a.yaml has 201 bytes; at most 200 are read",
    "problem a.yaml:1 a.yaml is not UTF-8 text",
  ]);
  writeFileSync(file, service("one", 81));
  t.same(await source.next(2), ["upsert Service default/one", "resolved a.yaml:1: a.yaml is not UTF-8 text"]);
});

t.test("the periodic look finds what the system did not tell", async (t) => {
  const folder = temporaryFolder(t);
  const inner = join(folder, "config");
  mkdirSync(inner);
  const source = await WatchedSource.start(t, join(inner, "not/yet"));
  source.take();
  mkdirSync(join(inner, "not/yet"), { recursive: true });
  writeFileSync(join(inner, "not/yet/a.yaml"), service("one"));
  source.timers.advance(30_000);
  t.match(await source.next(2), ["upsert Service default/one", /^resolved .*does not exist$/]);
});
