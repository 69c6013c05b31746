/** `herald check`: every problem of a folder of manifests, by object and field. */
import { World } from "../world.ts";
import { problemRows } from "./offline.ts";
import { readOnce } from "./read.ts";
import { problemLine } from "./render.ts";
import type { CheckArguments } from "./options.ts";
import { Exit } from "./system.ts";
import type { System } from "./system.ts";

export async function runCheck({ file, output }: CheckArguments, system: System): Promise<Exit> {
  const world = new World();
  for (const event of await readOnce(file, system)) world.apply(event);
  const problems = problemRows(world);
  const errors = problems.filter(({ severity }) => severity === "error").length;
  if (output === "json") {
    system.out(`${JSON.stringify({ objects: world.size, problems }, undefined, 2)}\n`);
  } else {
    for (const problem of problems) system.out(`${problemLine(problem)}\n`);
    system.out(
      `${count(world.size, "object")}, ${count(errors, "error")}, ${count(problems.length - errors, "warning")}\n`,
    );
  }
  return errors > 0 ? Exit.Problems : Exit.Ok;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
