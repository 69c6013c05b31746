/**
 * The newest FRR among Debian's stable packages, beside the installed one: its packages and the libraries they ask for,
 * unpacked in the user's cache. Nothing of it is installed.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { run } from "./command.ts";

const SUITE = "trixie";
const LIMIT_MS = 600_000;

/** Where apt gets Debian's packages from on this machine. */
async function origin(): Promise<string> {
  const format = "$(CREATED_BY) $(COMPONENT) $(RELEASE) $(REPO_URI)";
  const { stdout } = await run("apt-get", ["indextargets", "--format", format]);
  for (const line of stdout.split("\n")) {
    const [made, component, release = "", uri = ""] = line.split(" ");
    if (made === "Packages" && component === "main" && /^[a-z]+$/.test(release)) return uri;
  }
  throw new Error("apt names no place of Debian's main packages");
}

/** The folder with the unpacked packages; fetched where this version is not there. `tell` hears of it beforehand. */
export async function newestFrr(tell: (sentence: string) => void = () => {}): Promise<string> {
  const cache = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "herald", "lab");
  mkdirSync(cache, { recursive: true });
  const found = readdirSync(cache).find((name) => name.startsWith(`frr-${SUITE}-`) && !name.endsWith(".part"));
  if (found !== undefined) return join(cache, found);
  tell(`Fetching the FRR of Debian ${SUITE}: some 30 MB, once; it is kept in the user's cache.`);
  const work = mkdtempSync(join(cache, "apt-"));
  try {
    return await fetch(cache, work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function fetch(cache: string, work: string): Promise<string> {
  const sources = join(work, "sources.list");
  writeFileSync(sources, `deb ${await origin()} ${SUITE} main\n`);
  writeFileSync(join(work, "status"), "");
  for (const folder of ["state/lists/partial", "cache/archives/partial"])
    mkdirSync(join(work, folder), { recursive: true });
  // A package database of its own, in which nothing is installed: so all that FRR asks for is fetched.
  const own = {
    "Dir::Etc::sourcelist": sources,
    "Dir::Etc::sourceparts": "/dev/null",
    "Dir::State": join(work, "state"),
    "Dir::State::status": join(work, "status"),
    "Dir::Cache": join(work, "cache"),
    "APT::Install-Recommends": "false",
    "APT::Sandbox::User": "root",
    "Debug::NoLocking": "1",
  };
  const options = Object.entries(own).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  const apt = (...args: readonly string[]) => run("apt-get", [...options, ...args], { timeoutMs: LIMIT_MS });
  await apt("update");
  await apt("install", "--download-only", "-y", "frr");
  const archives = join(work, "cache", "archives");
  const packages = readdirSync(archives).filter((name) => name.endsWith(".deb"));
  const version = packages.find((name) => name.startsWith("frr_"))?.split("_")[1] ?? "unknown";
  const root = join(work, "root");
  mkdirSync(root);
  for (const name of packages) await run("dpkg", ["-x", join(archives, name), root]);
  const folder = join(cache, `frr-${SUITE}-${decodeURIComponent(version)}`);
  if (!existsSync(folder)) renameSync(root, folder);
  return folder;
}
