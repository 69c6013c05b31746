/** deploy/Dockerfile as far as it goes: stages with their steps, and what they come to without an engine. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { ROOT } from "./herald.ts";

/** "COPY", and what follows, in words. */
interface Step {
  readonly what: string;
  readonly words: readonly string[];
}

export interface Stage {
  readonly from: string;
  readonly name: string;
  readonly steps: readonly Step[];
}

export interface Copy {
  /** The stage it is from; absent: the folder that the image is built of. */
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly to: string;
}

export function dockerfile(): Stage[] {
  const text = readFileSync(join(ROOT, "deploy", "Dockerfile"), "utf8");
  const lines = text
    .replaceAll(/\\\n/g, " ")
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"));
  const stages: (Stage & { readonly steps: Step[] })[] = [];
  for (const line of lines) {
    const [what = "", ...words] = line.trim().split(/\s+/);
    if (what === "FROM") stages.push({ from: words[0] ?? "", name: words[2] ?? "", steps: [] });
    else stages.at(-1)?.steps.push({ what, words });
  }
  return stages;
}

export function copies({ steps }: Stage): Copy[] {
  return steps
    .filter(({ what }) => what === "COPY")
    .map(({ words }) => {
      const [first = "", ...rest] = words;
      const from = /^--from=(.*)$/.exec(first)?.[1];
      const all = from === undefined ? words : rest;
      return { from, sources: all.slice(0, -1), to: all.at(-1) ?? "" };
    });
}

/** Of the last stage: what runs, in the form of a list. */
export function entryPoint(): string[] {
  const step = dockerfile()
    .at(-1)
    ?.steps.find(({ what }) => what === "ENTRYPOINT");
  return JSON.parse(step?.words.join(" ") ?? "[]") as string[];
}

/** Of the last stage: the environment that it runs with, as NAME=VALUE. */
export function environment(): string[] {
  const steps = dockerfile().at(-1)?.steps ?? [];
  return steps.filter(({ what }) => what === "ENV").flatMap(({ words }) => words);
}

/** Makes the files that the last stage adds to its base, below `root`: the build stage is this checkout, with what it has installed. */
export function assemble(root: string): void {
  execFileSync(process.execPath, [join(ROOT, "bin", "bundle.js"), join(root, "app")]);
  const last = dockerfile().at(-1);
  if (last === undefined) throw new Error("deploy/Dockerfile has no stage");
  for (const { from, sources, to } of copies(last)) {
    for (const source of sources) {
      // What the bundle's own step made is there already.
      if (from !== undefined && source === "/app") continue;
      const origin = join(ROOT, from === undefined ? source : source.replace(/^\/src\//, ""));
      mkdirSync(join(root, "app", "node_modules"), { recursive: true });
      const file = to.endsWith("/") && statSync(origin).isFile();
      cpSync(origin, join(root, file ? join(to, basename(origin)) : to), { recursive: true, dereference: true });
    }
  }
}
