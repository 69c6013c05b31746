/** Which objects the files hold together: duplicates settled, state laid over, and only differences told. */
import { formatRef, refKey } from "../../model/object.ts";
import type { ObjectRef, Origin, RawObject, SourceEvent } from "../../model/object.ts";
import type { WrittenObject, WrittenProblem } from "./identify.ts";
import { sameValue } from "./same.ts";

/** A written object and where. */
interface Claim {
  readonly object: WrittenObject;
  readonly file: string;
  /** Place within the file, from 0. */
  readonly index: number;
  /** No longer written, but not given up yet: it counts after those that are. */
  readonly kept: boolean;
}

interface FileContent {
  readonly claims: readonly Claim[];
  readonly problems: readonly WrittenProblem[];
}

interface Problem {
  readonly text: string;
  readonly origin: Origin;
}

const EMPTY: FileContent = { claims: [], problems: [] };

/** Path order, then order within the file. */
function before(a: Claim, b: Claim): number {
  if (a.kept !== b.kept) return a.kept ? 1 : -1;
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.index - b.index;
}

export type Overlay = (object: WrittenObject) => Readonly<Record<string, unknown>>;

export class Catalog {
  readonly #overlay: Overlay;
  readonly #files = new Map<string, FileContent>();
  /** By object key, in the order in which they count: the first one does. */
  readonly #claims = new Map<string, Claim[]>();
  /** What was told. */
  readonly #objects = new Map<string, RawObject>();
  readonly #problems = new Map<string, Problem>();
  /** What the next `flush` has to look at. */
  readonly #touchedKeys = new Set<string>();
  readonly #touchedFiles = new Set<string>();

  constructor(overlay: Overlay) {
    this.#overlay = overlay;
  }

  /** What `file` holds now, what it held and is not given up yet, and what is wrong with it. */
  set(
    file: string,
    objects: readonly WrittenObject[],
    kept: readonly WrittenObject[],
    problems: readonly WrittenProblem[],
  ): void {
    const old = this.#files.get(file) ?? EMPTY;
    const claims = [
      ...objects.map((object, index) => ({ object, file, index, kept: false })),
      ...kept.map((object, index) => ({ object, file, index, kept: true })),
    ];
    for (const { object } of old.claims) this.#unclaim(object.ref, file);
    for (const claim of claims) this.#claim(claim);
    if (claims.length === 0 && problems.length === 0) this.#files.delete(file);
    else this.#files.set(file, { claims, problems });
    this.#touchedFiles.add(file);
  }

  objectsOf(file: string): readonly WrittenObject[] {
    return (this.#files.get(file) ?? EMPTY).claims.map(({ object }) => object);
  }

  /** The state of an object changed: it is laid over again. */
  touch(key: string): void {
    this.#touchedKeys.add(key);
  }

  #unclaim(ref: ObjectRef, file: string): void {
    const key = refKey(ref);
    const rest = (this.#claims.get(key) ?? []).filter((claim) => claim.file !== file);
    if (rest.length === 0) this.#claims.delete(key);
    else this.#claims.set(key, rest);
    this.#reconsider(key, rest);
  }

  #claim(claim: Claim): void {
    const key = refKey(claim.object.ref);
    const claims = this.#claims.get(key);
    if (claims === undefined) this.#claims.set(key, [claim]);
    else claims.splice(0, Infinity, ...[...claims, claim].sort(before));
    this.#reconsider(key, claims ?? []);
  }

  /** A change of which claim counts changes the problems of all files involved. */
  #reconsider(key: string, claims: readonly Claim[]): void {
    this.#touchedKeys.add(key);
    for (const { file } of claims) this.#touchedFiles.add(file);
  }

  /** The difference between what was told and what is true: objects first, those that went last, then problems. */
  flush(): SourceEvent[] {
    const upserts: SourceEvent[] = [];
    const deletes: SourceEvent[] = [];
    for (const key of this.#touchedKeys) {
      const known = this.#objects.get(key);
      const claims = this.#claims.get(key);
      const first = claims?.[0];
      if (first === undefined) {
        this.#objects.delete(key);
        if (known !== undefined) deletes.push({ type: "delete", ref: known.ref });
        continue;
      }
      const { ref, apiVersion, line } = first.object;
      const value = this.#overlay(first.object);
      const object = { ref, apiVersion, value, origin: { file: first.file, line } };
      const same = known?.apiVersion === apiVersion && sameValue(known.value, value);
      this.#objects.set(key, object);
      if (!same) upserts.push({ type: "upsert", object });
    }
    const problems = this.#flushProblems();
    this.#touchedKeys.clear();
    this.#touchedFiles.clear();
    return [...upserts, ...deletes, ...problems];
  }

  #flushProblems(): SourceEvent[] {
    const now = new Map<string, Problem>();
    for (const file of this.#touchedFiles) {
      for (const problem of this.#problemsOf(file)) {
        now.set(`${problem.origin.file}:${problem.origin.line}: ${problem.text}`, problem);
      }
    }
    const events: SourceEvent[] = [];
    for (const [id, { origin }] of this.#problems) {
      if (!this.#touchedFiles.has(origin.file) || now.has(id)) continue;
      this.#problems.delete(id);
      events.push({ type: "resolved", id });
    }
    for (const [id, problem] of now) {
      if (this.#problems.has(id)) continue;
      this.#problems.set(id, problem);
      events.push({ type: "problem", id, ...problem });
    }
    return events;
  }

  #problemsOf(file: string): Problem[] {
    const { claims, problems } = this.#files.get(file) ?? EMPTY;
    const found: Problem[] = problems.map(({ text, line }) => ({ text, origin: { file, line } }));
    for (const claim of claims) {
      const first = this.#claims.get(refKey(claim.object.ref))?.[0];
      if (first === undefined || first === claim || claim.kept) continue;
      const { ref, line } = claim.object;
      const text = `${formatRef(ref)} is written here and at ${first.file}:${first.object.line}, which counts; remove one of them`;
      found.push({ text, origin: { file, line } });
    }
    return found;
  }
}
