/** A lab of a test's own: a speaker and a router on one link. */
import { join } from "node:path";
import type { Test } from "tap";
import { Lab } from "../lab/index.ts";
import type { LabNode } from "../lab/index.ts";

const TOPOLOGIES = join(import.meta.dirname, "..", "..", "deploy", "clab");

/** False: the tests of this file are skipped, with the reason. */
export function isRoot(t: Test): boolean {
  t.setTimeout(120_000);
  if (process.getuid?.() === 0) return true;
  t.plan(0, "needs root: a lab is made of network namespaces");
  return false;
}

/** `topology` is a file of deploy/clab. */
export async function pair(t: Test, topology: string): Promise<{ speaker: LabNode; router: LabNode }> {
  const lab = await Lab.up(join(TOPOLOGIES, topology), { tell: (sentence) => t.comment(sentence) });
  t.teardown(() => lab.down());
  return { speaker: lab.node("speaker"), router: lab.node("router") };
}
