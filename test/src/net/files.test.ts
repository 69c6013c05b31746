import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { appendBounded, createExclusive, listFiles, readTextFile, writeAtomic } from "../../../src/net/files.ts";
import { nameOfComponent, pathComponent, serviceOfPath, servicePath } from "../../../src/net/state-folder.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

t.test("an atomic write makes its folders, replaces the file, and leaves nothing beside it", async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, "a/b/c.yaml");
  await writeAtomic(file, "one");
  const before = statSync(file).ino;
  await Promise.all([writeAtomic(file, "two", { durable: true }), writeAtomic(join(folder, "a/b/d.yaml"), "d")]);
  t.equal(readFileSync(file, "utf8"), "two");
  t.not(statSync(file).ino, before);
  t.same(readdirSync(join(folder, "a/b")).sort(), ["c.yaml", "d.yaml"]);
});

t.test("an atomic write that fails leaves what was there, and nothing beside it", async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "taken"));
  await t.rejects(writeAtomic(join(folder, "taken"), "x"), { code: "EISDIR" });
  t.same(readdirSync(folder), ["taken"]);
});

t.test("an exclusive file is made once", async (t) => {
  const file = join(temporaryFolder(t), "x/lease");
  t.same(
    await Promise.all([createExclusive(file, "a"), createExclusive(file, "a")]).then(
      (made) => made.filter((one) => one).length,
    ),
    1,
  );
  await t.rejects(createExclusive(join(file, "below"), "a"));
});

t.test("an appended file is bounded, with one older file beside it", async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, "events/a.jsonl");
  for (const line of ["1\n", "22\n", "333\n", "4444\n", "55555\n"]) await appendBounded(file, line, 9);
  t.same(readdirSync(join(folder, "events")).sort(), ["a.jsonl", "a.jsonl.1"]);
  t.equal(readFileSync(file, "utf8"), "55555\n");
  t.equal(readFileSync(`${file}.1`, "utf8"), "4444\n");
});

t.test("reading never waits and says why it cannot", async (t) => {
  const folder = temporaryFolder(t);
  execFileSync("mkfifo", [join(folder, "pipe.yaml")]);
  writeFileSync(join(folder, "bom.yaml"), "\uFEFFa: 1\n");
  t.match(await readTextFile(join(folder, "bom.yaml"), 100), { kind: "text", text: "a: 1\n" });
  t.same(await readTextFile(join(folder, "pipe.yaml"), 100), { kind: "unreadable", what: "is not a regular file" });
  t.same(await readTextFile(folder, 100), { kind: "folder" });
  t.same(await readTextFile(join(folder, "none"), 100), { kind: "gone" });
  t.match(await readTextFile(join(folder, "x".repeat(300)), 100), {
    kind: "unreadable",
    what: "cannot be read: name too long (ENAMETOOLONG)",
  });
});

t.test("files are listed below a folder, hidden ones left out", async (t) => {
  const folder = temporaryFolder(t);
  t.same(await listFiles(join(folder, "none")), []);
  await writeAtomic(join(folder, "b/c.yaml"), "");
  await writeAtomic(join(folder, "a.yaml"), "");
  await writeAtomic(join(folder, ".x"), "");
  t.same(await listFiles(folder), ["a.yaml", "b/c.yaml"]);
});

t.test("no name leads out of its folder, and every name comes back", (t) => {
  for (const [name, component] of [
    ["web-1.example", "web-1.example"],
    ["..", "%2e."],
    [".hidden", "%2ehidden"],
    ["a/b", "a%2fb"],
    ["a%2fb", "a%252fb"],
    ["ü\0", "%c3%bc%00"],
    ["", "%"],
  ] as const) {
    t.equal(pathComponent(name), component);
    t.equal(nameOfComponent(component), name);
  }
  t.equal(nameOfComponent("a%zz"), undefined);
  t.equal(nameOfComponent("%41"), undefined);
  t.equal(servicePath("shop/web"), "shop/web.yaml");
  t.equal(servicePath("../.."), "%2e./%2e..yaml");
  t.equal(serviceOfPath("shop/web.yaml"), "shop/web");
  for (const path of ["web.yaml", "a/b/c.yaml", "shop/web.yml", "shop/w%zz.yaml"])
    t.equal(serviceOfPath(path), undefined);
  t.end();
});
