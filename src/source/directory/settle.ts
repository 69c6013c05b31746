/**
 * When a change of a file counts. Files change in steps: an editor truncates and then writes, or moves the old file
 * away and writes a new one, and a large text arrives in pieces. So:
 *
 * - What a file adds or changes counts at once.
 * - A file that was replaced as a whole (rename, as atomic writers and mounted ConfigMaps do) counts at once in every respect.
 * - What disappears from a file written in place, or with the file, counts when the file was quiet for `QUIET` milliseconds.
 * - A text that looks cut off (blank, not parsable, no line end) counts for nothing until the file was as long quiet.
 * - While a file has a problem, nothing that it held is withdrawn.
 *
 * What is there at the start counts as it is.
 */
import type { FileState } from "../../net/tree.ts";
import type { Timer, Timers } from "../../net/clock.ts";
import { refKey } from "../../model/object.ts";
import type { WrittenObject, WrittenProblem } from "./identify.ts";
import { parseFile } from "./parse.ts";
import type { ParsedFile } from "./parse.ts";

/** Milliseconds without a change after which a file is taken to be complete: longer than any save takes between its steps. */
export const QUIET = 25;

export interface Accepted {
  objectsOf(file: string): readonly WrittenObject[];
  set(
    file: string,
    objects: readonly WrittenObject[],
    kept: readonly WrittenObject[],
    problems: readonly WrittenProblem[],
  ): void;
}

const NOTHING: ParsedFile = { objects: [], problems: [], parts: new Map() };

function looksCut(file: string, text: string, replaced: boolean, parsed: ParsedFile): boolean {
  if (text.trim() === "" || parsed.problems.length > 0) return true;
  return !replaced && !text.endsWith("\n") && !file.endsWith(".json");
}

export class Settling {
  readonly #timers: Timers;
  readonly #accepted: Accepted;
  /** Called when files settled on their own, after `change`. */
  readonly #settled: () => void;
  readonly #parsed = new Map<string, ParsedFile>();
  readonly #pending = new Map<string, Timer>();

  constructor(timers: Timers, accepted: Accepted, settled: () => void) {
    this.#timers = timers;
    this.#accepted = accepted;
    this.#settled = settled;
  }

  /** `initial`: the first look, when there is nothing yet to keep. */
  change(file: string, state: FileState, initial: boolean): void {
    this.#pending.get(file)?.cancel();
    this.#pending.delete(file);
    switch (state.kind) {
      case "gone":
        // Until then it is remembered only: the objects may be in another file already.
        this.#accepted.set(file, [], this.#accepted.objectsOf(file), []);
        this.#later(file, NOTHING);
        return;
      case "unreadable":
        this.#accepted.set(file, [], this.#accepted.objectsOf(file), [{ line: 1, text: `${file} ${state.what}` }]);
        return;
      case "text": {
        const parsed = parseFile(file, state.text, this.#parsed.get(file));
        if (parsed.parts.size > 0) this.#parsed.set(file, parsed);
        else this.#parsed.delete(file);
        if (initial) this.#accept(file, parsed);
        else if (looksCut(file, state.text, state.replaced, parsed)) this.#later(file, parsed);
        else if (state.replaced) this.#accept(file, parsed);
        else this.#acceptGrowth(file, parsed);
      }
    }
  }

  close(): void {
    for (const timer of this.#pending.values()) timer.cancel();
    this.#pending.clear();
  }

  #later(file: string, parsed: ParsedFile): void {
    const settle = (): void => {
      this.#pending.delete(file);
      if (parsed === NOTHING) this.#parsed.delete(file);
      this.#accept(file, parsed);
      this.#settled();
    };
    this.#pending.set(file, this.#timers.setTimer(QUIET, settle));
  }

  #accept(file: string, parsed: ParsedFile): void {
    const kept = parsed.problems.length === 0 ? [] : this.#missing(file, parsed);
    this.#accepted.set(file, parsed.objects, kept, parsed.problems);
  }

  /** Takes what is there now, and what is missing later. */
  #acceptGrowth(file: string, parsed: ParsedFile): void {
    const missing = this.#missing(file, parsed);
    this.#accepted.set(file, parsed.objects, missing, parsed.problems);
    if (missing.length > 0) this.#later(file, parsed);
  }

  #missing(file: string, parsed: ParsedFile): readonly WrittenObject[] {
    const present = new Set(parsed.objects.map(({ ref }) => refKey(ref)));
    return this.#accepted.objectsOf(file).filter(({ ref }) => !present.has(refKey(ref)));
  }
}
