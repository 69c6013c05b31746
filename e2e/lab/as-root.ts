/** A lab needs root: a script that is not asks sudo to be. */
import { spawnSync } from "node:child_process";

/** What sudo does not pass on by itself. */
const ENVIRONMENT = ["PATH", "KEEP", "KUBEBUILDER_ASSETS", "BACKEND"];

/** Undefined: this is root. Otherwise the exit code of the same command run by sudo; `target` is its make target. */
export function asRoot(target: string, script: string, args: readonly string[]): number | undefined {
  if (process.getuid?.() === 0) return undefined;
  const why = "Hosts are built from network namespaces here, and the kernel lets only root do that";
  if (spawnSync("sudo", ["--version"]).error !== undefined) {
    process.stderr.write(`${why}. There is no sudo here: run "make ${target}" as root.\n`);
    return 1;
  }
  process.stderr.write(`${why}: going on with sudo.\n`);
  const environment = ENVIRONMENT.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [`${name}=${value}`];
  });
  return (
    spawnSync("sudo", ["env", ...environment, process.execPath, script, ...args], { stdio: "inherit" }).status ?? 1
  );
}
