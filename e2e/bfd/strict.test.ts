/** Strict mode (capability 74) between two Heralds, over their own sockets: no router at hand has it. */
import t from "tap";
import { until } from "../lab/index.ts";
import type { LabNode } from "../lab/index.ts";
import { Herald } from "../interop/herald.ts";
import { bfdProfile } from "../interop/manifests.ts";
import { isRoot, pair } from "../interop/pair.ts";
import { HTTP, inState } from "./states.ts";

const PROFILE = bfdProfile("fast", { receiveInterval: 50, transmitInterval: 50, detectMultiplier: 3 });
const SPEC = { bfdProfile: "fast", holdTime: "6s" };
const STRICT = { ...SPEC, bfdStrictMode: true };

/** Two hosts without any daemon, and what the first may not hear. */
async function hosts(t: Parameters<typeof pair>[0]) {
  const { speaker, router } = await pair(t, "pair.clab.yml");
  await Promise.all(router.tasks.map((task) => task.stop()));
  await speaker.exec("nft", ["add table inet quiet"]);
  await speaker.exec("nft", ["add chain inet quiet input { type filter hook input priority 0; }"]);
  await speaker.exec("nft", ["add rule inet quiet input udp dport 3784 drop"]);
  return { speaker, router, unblock: () => speaker.exec("nft", ["delete table inet quiet"]) };
}

/** It dials. */
function dialing(node: LabNode, spec: object): Herald {
  const options = { http: HTTP, manifests: [PROFILE] };
  return new Herald(node, [{ name: "far", address: "10.0.0.1", spec }], 1, options);
}

/** It waits to be dialled. */
function listening(node: LabNode, spec: object): Herald {
  const swapped = { myASN: 64501, peerASN: 64500, passive: true, ...spec };
  const options = { http: HTTP, manifests: [PROFILE], addresses: { ipv4: "10.0.0.1" }, more: ["--bgp-listen", ":179"] };
  return new Herald(node, [{ name: "near", address: "10.0.0.11", spec: swapped }], 1, options);
}

if (isRoot(t)) {
  t.test("both strict: no session without BFD, the attempt ends with BFD Down, and with BFD it comes up", async (t) => {
    const { speaker, router, unblock } = await hosts(t);
    const passive = listening(router, STRICT);
    await until("the listener", () => /serving http/.test(passive.task.output()) || undefined);
    const active = dialing(speaker, STRICT);
    const seen = { seen: () => `${active.task.output()}\n${passive.task.output()}` };
    await until(
      "an attempt to wait for BFD",
      async () => /OpenSent/.test(await active.run("bgp", "peers", "--http", HTTP)) || undefined,
      seen,
    );
    await until(
      "its end",
      () =>
        [active, passive].some(({ task }) => /(?:sent|the peer sent) Cease \/ BFD Down/.test(task.output())) ||
        undefined,
      seen,
    );
    t.equal(active.sessions + passive.sessions, 0);
    await unblock();
    await inState(active, "far", "Up");
    await until("the session", () => (active.sessions > 0 && passive.sessions > 0) || undefined, {
      ...seen,
      timeoutMs: 30_000,
    });
    for (const { task } of [active, passive]) {
      t.match(task.output(), /bfd session changed +peer=\w+ +state=Up[^]*session up/, "BFD first");
    }
    t.match(await active.run("bgp", "peers", "far", "--http", HTTP), /strict/i);
  });

  for (const [name, near, far] of [
    ["the one that dials", STRICT, SPEC],
    ["the one that is dialled", SPEC, STRICT],
  ] as const) {
    t.test(`strict is only ${name}: the other is not waited for`, async (t) => {
      const { speaker, router } = await hosts(t);
      const passive = listening(router, far);
      await until("the listener", () => /serving http/.test(passive.task.output()) || undefined);
      const active = dialing(speaker, near);
      await until("the session", () => (active.sessions > 0 && passive.sessions > 0) || undefined, {
        seen: () => `${active.task.output()}\n${passive.task.output()}`,
      });
      await new Promise((resolve) => setTimeout(resolve, 7000));
      t.equal(active.sessions, 1, "and it lasts longer than the hold time");
      t.notMatch(active.task.output(), /state=Up/, "without BFD");
    });
  }
}
