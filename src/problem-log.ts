/** Says each problem once when it appears, and once when it is gone. */
import type { Logger } from "./log/index.ts";
import { formatRef } from "./model/object.ts";
import { formatProblem } from "./model/problem.ts";
import type { Problem } from "./model/problem.ts";
import type { Change, World } from "./world.ts";

export interface CurrentProblem {
  readonly severity: Problem["severity"];
  /** "BGPPeer metallb-system/tor-1"; "" where it is of no object. */
  readonly object: string;
  readonly text: string;
}

/** All that is wrong now, in words: of the source first, then of objects. */
export function currentProblems(world: Pick<World, "problems" | "sourceProblems">): CurrentProblem[] {
  return [
    ...world.sourceProblems.map(({ text, file, line }): CurrentProblem => ({
      severity: "error",
      object: "",
      text: `${text} (${file}:${line})`,
    })),
    ...world.problems.map((problem) => ({
      severity: problem.severity,
      object: formatRef(problem.ref),
      text: formatProblem(problem),
    })),
  ];
}

export class ProblemLog {
  readonly #world: World;
  readonly #log: Logger;
  #said: ReadonlyMap<string, "error" | "warning"> = new Map();
  #due = false;

  constructor(world: World, log: Logger) {
    this.#world = world;
    this.#log = log;
  }

  /** Looks once a turn, and not before everything was read: an object may refer to a later one. */
  take(changes: readonly Change[]): void {
    const matters = changes.some(({ type }) => type === "problems" || type === "config" || type === "synced");
    if (!matters || !this.#world.synced || this.#due) return;
    this.#due = true;
    queueMicrotask(() => this.#look());
  }

  #look(): void {
    this.#due = false;
    const now = new Map(currentProblems(this.#world).map(({ text, severity }) => [text, severity]));
    for (const [problem, severity] of now) {
      if (this.#said.has(problem)) continue;
      if (severity === "error") this.#log.error("problem", { severity, problem });
      else this.#log.warn("problem", { severity, problem });
    }
    for (const problem of this.#said.keys()) if (!now.has(problem)) this.#log.info("problem resolved", { problem });
    this.#said = now;
  }
}
