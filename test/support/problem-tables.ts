/** Tables of what is written and what the user is told about it, word for word. */
import t from "tap";
import { parseObject } from "../../src/api/parse.ts";
import { compiled, lines, raw } from "./objects.ts";
import type { Written } from "./objects.ts";

export interface ParseRow {
  readonly name: string;
  readonly written: Written;
  /** Whether the object has effect, in part at least. */
  readonly effect: boolean;
  readonly told: readonly string[];
}

/** Each object parsed on its own. */
export function parseTable(name: string, rows: readonly ParseRow[]): void {
  t.test(name, (t) => {
    for (const { name, written, effect, told } of rows) {
      const { object, problems } = parseObject(raw(written));
      t.same(lines(problems), told, name);
      t.equal(object !== undefined, effect, `${name}: ${effect ? "an" : "no"} effect`);
    }
    t.end();
  });
}

export interface CompileRow {
  readonly name: string;
  readonly written: readonly Written[];
  readonly told: readonly string[];
}

/** The objects of each row compiled together. */
export function compileTable(name: string, rows: readonly CompileRow[]): void {
  t.test(name, (t) => {
    for (const { name, written, told } of rows) t.same(compiled(written).lines, told, name);
    t.end();
  });
}
