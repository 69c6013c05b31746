/** What a router does when a node fails; `make failover` measures it beside FRR. */
import t from "tap";
import { until } from "../lab/index.ts";
import { isRoot } from "../interop/pair.ts";
import { FailoverLab } from "./failover-lab.ts";

if (isRoot(t)) {
  t.test("a node that crashes is left by the detection time, and is used again when it is back", async (t) => {
    await using lab = await FailoverLab.up({ speaker: "herald", interval: 50 }, (sentence) => t.comment(sentence));
    const crash = async (): Promise<void> => {
      await lab.cut("n1");
      for (const task of lab.speakers("n1")) task.signal("SIGKILL");
    };
    const { gone, last, packets } = await lab.lossBy(crash, 5000);
    t.ok(gone !== undefined, "the router's way by n1 is gone");
    t.comment(`last packet lost after ${Math.round(last)} ms, ${packets} in all`);
    await lab.mend("n1");
    await lab.start("n1");
    await lab.spread();
  });

  t.test("a link cut on the far side: both ends notice, and BGP comes back with the link", async (t) => {
    await using lab = await FailoverLab.up({ speaker: "herald", interval: 50 });
    const { gone, last } = await lab.lossBy(() => lab.cut("n2").then(() => lab.cut("n1")), 5000);
    t.ok(gone !== undefined);
    t.comment(`last packet lost after ${Math.round(last)} ms`);
    const [speaker] = lab.speakers("n1");
    await until("Herald to end its session", () => speaker?.output().includes("BFD Down") || undefined, {
      seen: () => lab.logs(),
    });
    await lab.mend("n1");
    await lab.mend("n2");
    await lab.spread();
  });

  t.test(
    "an agent that is killed loses no packet: graceful restart keeps its routes, and BFD's end does not end it",
    async (t) => {
      await using lab = await FailoverLab.up({ speaker: "herald", interval: 50 });
      const kill = (): void => lab.speakers("n1").forEach((task) => task.signal("SIGKILL"));
      t.match(await lab.lossBy(kill, 1500), { packets: 0, gone: undefined });
      await lab.start("n1");
      await lab.spread();
    },
  );

  t.test("an agent that is restarted loses no packet, with BFD too", async (t) => {
    await using lab = await FailoverLab.up({ speaker: "herald", interval: 50 });
    const restart = async (): Promise<void> => {
      for (const task of lab.speakers("n1")) t.equal(await task.stop(), 0);
      await lab.start("n1");
    };
    t.match(await lab.lossBy(restart, 4000), { packets: 0, gone: undefined });
    await lab.spread();
  });

  t.test("an agent that is frozen is left, and its pods answer what is under way", async (t) => {
    await using lab = await FailoverLab.up({ speaker: "herald", interval: 50 });
    const { gone, packets } = await lab.lossBy(
      () => lab.speakers("n1").forEach((task) => task.signal("SIGSTOP")),
      5000,
    );
    t.ok(gone !== undefined);
    t.equal(packets, 0);
    for (const task of lab.speakers("n1")) task.signal("SIGCONT");
    await lab.spread();
  });
}
