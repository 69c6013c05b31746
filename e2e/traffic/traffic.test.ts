/** What a client of 1,000 packets a second loses while agents and routers come and go: nothing, where the data plane stays. */
import t from "tap";
import { isRoot } from "../interop/pair.ts";
import { restartDaemon, until } from "../lab/index.ts";
import type { LabNode, Seen } from "../lab/index.ts";
import { ecmp, traffic, ways } from "./ecmp.ts";
import type { Ecmp, Node, Traffic } from "./ecmp.ts";

/** Packets of a node that takes part: half of what is sent before the act, less what the hash of so many flows may miss. */
const SHARE = 300;
const FAST = { connectTime: "1s" };

function say({ sent, lost, got }: Traffic): string {
  return `${sent} sent, ${lost} lost (${got.join(" and ")} at the nodes)`;
}

/** Until FRR holds no stale route and both sessions are up. */
async function fresh(router: LabNode, nodes: readonly Node[]): Promise<void> {
  await until(
    "fresh routes over both sessions",
    async () => {
      const { routes } = (await router.vtyshJson("show bgp ipv4 unicast json")) as {
        routes?: Readonly<Record<string, readonly { readonly stale?: boolean }[]>>;
      };
      const paths = Object.values(routes ?? {}).flat();
      return (paths.length === 2 && paths.every(({ stale }) => stale !== true)) || undefined;
    },
    { timeoutMs: 30_000, seen: () => nodes.map(({ herald }) => herald.task.output()).join("\n") },
  );
}

/** Milliseconds in which the kernel had no route. */
function outage(changes: readonly Seen[]): number {
  return changes.reduce((sum, { at, text }, index) => {
    if (!text.startsWith("Deleted 10.20.0.0 ")) return sum;
    const back = changes.slice(index).find((later) => later.text.startsWith("10.20.0.0 "));
    return sum + Math.ceil((back?.at ?? Infinity) - at);
  }, 0);
}

interface Case {
  readonly name: string;
  readonly spec?: object;
  readonly onStop?: "auto" | "withdraw";
  readonly act: (lab: Ecmp) => Promise<void>;
}

const CASES: readonly Case[] = [
  {
    name: "both agents restart at once",
    act: async ({ nodes, router }) => {
      await Promise.all(nodes.map(({ herald }) => herald.restart()));
      await fresh(router, nodes);
    },
  },
  {
    name: "both agents are killed and started anew",
    act: async ({ nodes, router }) => {
      await Promise.all(nodes.map(({ herald }) => herald.restart("SIGKILL")));
      await fresh(router, nodes);
    },
  },
  {
    name: "an upgrade: a new agent beside the old one, which then ends",
    act: async ({ nodes, router }) => {
      for (const { herald } of nodes) {
        await herald.replace(async (next) => {
          await until("the new agent's session", () => next.output().includes("session up") || undefined);
        });
      }
      await fresh(router, nodes);
    },
  },
  {
    name: "a node drains and its agent ends",
    act: async ({ nodes: [first], router }) => {
      first.herald.configure([first.peer], 1, {
        metadata: { name: "speaker", deletionTimestamp: "2026-01-31T08:15:30Z" },
      });
      await until("the other way alone", async () => ((await ways(router)) === 1 ? true : undefined));
      await until("the wait to be over", () => first.herald.task.output().includes("service withdrawn") || undefined);
      await first.herald.task.stop();
    },
  },
  {
    name: "the password of a session is rolled, the router first",
    act: async ({ nodes, router }) => {
      const [{ herald, peer }] = nodes;
      await router.vtysh("configure terminal", "router bgp 64501", "neighbor 10.0.1.11 password rolled");
      herald.configure([{ ...peer, password: "rolled" }], 1);
      await fresh(router, nodes);
    },
  },
];

if (isRoot(t)) {
  for (const { name, spec = FAST, onStop = "auto", act } of CASES) {
    t.test(`${name}: no packet is lost`, async (t) => {
      const lab = await ecmp(t, spec, { onStop });
      const result = await traffic(lab, () => act(lab));
      t.comment(`${name}: ${say(result)}`);
      t.ok(
        result.got.every((count) => count > SHARE),
        "the router shares the traffic between both nodes",
      );
      t.equal(result.lost, 0, say(result));
    });
  }

  t.test(
    "bgpd of the router is killed and started anew: no packet is lost but while FRR itself has the route out",
    async (t) => {
      const lab = await ecmp(t, FAST);
      const { router, nodes } = lab;
      await using changes = await router.watchRoutes();
      const result = await traffic(lab, async () => {
        await restartDaemon(router, "bgpd");
        await router.exec("vtysh", ["--vty_socket", router.folder, "--config_dir", router.folder, "-b"]);
        await fresh(router, nodes);
        await until("both ways again", async () => ((await ways(router)) === 2 ? true : undefined));
      });
      // At times zebra sweeps the route it kept before bgpd, which holds changes for 50 ms, has told it the new one.
      const out = outage(changes.seen());
      t.comment(`router: ${say(result)}; FRR had no route for ${out} ms`);
      t.ok(result.lost <= out + 2, `${say(result)}; FRR had no route for ${out} ms`);
    },
  );

  t.test(
    "without graceful restart, as MetalLB's own BGP has none, both agents that restart at once lose packets",
    async (t) => {
      const lab = await ecmp(t, { ...FAST, enableGracefulRestart: false }, { onStop: "withdraw" });
      const result = await traffic(lab, async () => {
        await Promise.all(lab.nodes.map(({ herald }) => herald.restart()));
        await fresh(lab.router, lab.nodes);
      });
      t.comment(`without graceful restart: ${say(result)}`);
      t.ok(result.lost > 0, say(result));
    },
  );
}
