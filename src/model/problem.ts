/** Something wrong with what a user wrote: named so that it can be found and mended. */
import { formatRef } from "./object.ts";
import type { ObjectRef, Origin } from "./object.ts";

export interface Problem {
  /** "error": the object, or the part named, has no effect. "warning": it works, yet not as written. */
  readonly severity: "error" | "warning";
  readonly ref: ObjectRef;
  /** The field, as in `spec.addresses[1]`; "" where it is the object as a whole. */
  readonly field: string;
  /** What is wrong, in one clause, with the value in question; never a secret. */
  readonly what: string;
  /** What would be right, in one clause. */
  readonly fix: string;
  readonly origin?: Origin;
  /** What it refers to is not there: another object may come and mend it. */
  readonly dangling?: true;
  /** It is about a Secret: agents that read none do not see it. */
  readonly secret?: true;
}

/** A problem of an object, or of the field of it that is named. */
export function problemOf(
  severity: Problem["severity"],
  about: { readonly ref: ObjectRef; readonly origin?: Origin },
  field: string,
  what: string,
  fix: string,
): Problem {
  const { ref, origin } = about;
  return { severity, ref, field, what, fix, ...(origin === undefined ? {} : { origin }) };
}

/** "IPAddressPool metallb-system/a: spec.addresses[1]: "10.0.0.0/33" is not ...; write ... (pools.yaml:12)". */
export function formatProblem(problem: Problem): string {
  const field = problem.field === "" ? "" : `: ${problem.field}`;
  const fix = problem.fix === "" ? "" : `; ${problem.fix}`;
  const origin = problem.origin === undefined ? "" : ` (${problem.origin.file}:${problem.origin.line})`;
  return `${formatRef(problem.ref)}${field}: ${problem.what}${fix}${origin}`;
}
