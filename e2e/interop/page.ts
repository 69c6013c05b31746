/** docs/interop.md, made by the runs: a row for each behaviour that a test has seen a peer share. UPDATE_GOLDEN=1 writes it. */
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { spawnSync } from "node:child_process";
import type { Test } from "tap";
import { frrProgram, until } from "../lab/index.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const PAGE = join(ROOT, "docs", "interop.md");

const VERSIONS = {
  FRR: ["/usr/lib/frr/bgpd", /version (\S+)/],
  /** Unpacked: see `newestFrr`. */
  "FRR, newest": ["", /version (\S+)/],
  BIRD: ["bird", /version (\S+)/],
  GoBGP: ["gobgpd", /version (\S+)/],
} as const;
export type PeerName = keyof typeof VERSIONS;

/** In the order of the page. */
const PEERS = Object.keys(VERSIONS);

const HEAD = `# What was seen with which router

Made by the tests of \`e2e/interop\` and \`e2e/bfd\` as they run (\`UPDATE_GOLDEN=1\` writes a row, else the row has to be here): each row is a behaviour that the named test has seen between Herald and the peer, judged by
what the peer itself shows or sends.

`;

interface Page {
  readonly versions: Map<string, string>;
  /** "behaviour | peer | test". */
  readonly rows: Set<string>;
}

function read(): Page {
  const versions = new Map<string, string>();
  const rows = new Set<string>();
  for (const line of readFileSync(PAGE, { encoding: "utf8", flag: "a+" }).split("\n")) {
    const cells = line.split(" | ").map((cell) => cell.replaceAll(/^\| | \|$/g, ""));
    if (cells.length === 2 && PEERS.includes(cells[0] ?? "")) versions.set(cells[0] ?? "", cells[1] ?? "");
    if (cells.length === 3 && PEERS.includes(cells[1] ?? "")) rows.add(cells.join(" | "));
  }
  return { versions, rows };
}

function table(names: string, count: number): string {
  return `${names}\n|${" --- |".repeat(count)}\n`;
}

function textOf({ versions, rows }: Page): string {
  const known = PEERS.filter((peer) => versions.has(peer)).map((peer) => `| ${peer} | ${versions.get(peer)} |\n`);
  const all = [...rows].sort().map((row) => `| ${row} |\n`);
  return `${HEAD}${table("| Peer | Version |", 2)}${known.join("")}\n${table("| Behaviour | Peer | Seen by |", 3)}${all.join("")}`;
}

/** Test files run beside each other. */
async function alone(act: () => void): Promise<void> {
  const lock = `${PAGE}.lock`;
  const fd = await until("the page to be free", () => {
    try {
      return openSync(lock, "wx");
    } catch {
      return undefined;
    }
  });
  try {
    act();
  } finally {
    closeSync(fd);
    rmSync(lock);
  }
}

/** The last thing that a test does: what it has seen of the peer stands on the page. */
export async function seenWith(t: Test, named: PeerName, ...behaviours: readonly string[]): Promise<void> {
  // The bundle is the same source.
  if (!t.passing() || process.env["HERALD_BUNDLE"] !== undefined) return;
  const isNewest = named === "FRR" && process.env["HERALD_FRR"] !== undefined;
  const file = relative(ROOT, process.argv[1] ?? "");
  // Another release that a user names is none of the page's.
  if (isNewest && !file.endsWith("/newest.test.ts")) return;
  const peer = isNewest ? "FRR, newest" : named;
  const [installed, pattern] = VERSIONS[peer];
  const [program, ...own] = isNewest ? frrProgram("bgpd") : [installed];
  const { stdout, stderr } = spawnSync(program, [...own, "--version"], { encoding: "utf8" });
  const version = pattern.exec(`${stdout}${stderr}`)?.[1] ?? "unknown";
  const rows = behaviours.map((behaviour) => `${behaviour} | ${peer} | \`${file}\`: ${t.name}`);
  if (process.env["UPDATE_GOLDEN"] === "1") {
    await alone(() => {
      const page = read();
      page.versions.set(peer, version);
      for (const row of rows) page.rows.add(row);
      writeFileSync(`${PAGE}.new`, textOf(page));
      renameSync(`${PAGE}.new`, PAGE);
    });
  }
  const { versions, rows: known } = read();
  if (versions.get(peer) !== version)
    t.comment(`docs/interop.md is of ${peer} ${versions.get(peer) ?? "?"}, this is ${version}`);
  for (const row of rows) t.ok(known.has(row), `docs/interop.md has: ${row}`);
}
