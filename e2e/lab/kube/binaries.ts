/** Where the lab's etcd and Kubernetes programs are: a folder that the user names, or one in the user's cache, built once. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "../command.ts";

export const PROGRAMS = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kube-proxy",
  "kubectl",
] as const;
export type Program = (typeof PROGRAMS)[number];

const LIMIT_MS = 60 * 60_000;

/** A change of versions, of the list of programs or of how they are built makes another folder. */
function cacheFolder(): string {
  const made = ["kubernetes/go.mod", "kubernetes/go.sum", "etcd/go.mod", "etcd/go.sum", "build.ts"];
  const texts = made.map((name) => readFileSync(join(import.meta.dirname, name), "utf8"));
  const version = texts[0]?.match(/k8s\.io\/kubernetes (v\S+)/)?.[1] ?? "";
  const hash = createHash("sha256").update(texts.join("\0")).digest("hex").slice(0, 8);
  const cache = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  return join(cache, "herald", "lab", `kubernetes-${version}-${hash}`);
}

function lacking(folder: string): string[] {
  return PROGRAMS.filter((name) => !existsSync(join(folder, name)));
}

const orReady = `or let KUBEBUILDER_ASSETS name a folder that has ${PROGRAMS.join(", ")}`;

/**
 * The folder that has every one of `PROGRAMS`: `KUBEBUILDER_ASSETS` if that is set, else the cache, into which they are
 * built first where they are not there; `tell` hears of that beforehand. Runs at the same time wait for one build.
 * Rejects with what to install where there is no Go.
 */
export async function kubeBinaries(tell: (sentence: string) => void = () => {}): Promise<{ readonly folder: string }> {
  const ready = process.env["KUBEBUILDER_ASSETS"];
  if (ready) {
    const missing = lacking(ready);
    if (missing.length > 0) throw new Error(`KUBEBUILDER_ASSETS names ${ready}, which lacks ${missing.join(", ")}.`);
    return { folder: ready };
  }
  const folder = cacheFolder();
  if (existsSync(folder)) return { folder };
  await run("go", ["version"]).catch((cause: unknown) => {
    throw new Error(`The cluster lab builds Kubernetes itself: install Go 1.26 or newer, ${orReady}.`, { cause });
  });
  tell("Building etcd and Kubernetes for the lab: some minutes, once; they are kept in the user's cache.");
  mkdirSync(dirname(folder), { recursive: true });
  // The kernel gives the lock back with the last process of the build, however that ends.
  const build = [process.execPath, join(import.meta.dirname, "build.ts"), folder];
  await run("flock", [`${folder}.lock`, ...build], { timeoutMs: LIMIT_MS });
  return { folder };
}
