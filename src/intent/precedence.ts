/** Which of two objects that cannot both have effect keeps it: the older one, so that what works goes on working. */
import type { Metadata } from "../api/metadata.ts";
import { formatRef } from "../model/object.ts";
import type { Named, Report } from "./report.ts";
import { compareText, quote } from "./report.ts";

export interface Dated extends Named {
  readonly metadata: Metadata;
}

/** Objects of a folder have no age; there the name decides. An object without age comes after those that have one. */
export function byPrecedence(a: Dated, b: Dated): number {
  return (
    compareText(a.metadata.creationTimestamp ?? "~", b.metadata.creationTimestamp ?? "~") ||
    compareText(a.ref.name, b.ref.name) ||
    compareText(a.ref.namespace, b.ref.namespace) ||
    compareText(a.origin?.file ?? "", b.origin?.file ?? "") ||
    (a.origin?.line ?? 0) - (b.origin?.line ?? 0)
  );
}

/** Why the first of two objects has precedence over the second, as the end of a sentence. */
export function precedenceOf(winner: Dated): string {
  return winner.metadata.creationTimestamp === undefined ? "which comes first by name" : "which is older";
}

/** Objects of one kind in order of precedence, each name once; the others are errors. */
export function uniqueByName<O extends Dated>(objects: readonly O[], report: Report): O[] {
  const seen = new Map<string, O>();
  for (const object of [...objects].sort(byPrecedence)) {
    const first = seen.get(object.ref.name);
    if (first === undefined) {
      seen.set(object.ref.name, object);
      continue;
    }
    const where = first.origin === undefined ? "" : ` (${first.origin.file}:${first.origin.line})`;
    const what = `the name ${quote(object.ref.name)} is taken by ${formatRef(first.ref)}${where}`;
    report.error(object, "metadata.name", what, "give each a name of its own, also across namespaces");
  }
  return [...seen.values()];
}
