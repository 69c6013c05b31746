import * as fc from "fast-check";
import t from "tap";
import { Lines } from "../../../../src/source/kubernetes/lines.ts";

t.test("lines come out whole wherever the chunks are cut, also within a character", (t) => {
  const text = fc.array(
    fc.string({ unit: "binary", maxLength: 8 }).map((s) => s.replaceAll("\n", "")),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(text, fc.string({ unit: "binary", maxLength: 4 }), fc.array(fc.nat(20)), (lines, rest, cuts) => {
      const bytes = new TextEncoder().encode(lines.map((line) => `${line}\n`).join("") + rest.replaceAll("\n", ""));
      const splitter = new Lines();
      const found: string[] = [];
      let at = 0;
      for (const cut of [...cuts, bytes.length]) {
        found.push(...splitter.push(bytes.subarray(at, at + cut)));
        at += cut;
      }
      t.same(
        found,
        lines.map((line) => line.toWellFormed().replace(/^\uFEFF/, "")).filter((line) => line !== ""),
      );
    }),
  );
  t.end();
});
