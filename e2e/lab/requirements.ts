/** What a lab needs of the machine: installs what is missing, or says in one sentence what to install. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "./command.ts";
import { softwareOf } from "./software.ts";
import type { Topology } from "./topology.ts";

/** A program and the Debian package that brings it. */
export interface Requirement {
  readonly program: string;
  readonly debian: string;
}

const ALWAYS: readonly Requirement[] = [
  { program: "ip", debian: "iproute2" },
  { program: "sysctl", debian: "procps" },
  { program: "tcpdump", debian: "tcpdump" },
];

/** The services of packages that have one. */
const UNITS: ReadonlyMap<string, string> = new Map([
  ["frr", "frr"],
  ["bird2", "bird"],
  ["gobgpd", "gobgpd"],
  ["exabgp", "exabgp"],
]);

function isInstalled(program: string): boolean {
  if (program.startsWith("/")) return existsSync(program);
  const path = `${process.env["PATH"] ?? ""}${delimiter}/usr/sbin${delimiter}/sbin`;
  return path.split(delimiter).some((folder) => existsSync(join(folder, program)));
}

/** Installs the packages of `requirements` whose programs are not there; `tell` hears of it beforehand. */
export async function requireInstalled(
  requirements: readonly Requirement[],
  tell: (sentence: string) => void = () => {},
): Promise<void> {
  const missing = requirements.filter(({ program }) => !isInstalled(program)).map(({ debian }) => debian);
  if (missing.length === 0) return;
  const hint = `Install ${missing.join(", ")} (Debian package names), then run this again.`;
  if (process.getuid?.() !== 0 || !isInstalled("apt-get")) throw new Error(hint);
  tell(`Installing ${missing.join(", ")} with apt-get.`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const install = ["install", "-y", "--no-install-recommends", ...missing];
  try {
    // An old package list names versions that are gone: then, and only then, is it worth the time to get a new one.
    await run("apt-get", install, { timeoutMs: 600_000, env }).catch(async () => {
      await run("apt-get", ["update"], { timeoutMs: 300_000, env });
      await run("apt-get", install, { timeoutMs: 600_000, env });
    });
  } catch (error) {
    throw new Error(hint, { cause: error });
  }
  // These packages start routing daemons of the host where there is systemd; the lab has its own.
  const units = missing.flatMap((debian) => UNITS.get(debian) ?? []);
  if (units.length > 0 && existsSync("/run/systemd/system")) {
    await run("systemctl", ["disable", "--now", ...units]).catch(() => {});
  }
}

export async function requirePackages(topology: Topology, tell?: (sentence: string) => void): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error("A lab is made of network namespaces: run this as root (sudo).");
  const software = topology.nodes.map(({ image }) => softwareOf(image)).filter((one) => one !== undefined);
  await requireInstalled([...ALWAYS, ...new Set(software)], tell);
}
