import t from "tap";
import { isAlive, labOf, newLabId, startTime } from "../../e2e/lab/owner.ts";

t.test("each lab has a name of its own, by the process that made it", (t) => {
  const [one, two] = [newLabId(), newLabId()];
  t.not(one, two);
  t.match(one, new RegExp(`^hl-${process.pid}-${startTime(process.pid)}-\\d+$`));
  t.end();
});

t.test("the lab of a namespace or folder is read from its name", (t) => {
  const owner = { id: "hl-12-345-1", pid: 12, start: "345" };
  t.same(labOf("hl-12-345-1"), owner, "a folder");
  t.same(labOf("hl-12-345-1-tor1"), owner, "a namespace");
  t.same(labOf("hl-12-345-1-a-b"), owner, "of a node with a dash in its name");
  t.end();
});

t.test("what is not a lab's is nobody's to remove", (t) => {
  for (const name of [
    "",
    "hl",
    "hl-12",
    "hl-12-345",
    "hl-a-345-1",
    "xhl-12-345-1",
    "cni-hl-12-345-1",
    "hl-12-345-1x",
  ]) {
    t.equal(labOf(name), undefined, name);
  }
  t.end();
});

t.test("an owner is alive while the process of its number started when it did", (t) => {
  const owner = { pid: process.pid, start: startTime(process.pid) ?? "" };
  t.ok(isAlive(owner));
  t.notOk(isAlive({ ...owner, start: "1" }), "another process got the number");
  t.notOk(
    isAlive(owner, () => undefined),
    "it has ended",
  );
  t.end();
});
