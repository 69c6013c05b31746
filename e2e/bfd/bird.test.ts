/** Herald's BFD with BIRD's. */
import t from "tap";
import { birdc, until } from "../lab/index.ts";
import type { LabNode } from "../lab/index.ts";
import { Herald } from "../interop/herald.ts";
import { bfdProfile } from "../interop/manifests.ts";
import { seenWith } from "../interop/page.ts";
import { isRoot, pair } from "../interop/pair.ts";
import { birdStates, heraldPeer, HTTP, inState } from "./states.ts";

const PROFILE = { receiveInterval: 100, transmitInterval: 100, detectMultiplier: 3 };
const PEERS = [
  { name: "router", address: "10.0.0.1", spec: { bfdProfile: "fast" } },
  { name: "router6", address: "fd00::1", spec: { bfdProfile: "fast" } },
];

/** BIRD watches its neighbors too, with these options of the interface. */
async function watch(router: LabNode, options = ""): Promise<void> {
  const bfd = `protocol bfd {\n  interface "*" { min rx interval 100 ms; min tx interval 100 ms; multiplier 3; ${options} };\n}\n`;
  router.edit("bird.conf", (text) => bfd + text.replace("passive;", "passive;\n  bfd on;"));
  await birdc(router, "configure");
}

async function birdSays(router: LabNode, address: string, state: string): Promise<void> {
  let last: unknown;
  await until(
    `BIRD to say that ${address} is ${state}`,
    async () => {
      const states = await birdStates(router);
      last = [...states];
      return states.get(address) === state || undefined;
    },
    { seen: () => JSON.stringify(last) },
  );
}

if (isRoot(t)) {
  t.test("sessions over IPv4 and IPv6; a change of the profile; BIRD's restart is noticed and mended", async (t) => {
    const { speaker, router } = await pair(t, "pair-bird.clab.yml");
    await watch(router);
    const herald = new Herald(speaker, PEERS, 1, { http: HTTP, manifests: [bfdProfile("fast", PROFILE)] });
    for (const [name, address] of [
      ["router", "10.0.0.11"],
      ["router6", "fd00::11"],
    ] as const) {
      t.match(await inState(herald, name, "Up"), { transmitInterval: 100, detectionTime: 300 });
      await birdSays(router, address, "Up");
    }
    herald.manifests = [bfdProfile("fast", { ...PROFILE, receiveInterval: 400, transmitInterval: 200 })];
    herald.configure(PEERS, 1);
    const changed = await until("both sides to keep to the changed profile", async () => {
      const peer = await heraldPeer(herald, "router");
      return peer.transmitInterval === 200 && peer.detectionTime === 1200 ? peer : undefined;
    });
    t.match(changed.counters, { ups: 1, downs: 0 });

    await birdc(router, "restart bfd1");
    await until("Herald to have noticed", async () => {
      const { counters, state } = await heraldPeer(herald, "router");
      return (counters?.downs === 1 && state === "Up") || undefined;
    });
    await birdSays(router, "10.0.0.11", "Up");
    await seenWith(t, "BIRD", "BFD over IPv4 and IPv6 (RFC 5880, 5881)");
  });

  t.test("BIRD may be the passive side", async (t) => {
    const { speaker, router } = await pair(t, "pair-bird.clab.yml");
    await watch(router, "passive yes;");
    const herald = new Herald(speaker, PEERS, 1, { http: HTTP, manifests: [bfdProfile("fast", PROFILE)] });
    await inState(herald, "router", "Up");
    await birdSays(router, "10.0.0.11", "Up");
  });

  t.test("Herald may be the passive side", async (t) => {
    const { speaker, router } = await pair(t, "pair-bird.clab.yml");
    await watch(router);
    const manifests = [bfdProfile("fast", { ...PROFILE, passiveMode: true })];
    const herald = new Herald(speaker, PEERS, 1, { http: HTTP, manifests });
    await inState(herald, "router", "Up");
    await birdSays(router, "10.0.0.11", "Up");
  });
}
