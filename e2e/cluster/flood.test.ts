import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { Lab, until } from "../lab/index.ts";
import { NAMESPACE, ROOT } from "./herald.ts";
import { LONG } from "./long.ts";
import { leaveTimings } from "./timings.ts";

const PORT = 8080;
const COUNT = 200;
const RATE = 5_000;
const SECONDS = LONG ? 30 : 5;
const LIMIT_MS = (SECONDS + 30) * 1000;

if (process.getuid?.() !== 0) t.plan(0, "needs root: a lab is made of network namespaces");
else {
  t.setTimeout(LIMIT_MS + 60_000);
  t.test(`${RATE} events a second: the speaker keeps up, and what matters is not lost among them`, async (t) => {
    leaveTimings(t, import.meta.filename);
    await using lab = await Lab.up("deploy/clab/api-server.clab.yml");
    const node = lab.node("control");
    const args = [join(import.meta.dirname, "flood-server.ts"), ...[PORT, COUNT, RATE, SECONDS].map(String)];
    const server = node.spawn(process.execPath, args, { name: "server" });
    const says = (word: string) =>
      until(`"${word}"`, () => server.output().includes(word) || undefined, { timeoutMs: LIMIT_MS });
    await says("listening");

    const kubeconfig = join(node.folder, "kubeconfig");
    const cluster = { server: `http://10.0.0.10:${PORT}` };
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        "current-context": "it",
        clusters: [{ name: "it", cluster }],
        contexts: [{ name: "it", context: { cluster: "it", user: "it" } }],
        users: [{ name: "it", user: {} }],
      }),
    );
    const common = ["--kubeconfig", kubeconfig, "--namespace", NAMESPACE, "--node-name", "control", "--http", "off"];
    const speaker = node.spawn(join(ROOT, "bin", "herald"), ["speaker", ...common], { name: "speaker" });
    const lines = (message: string): string[] =>
      speaker
        .output()
        .split("\n")
        .filter((line) => line.includes(`"msg":"${message}"`));
    const of = (message: string, name: string) =>
      until(
        `the speaker to say "${message}" of ${name}`,
        () => lines(message).some((line) => line.includes(`"default/${name}"`)) || undefined,
        { timeoutMs: LIMIT_MS, seen: () => speaker.output().slice(-600) },
      );
    await of("service announced", `s${COUNT - 1}`);

    server.signal("SIGUSR2");
    await says("amid");
    const amid = performance.now();
    await of("service announced", "amid");
    const delay = Math.round(performance.now() - amid);
    await says("over");
    const over = performance.now();
    // It comes after all the others.
    await of("service withdrawn", "s0");
    t.comment(server.output().trim().split("\n").at(-1) ?? "");
    t.comment(
      `in the middle a new Service is announced after ${delay} ms; ${Math.round(performance.now() - over)} ms after the last event nothing is left to do`,
    );
    const peak = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${speaker.pid}/status`, "utf8"))?.[1]) / 1024;
    t.comment(`speaker's peak RSS: ${Math.round(peak)} MiB`);
    t.equal(lines("service announced").length, COUNT + 1, "nothing was said twice");
    t.equal(lines("service withdrawn").length, 1);
    t.ok(peak < 400, "what comes is not piled up");
  });
}
