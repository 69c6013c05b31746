/** Packets that are not the peer's: dropped, counted, and never a change of state. */
import t from "tap";
import { until } from "../lab/index.ts";
import { Herald } from "../interop/herald.ts";
import { bfdProfile } from "../interop/manifests.ts";
import { isRoot, pair } from "../interop/pair.ts";
import { heraldPeer, HTTP, settled } from "./states.ts";

/** Sends datagrams to UDP ports, each with a TTL of its own. Usage: node -e SOURCE '[{port, ttl, hex, from?}]' */
const SENDER = `
const { createSocket } = require("node:dgram");
for (const { port, ttl, hex, from } of JSON.parse(process.argv[1])) {
  const socket = createSocket("udp4");
  socket.bind(0, from, () => {
    socket.setTTL(ttl);
    socket.send(Buffer.from(hex, "hex"), port, "10.0.0.11", () => socket.close());
  });
}`;

/** State Down, multiplier 3, a second each way, from discriminator 7. */
function down(yours: number, first = "20", length = "18"): string {
  return `${first}4003${length}00000007${yours.toString(16).padStart(8, "0")}000f4240000f424000000000`;
}

if (isRoot(t)) {
  t.test("wrong TTL, discriminator, source, version, length, key: each with its reason", async (t) => {
    const { speaker, router } = await pair(t, "pair.clab.yml");
    await router.vtysh(
      "configure terminal",
      "router bgp 64501",
      "neighbor 10.0.0.11 bfd",
      "neighbor 10.0.0.11 bfd 3 100 100",
    );
    await router.exec("ip", ["address", "add", "10.0.0.66/24", "dev", "speaker"]);
    const profile = bfdProfile("fast", { receiveInterval: 100, transmitInterval: 100 });
    const peer = { name: "router", address: "10.0.0.1", spec: { bfdProfile: "fast" } };
    const herald = new Herald(speaker, [peer], 1, { http: HTTP, manifests: [profile] });
    await settled(herald, router);
    const { sessions } = herald;
    const { counters } = await heraldPeer(herald, "router");
    const ours = await until("our discriminator", async () => {
      return (await heraldPeer(herald, "router")).localDiscriminator || undefined;
    });
    const authenticated = `2044031c00000007${ours.toString(16).padStart(8, "0")}000f4240000f42400000000001040141`;
    const spoofed: readonly (readonly [string, object])[] = [
      ["ttl", { port: 3784, ttl: 254, hex: down(ours), from: "10.0.0.1" }],
      ["unknown-discriminator", { port: 3784, ttl: 255, hex: down((ours ^ 1) >>> 0), from: "10.0.0.1" }],
      ["path-mismatch", { port: 3784, ttl: 255, hex: down(ours), from: "10.0.0.66" }],
      ["unknown-peer", { port: 3784, ttl: 255, hex: down(0), from: "10.0.0.66" }],
      ["version", { port: 3784, ttl: 255, hex: down(ours, "40"), from: "10.0.0.1" }],
      ["length", { port: 3784, ttl: 255, hex: down(ours, "20", "19"), from: "10.0.0.1" }],
      ["authentication-unexpected", { port: 3784, ttl: 255, hex: authenticated, from: "10.0.0.1" }],
    ];
    await router.exec(process.execPath, ["-e", SENDER, JSON.stringify(spoofed.map(([, datagram]) => datagram))]);
    let last: unknown;
    await until(
      "each to be counted",
      async () => {
        const { timers } = JSON.parse(await herald.run("bfd", "counters", "--http", HTTP, "-o", "json")) as {
          timers: { dropped: Readonly<Record<string, number>> };
        };
        last = timers.dropped;
        return spoofed.every(([reason]) => (timers.dropped[reason] ?? 0) >= 1) || undefined;
      },
      { seen: () => last },
    );
    t.match(await heraldPeer(herald, "router"), {
      state: "Up",
      counters: { ups: counters?.ups, downs: counters?.downs },
    });
    t.equal(herald.sessions, sessions, "and BGP has noticed nothing");
  });
}
