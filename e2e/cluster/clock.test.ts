import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import t from "tap";
import { ApiServer, Lab, until } from "../lab/index.ts";
import type { Task } from "../lab/index.ts";
import { install, NAMESPACE, startController, startSpeaker } from "./herald.ts";
import { LONG } from "./long.ts";
import { configured, PEER, service, slice } from "./manifests.ts";
import type { Json } from "./manifests.ts";
import { leaveTimings } from "./timings.ts";

const HOUR_MS = 3_600_000;
/** Longer than any leader may go without a renewal. */
const LEASE_MS = 17_000;
/** What becomes of the clocks, and by how much those of leader, standby and speaker are wrong then. */
const ALL: readonly (readonly [what: string, leader: number, standby: number, speaker: number])[] = [
  ["all clocks step an hour forward", HOUR_MS, HOUR_MS, HOUR_MS],
  ["all clocks step two hours back", -HOUR_MS, -HOUR_MS, -HOUR_MS],
  ["the leader's is an hour ahead", HOUR_MS, 0, 0],
  ["the leader's is an hour behind, and that of who waits an hour ahead", -HOUR_MS, HOUR_MS, 0],
];
const STEPS = LONG ? ALL : [ALL[0], ALL[3]].filter((step) => step !== undefined);

if (process.getuid?.() !== 0) t.plan(0, "needs root: a lab is made of network namespaces");
else {
  t.setTimeout(LONG ? 600_000 : 240_000);
  t.test("the wall clocks of agents are wrong by an hour", async (t) => {
    leaveTimings(t, import.meta.filename);
    await using lab = await Lab.up("deploy/clab/api-server.clab.yml");
    const node = lab.node("control");
    const api = await ApiServer.start(node);
    const apply = (...objects: readonly Json[]) => api.apply(...objects);
    const jsonpath = (...args: readonly string[]) => api.kubectl(["get", ...args]);
    const lease = (path: string) =>
      jsonpath("lease", "herald-controller", "-n", NAMESPACE, "-o", `jsonpath={.spec.${path}}`);

    await install(api);
    await apply(
      { apiVersion: "v1", kind: "Node", metadata: { name: "control" } },
      configured("IPAddressPool", "first", { addresses: ["192.0.2.0/24"] }),
      configured("BGPAdvertisement", "all", {}),
      configured("BGPPeer", "tor", PEER),
    );
    const agent = async (name: string, start: typeof startController): Promise<readonly [Task, string]> => {
      const file = join(node.folder, `${name}.clock`);
      const env = {
        NODE_OPTIONS: `--import=${join(import.meta.dirname, "other-time.ts")}`,
        HERALD_CLOCK_ERROR: file,
      };
      return [await start(api, node, ["--http", "off"], env), file];
    };
    const leader = await agent("leader", startController);
    await until("a leader", () => lease("holderIdentity"));
    const standby = await agent("standby", startController);
    const speaker = await agent("speaker", startSpeaker);
    const agents = { leader, standby, speaker };
    const seen = (): string =>
      Object.values(agents)
        .map(([task]) => task.output().split("\n").slice(-5).join("\n"))
        .join("\n");

    const wrong = (name: keyof typeof agents, errorMs: number): void => {
      const [task, file] = agents[name];
      writeFileSync(file, String(errorMs));
      task.signal("SIGUSR2");
    };
    const works = async (name: string): Promise<void> => {
      await apply(service(name), slice(name));
      const announced = (): true | undefined =>
        speaker[0]
          .output()
          .split("\n")
          .some((line) => line.includes(`"service":"default/${name}"`) && line.includes("service announced")) ||
        undefined;
      await until(`${name} to be announced`, announced, { seen });
    };

    await works("before");
    const leads = [await lease("holderIdentity"), await lease("leaseTransitions")];
    for (const [index, [what, ...errors]] of STEPS.entries()) {
      await t.test(`${what}: who leads leads on, work goes on, nothing is withdrawn`, async (t) => {
        for (const [each, name] of (["leader", "standby", "speaker"] as const).entries())
          wrong(name, errors[each] ?? 0);
        const began = performance.now();
        await works(`during-${index}`);
        t.comment(`a new Service is announced after ${Math.round(performance.now() - began)} ms`);
        await pause(LEASE_MS);
        await works(`after-${index}`);
        t.same([await lease("holderIdentity"), await lease("leaseTransitions")], leads);
        t.notMatch(speaker[0].output(), /"msg":"service withdrawn"/);
        t.notMatch(agents.standby[0].output(), /"msg":"leading"/);
      });
    }

    await t.test("a leader that is killed is followed by one whose clock is another, as soon as ever", async (t) => {
      await agents.leader[0].stop("SIGKILL");
      const began = performance.now();
      await until("another leader", async () => ((await lease("leaseTransitions")) === leads[1] ? undefined : true), {
        timeoutMs: 30_000,
      });
      t.ok(performance.now() - began < 25_000);
      await works("later");
      const addresses = await jsonpath("services", "-o", "jsonpath={.items[*].status.loadBalancer.ingress[*].ip}");
      const all = addresses.split(" ");
      t.equal(new Set(all).size, 2 * STEPS.length + 2, "none is given twice");
    });
  });
}
