import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { Test } from "tap";
import { reap, takeDown } from "./cleanup.ts";
import { until } from "./until.ts";

/** One host with a process that ignores SIGTERM, and one without any. */
const TOPOLOGY = `name: NAME
topology:
  nodes:
    a: { image: nicolaka/netshoot }
    b:
  links:
    - endpoints: ["a:eth1", "b:eth1"]
`;

/** A process that owns a lab and tells its id and its stubborn task's pid, then does as told. */
const OWNER = `
import { Lab } from "${join(import.meta.dirname, "index.ts")}";
const [file, then] = process.argv.slice(2);
const lab = await Lab.up(file);
const task = lab.node("a").spawn("sh", ["-c", "trap '' TERM; echo ready; while :; do sleep 1; done"]);
process.stdout.write(JSON.stringify({ id: lab.id, pid: task.pid }) + "\\n");
if (then === "down") await lab.down();
else if (then === "throw") throw new Error("on purpose");
else if (then === "exit") process.exit(7);
else if (then === "keep") lab.keep();
else setInterval(() => {}, 1000);
`;

interface Owned {
  readonly id: string;
  readonly pid: number;
}

async function owner(
  t: Test,
  then: string,
  signal?: NodeJS.Signals,
): Promise<Owned & { name: string; ended: readonly unknown[] }> {
  const name = `cleanup-${process.pid}-${then}`;
  const folder = t.testdir({ "owner.ts": OWNER, "x.clab.yml": TOPOLOGY.replace("NAME", name) });
  const args = [join(folder, "owner.ts"), join(folder, "x.clab.yml"), then];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  const exit = once(child, "exit");
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const line = await until("the lab", () => /^.*\n/.exec(said)?.[0], { timeoutMs: 20_000 });
  if (signal !== undefined) child.kill(signal);
  return { ...(JSON.parse(line) as Owned), name, ended: await exit };
}

/** Namespaces, folders and processes of a lab that are still there. */
function traces({ id, pid }: Owned): string[] {
  const names = ["/run/netns", "/tmp"].flatMap((folder) =>
    existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith(id)) : [],
  );
  const running = existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  return running ? [...names, `process ${pid}`] : names;
}

/** A process that was sent SIGKILL still takes a moment to go. */
async function isGone(t: Test, owned: Owned): Promise<void> {
  await until(
    "the processes to be gone",
    () => traces(owned).every((trace) => !trace.startsWith("process")) || undefined,
  );
  t.same(traces(owned), []);
}

if (process.getuid?.() !== 0) t.plan(0, "needs root: a lab is made of network namespaces");
else {
  for (const [then, signal, code] of [
    ["down", undefined, 0],
    ["exit", undefined, 7],
    ["throw", undefined, 1],
    ["wait", "SIGINT", "SIGINT"],
    ["wait", "SIGTERM", "SIGTERM"],
    ["wait", "SIGHUP", "SIGHUP"],
  ] as const) {
    t.test(`nothing is left of a lab whose owner ends by ${signal ?? then}`, async (t) => {
      const owned = await owner(t, then, signal);
      await isGone(t, owned);
      t.equal(owned.ended[0] ?? owned.ended[1], code, "and the owner ends as it would without a lab");
    });
  }

  t.test("what a killed owner left is removed by the next lab, and nothing of living ones", async (t) => {
    const owned = await owner(t, "wait", "SIGKILL");
    t.not(traces(owned).length, 0, "SIGKILL leaves it all");
    const folder = t.testdir({ "x.clab.yml": TOPOLOGY.replace("NAME", "other") });
    const { Lab } = await import("./index.ts");
    await using lab = await Lab.up(join(folder, "x.clab.yml"));
    await isGone(t, owned);
    reap();
    t.same((await lab.node("b").exec("ip", ["-brief", "link", "show", "eth1"])).stdout.split("@")[0], "eth1");
  });

  t.test("a kept lab outlives its owner and the next lab, until it is taken down", async (t) => {
    const owned = await owner(t, "keep");
    reap();
    t.same(traces(owned).length, 4, "two namespaces, a folder, a process");
    t.equal(takeDown(`${owned.name}-not`), 0);
    t.equal(takeDown(owned.name), 1);
    await isGone(t, owned);
  });

  t.test("a lab that cannot be built leaves nothing and says what failed", async (t) => {
    const file = join(t.testdir({}), "x.clab.yml");
    writeFileSync(file, "name: x\ntopology:\n  nodes:\n    a: { exec: [ip address add nonsense dev lo] }\n");
    const { Lab } = await import("./index.ts");
    await t.rejects(Lab.up(file), { message: /ip address add nonsense dev lo: .*nonsense/ });
    const own = new RegExp(`^hl-${process.pid}-`);
    t.same(
      readdirSync("/run/netns").filter((name) => own.test(name)),
      [],
    );
  });
}
