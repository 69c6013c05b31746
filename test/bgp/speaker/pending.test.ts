import t from "tap";
import { Pending } from "../../../bgp/speaker/pending.ts";
import type { Known } from "../../../bgp/speaker/pending.ts";
import type { Route } from "@herald/bgp";
import { prefix, route } from "../../support/bgp-lab.ts";

const TEXT = "192.0.2.1/32";
const OLD = route(TEXT, { med: 1 });
const NEW = route(TEXT, { med: 2 });

/** What is left to say after these steps. */
function left(...steps: readonly (readonly [Known, Route | undefined])[]): string {
  const pending = new Pending();
  for (const [known, wanted] of steps) pending.set(1, prefix(TEXT), known, wanted);
  const withdraws = pending.takeWithdraws(10).map(() => "withdraw");
  const reaches = pending.takeReaches(10).map(({ attributes }) => `announce ${attributes.med}`);
  return [...withdraws, ...reaches].join(", ") || "nothing";
}

t.test("the last state wins, and what the peer knows is not said again", (t) => {
  t.equal(left([undefined, OLD]), "announce 1");
  t.equal(left([undefined, OLD], [OLD, NEW]), "announce 2");
  t.equal(left([undefined, OLD], [OLD, undefined]), "nothing");
  t.equal(left([OLD, NEW]), "announce 2");
  t.equal(left([OLD, NEW], [NEW, OLD]), "nothing");
  t.equal(left([OLD, undefined]), "withdraw");
  t.equal(left([OLD, NEW], [NEW, undefined]), "withdraw");
  t.equal(left([OLD, undefined], [undefined, OLD]), "nothing");
  t.equal(left([OLD, undefined], [undefined, NEW]), "announce 2");
  t.end();
});

t.test("where one cannot tell what the peer knows, it is told", (t) => {
  t.equal(left(["unknown", OLD]), "announce 1");
  t.equal(left(["unknown", undefined]), "withdraw");
  t.equal(left(["unknown", NEW], ["unknown", OLD]), "announce 1");
  t.equal(left([OLD, NEW], ["unknown", OLD]), "announce 1");
  t.end();
});

t.test("it is taken in parts", (t) => {
  const pending = new Pending();
  for (let n = 0; n < 5; n++) pending.set(n, prefix(`192.0.2.${n}/32`), undefined, route(`192.0.2.${n}/32`));
  t.equal(pending.additions, 5);
  t.equal(pending.takeReaches(3).length, 3);
  t.equal(pending.reaches, 2);
  t.equal(pending.takeReaches(3).length, 2);
  t.ok(pending.empty);
  t.end();
});
