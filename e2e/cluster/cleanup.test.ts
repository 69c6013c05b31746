import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { Lab, until } from "../lab/index.ts";

const LAB = join(import.meta.dirname, "..", "lab", "index.ts");
/** Owns a cluster in which Pods are being made, and waits. */
const OWNER = `
import { Cluster } from "${LAB}";
const cluster = await Cluster.up();
await cluster.kubectl(["create", "deployment", "web", "--image=any", "--replicas=6"]);
process.stdout.write(cluster.lab.id + "\\n");
setInterval(() => {}, 1000);
`;

/** Namespaces and folders of a lab, and the processes whose command line or namespace says that they are of it. */
function traces(id: string): string[] {
  const names = ["/run/netns", "/tmp"].flatMap((folder) =>
    readdirSync(folder).filter((name) => name.startsWith(`${id}-`) || name === id),
  );
  const processes = readdirSync("/proc").filter((pid) => {
    try {
      // An ended one that nobody asked about yet has neither.
      return (
        /^\d+$/.test(pid) &&
        readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(id) &&
        readlinkSync(`/proc/${pid}/exe`) !== ""
      );
    } catch {
      return false;
    }
  });
  return [...names, ...processes];
}

if (process.getuid?.() !== 0) t.plan(0, "needs root: a cluster is made of network namespaces");
else {
  t.setTimeout(110_000);
  for (const signal of ["SIGINT", "SIGKILL"] as const) {
    t.test(`nothing is left of a cluster whose owner ends by ${signal} while its Pods are being made`, async (t) => {
      const folder = t.testdir({ "owner.ts": OWNER, "one.clab.yml": "name: one\ntopology: { nodes: { a: } }\n" });
      const child = spawn(process.execPath, [join(folder, "owner.ts")], { stdio: ["ignore", "pipe", "inherit"] });
      const exit = once(child, "exit");
      let said = "";
      child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
      const id = (await until("the cluster", () => /^.*\n/.exec(said)?.[0], { timeoutMs: 60_000 })).trim();
      t.ok(existsSync(`/tmp/${id}`));
      child.kill(signal);
      await exit;
      if (signal === "SIGKILL") {
        t.ok(traces(id).length > 20, "SIGKILL leaves it all, until the next lab comes up");
        await using lab = await Lab.up(join(folder, "one.clab.yml"));
        t.ok(lab.node("a"));
      }
      await until("the processes to be gone", () => traces(id).length === 0 || undefined, {
        timeoutMs: 3_000,
        seen: () => traces(id),
      });
    });
  }
}
