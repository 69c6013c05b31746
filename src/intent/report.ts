/** Collecting problems while compiling. */
import type { ObjectRef, Origin } from "../model/object.ts";
import { refKey } from "../model/object.ts";
import type { Problem } from "../model/problem.ts";
import { problemOf } from "../model/problem.ts";

/** Anything that can be named: an object, or what has been made of one. */
export interface Named {
  readonly ref: ObjectRef;
  readonly origin?: Origin;
}

export class Report {
  readonly #problems: Problem[] = [];

  /** The object, or the field named, has no effect. */
  error(about: Named, field: string, what: string, fix: string): void {
    this.#problems.push(problemOf("error", about, field, what, fix));
  }

  /** An error in what a Secret holds. */
  secret(about: Named, field: string, what: string, fix: string): void {
    this.#problems.push({ ...problemOf("error", about, field, what, fix), secret: true });
  }

  /** A Secret is not there, yet. */
  noSecret(about: Named, field: string, what: string, fix: string): void {
    this.#problems.push({ ...problemOf("error", about, field, what, fix), dangling: true, secret: true });
  }

  /** An error that ends when what is referred to comes. */
  dangling(about: Named, field: string, what: string, fix: string): void {
    this.#problems.push({ ...problemOf("error", about, field, what, fix), dangling: true });
  }

  /** It works, yet not as written. */
  warning(about: Named, field: string, what: string, fix: string): void {
    this.#problems.push(problemOf("warning", about, field, what, fix));
  }

  /** By object, then field: the same whatever order they were found in. */
  sorted(): Problem[] {
    return this.#problems
      .map((problem) => ({ key: sortKey(problem), problem }))
      .sort((a, b) => compareText(a.key, b.key))
      .map(({ problem }) => problem);
  }
}

function sortKey({ ref, field, what }: Problem): string {
  return `${refKey(ref)}\n${field}\n${what}`;
}

/** By code unit: the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function quote(text: string): string {
  return JSON.stringify(text);
}

/** The end of a fix: the name that was probably meant. */
export function didYouMean(name: string | undefined, otherwise: string): string {
  return name === undefined ? otherwise : `did you mean ${name}?`;
}
