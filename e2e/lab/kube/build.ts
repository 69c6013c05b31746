/** Builds the Kubernetes programs and etcd into a folder. Usage: build.ts FOLDER; `binaries.ts` runs it under a lock. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "../command.ts";

const BUILD_LIMIT_MS = 40 * 60_000;

/** The version that the module of `folder` requires of `module`. */
function required(folder: string, module: string): string {
  const text = readFileSync(join(import.meta.dirname, folder, "go.mod"), "utf8");
  const version = text.match(new RegExp(`\\b${RegExp.escape(module)} (v\\S+)`))?.[1];
  if (version === undefined) throw new Error(`${folder}/go.mod requires no ${module}`);
  return version;
}

/** What the programs answer to `--version` and at `/version`. */
function linkerFlags(): string {
  const version = required("kubernetes", "k8s.io/kubernetes");
  const [, major = "", minor = ""] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
  const values = { gitVersion: version, gitMajor: major, gitMinor: minor, gitTreeState: "clean" };
  const set = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap((where) =>
    Object.entries(values).map(([name, value]) => `-X ${where}.${name}=${value}`),
  );
  return ["-s -w", ...set].join(" ");
}

async function goBuild(module: string, args: readonly string[]): Promise<void> {
  await run("go", ["build", "-mod=readonly", "-trimpath", "-buildvcs=false", ...args], {
    cwd: join(import.meta.dirname, module),
    env: { CGO_ENABLED: "0" },
    timeoutMs: BUILD_LIMIT_MS,
  });
}

/** All or nothing: what is in the way of its name is ready. */
async function build(target: string): Promise<void> {
  if (existsSync(target)) return;
  const building = `${target}.building`;
  rmSync(building, { recursive: true, force: true });
  mkdirSync(building, { recursive: true });
  await goBuild("etcd", ["-ldflags", "-s -w", "-o", join(building, "etcd"), "go.etcd.io/etcd/server/v3"]);
  await goBuild("kubernetes", ["-ldflags", linkerFlags(), "-o", building, "tool"]);
  renameSync(building, target);
}

const [target] = process.argv.slice(2);
if (target === undefined) throw new Error("usage: build.ts FOLDER");
await build(target);
