import t from "tap";
import { KINDS } from "../../../../src/source/kubernetes/kinds.ts";
import { Objects } from "../../../../src/source/kubernetes/objects.ts";
import type { ApiValue } from "../../../../src/source/kubernetes/wire.ts";
import { FakeClock } from "../../../support/fake-clock.ts";

const PLACE = { path: "/api/v1/nodes", version: "v1" };

function nodes(): { readonly objects: Objects; readonly told: () => string[] } {
  const kind = KINDS.find((each) => each.kind === "Node");
  if (kind === undefined) throw new Error("Nodes are not read");
  let said: string[] = [];
  const objects = new Objects({
    kind,
    clock: new FakeClock(),
    emit: (event) => {
      if (event.type === "upsert") said.push(`+ ${event.object.key}`);
      if (event.type === "delete") said.push(`- ${event.ref.namespace}/${event.ref.name}`);
    },
    asks: () => undefined,
    complete: () => said.push("complete"),
    failed: () => undefined,
    works: () => undefined,
    definitionEnds: () => Promise.resolve(false),
    kept: () => undefined,
  });
  const told = (): string[] => {
    const now = said;
    said = [];
    return now;
  };
  return { objects, told };
}

function node(name: string, labels: Record<string, string> = {}): ApiValue {
  const metadata = { name, uid: `uid-${name}`, labels };
  return { metadata };
}

t.test("what a list lacks is gone, when it has ended and not before", (t) => {
  const { objects, told } = nodes();
  objects.listing(PLACE);
  for (const name of ["a", "b", "c"]) objects.object(node(name));
  objects.listed();
  t.same(told(), ["+ /a", "+ /b", "+ /c", "complete"]);
  t.equal(objects.size, 3);

  objects.listing(PLACE);
  objects.object(node("b", { rack: "1" }));
  objects.object(node("c"));
  t.same(told(), ["+ /b"], "only what is different is told");
  objects.listed();
  t.same(told(), ["- /a", "complete"]);
  objects.listed();
  t.same(told(), ["complete"], "once");
  t.end();
});

t.test("a list that begins anew counts from its last beginning", (t) => {
  const { objects, told } = nodes();
  objects.listing(PLACE);
  for (const name of ["a", "b"]) objects.object(node(name));
  objects.listed();
  told();

  objects.listing(PLACE);
  objects.object(node("a"));
  objects.listing(PLACE);
  objects.object(node("b"));
  objects.listed();
  t.same(told(), ["- /a", "complete"]);
  t.end();
});

t.test("what goes and comes while a list is read is there at its end", (t) => {
  const { objects, told } = nodes();
  objects.listing(PLACE);
  objects.object(node("a"));
  objects.listed();
  told();

  objects.listing(PLACE);
  objects.removed(node("a"));
  objects.object(node("a"));
  objects.listed();
  t.same(told(), ["- /a", "+ /a", "complete"]);
  t.equal(objects.size, 1);
  t.end();
});
