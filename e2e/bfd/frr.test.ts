/** Herald's BFD with FRR's bfdd and bgpd: what both sides show. */
import t from "tap";
import { until } from "../lab/index.ts";
import type { LabNode } from "../lab/index.ts";
import { Herald } from "../interop/herald.ts";
import { bfdProfile } from "../interop/manifests.ts";
import { isRoot, pair } from "../interop/pair.ts";
import { frrPeer, heraldPeer, HTTP, inState } from "./states.ts";

const PROFILE = { receiveInterval: 50, transmitInterval: 50, detectMultiplier: 3 };
const V4 = { name: "router", address: "10.0.0.1", spec: { bfdProfile: "fast" } };
const V6 = { name: "router6", address: "fd00::1", spec: { bfdProfile: "fast" } };

/** FRR watches its neighbors too: 50 ms, three times, unless told otherwise. */
async function watch(router: LabNode, ...lines: readonly string[]): Promise<void> {
  const profile = ["bfd", "profile fast", "receive-interval 50", "transmit-interval 50", ...lines, "exit", "exit"];
  const neighbors = ["10.0.0.11", "fd00::11"].flatMap((address) => [
    `neighbor ${address} bfd`,
    `neighbor ${address} bfd profile fast`,
  ]);
  await router.vtysh("configure terminal", ...profile, "router bgp 64501", ...neighbors);
}

async function frrSays(router: LabNode, address: string, status: string) {
  let last: unknown;
  return until(
    `FRR to say that ${address} is ${status}`,
    async () => {
      const peer = await frrPeer(router, address);
      last = peer;
      return peer?.status === status ? peer : undefined;
    },
    { seen: () => JSON.stringify(last) },
  );
}

if (isRoot(t)) {
  t.test("sessions over IPv4 and IPv6 come up with the intervals of the profile, on both sides", async (t) => {
    const { speaker, router } = await pair(t, "pair.clab.yml");
    await watch(router);
    const herald = new Herald(speaker, [V4, V6], 1, { http: HTTP, manifests: [bfdProfile("fast", PROFILE)] });
    for (const [name, address] of [
      ["router", "10.0.0.11"],
      ["router6", "fd00::11"],
    ] as const) {
      const own = await inState(herald, name, "Up");
      t.match(own, { transmitInterval: 50, detectionTime: 150, multihop: false });
      const theirs = await frrSays(router, address, "up");
      t.match(theirs, { multihop: false, "remote-receive-interval": 50, "remote-transmit-interval": 50 });
    }
    t.match(await herald.run("bfd", "counters", "--http", HTTP), /priority: .*\n.*timers: \d+ fired/);

    herald.manifests = [
      bfdProfile("fast", { ...PROFILE, receiveInterval: 200, transmitInterval: 100, detectMultiplier: 5 }),
    ];
    herald.configure([V4, V6], 1);
    const changed = await until("both sides to keep to the changed profile", async () => {
      const peer = await heraldPeer(herald, "router");
      return peer.transmitInterval === 100 && peer.detectionTime === 600 ? peer : undefined;
    });
    t.match(changed.counters, { ups: 1, downs: 0 }, "no flap by it");
    t.match(await frrSays(router, "10.0.0.11", "up"), {
      "remote-detect-multiplier": 5,
      "remote-receive-interval": 200,
      "remote-transmit-interval": 100,
    });
    t.equal(herald.sessions, 2, "nor of BGP");
  });
}
