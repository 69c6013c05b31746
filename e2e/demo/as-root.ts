/** The demo builds network namespaces: where it is not root it asks sudo to be. */
import { spawnSync } from "node:child_process";

/** Undefined: this is root. Otherwise the exit code of the same command run by sudo. */
export function asRoot(script: string, args: readonly string[]): number | undefined {
  if (process.getuid?.() === 0) return undefined;
  const why = "The demo builds hosts from network namespaces, and the kernel lets only root do that";
  if (spawnSync("sudo", ["--version"]).error !== undefined) {
    process.stderr.write(`${why}. There is no sudo here: run "make demo" as root.\n`);
    return 1;
  }
  process.stderr.write(`${why}: going on with sudo.\n`);
  // sudo passes on none of them by itself.
  const environment = ["PATH", "KEEP", "BACKEND"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [`${name}=${value}`];
  });
  return (
    spawnSync("sudo", ["env", ...environment, process.execPath, script, ...args], { stdio: "inherit" }).status ?? 1
  );
}
