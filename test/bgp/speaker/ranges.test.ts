/** Peers that are whoever connects from a prefix. */
import { Afi, MessageType } from "bgp-ts-codec";
import t from "tap";
import { Speaker } from "@herald/bgp";
import type { RangeConfig, SpeakerEvent } from "@herald/bgp";
import { isWithin } from "../../../bgp/speaker/ranges.ts";
import { hostRoutes, OUR_ADDRESS, PEER, prefix, route } from "../../support/bgp-lab.ts";
import { ScriptedPeer } from "../../support/scripted-peer.ts";
import { SimulatedNetwork } from "../../support/simulated-network.ts";

const { remoteAddress: _address, remotePort: _port, ...COMMON } = PEER;
const RANGE: RangeConfig = { ...COMMON, name: "racks", prefix: prefix("10.1.0.0/16"), limit: 2 };

class Lab {
  readonly network = new SimulatedNetwork(undefined, {});
  readonly events: SpeakerEvent[] = [];
  readonly warnings: string[] = [];
  readonly speaker: Speaker;

  constructor() {
    const log = {
      debug: () => undefined,
      info: () => undefined,
      warn: (text: string) => void this.warnings.push(text),
    };
    this.speaker = new Speaker({
      host: this.network.host(OUR_ADDRESS, () => 0.5, log),
      listen: { address: OUR_ADDRESS, port: 179 },
      onEvent: (event) => this.events.push(event),
    });
  }

  /** A router connects from `address`, and agrees to a session if it is let in. */
  async connect(address: string): Promise<ScriptedPeer> {
    const { dialer, clock } = this.network.host(address, () => 0.5);
    const { promise, resolve } = Promise.withResolvers<ScriptedPeer>();
    dialer.dial(
      { remoteAddress: OUR_ADDRESS, remotePort: 179 },
      {
        connected: () => {
          const near = this.network.connections.at(-1)?.[0];
          if (near !== undefined) resolve(new ScriptedPeer(near, () => clock.now()));
        },
        failed: (error) => {
          throw error;
        },
      },
    );
    this.settle();
    const router = await promise;
    router.establish();
    this.settle();
    return router;
  }

  settle(milliseconds = 50): void {
    this.network.clock.advance(milliseconds);
  }

  get peers(): string[] {
    return this.speaker.status().map(({ name, state, advertised }) => `${name} ${state} ${advertised}`);
  }
}

async function lab(range: Partial<RangeConfig> = {}): Promise<Lab> {
  const made = new Lab();
  await made.speaker.listening();
  made.speaker.setPeers([], [{ ...RANGE, ...range }]);
  made.speaker.setRoutes("racks", hostRoutes(2));
  return made;
}

t.test("whoever connects from the prefix is a peer by its address, and gets the list of the range", async (t) => {
  const one = await lab();
  const router = await one.connect("10.1.0.7");
  t.same(one.peers, ["racks 10.1.0.7 Established 2"]);
  one.speaker.updateRoutes("racks", { set: [route("192.0.2.1/32")], withdraw: [] });
  one.settle();
  t.equal(router.table.size, 3);
  const later = await one.connect("10.1.0.8");
  t.equal(later.table.size, 3, "one that comes later too");
  one.speaker.setRoutes("racks", hostRoutes(1));
  one.settle();
  t.same([router.table.size, later.table.size], [1, 1]);
  t.ok(one.speaker.peerStatus("racks 10.1.0.8"));
  t.ok(one.events.some((event) => event.type === "state" && event.peer === "racks 10.1.0.7"));
});

t.test("no more of them at once than the limit; who goes makes room", async (t) => {
  const one = await lab();
  const first = await one.connect("10.1.0.1");
  await one.connect("10.1.0.2");
  const third = await one.connect("10.1.0.3");
  t.equal(third.count(MessageType.Open), 0);
  t.same(one.warnings, ["range is full"]);
  first.connection.destroy();
  one.settle(10_000);
  await one.connect("10.1.0.3");
  t.same(one.peers, ["racks 10.1.0.2 Established 2", "racks 10.1.0.3 Established 2"]);
});

t.test("strangers are turned away; a peer of its own, and the longer prefix, come first", async (t) => {
  const one = await lab();
  const stranger = await one.connect("10.2.0.1");
  t.match(stranger.notification, { code: 6, subcode: 5 });
  const inner = { ...RANGE, name: "rack-9", prefix: prefix("10.1.9.0/24") };
  one.speaker.setPeers([{ ...PEER, name: "own", remoteAddress: "10.1.9.9", passive: true }], [RANGE, inner]);
  await one.connect("10.1.9.9");
  await one.connect("10.1.9.8");
  t.same(
    one.speaker.status().map(({ name }) => name),
    ["own", "rack-9 10.1.9.8"],
  );
});

t.test("a range that changes changes its peers; one that goes removes them with Cease/3", async (t) => {
  const one = await lab();
  const router = await one.connect("10.1.0.7");
  one.speaker.setPeers([], [{ ...RANGE }]);
  one.settle();
  t.equal(router.notification, undefined, "an equal one leaves them alone");
  one.speaker.setPeers([], [{ ...RANGE, prefix: prefix("10.1.1.0/24") }]);
  one.settle();
  t.match(router.notification, { code: 6, subcode: 3 }, "it is no longer of the range");
  const second = await one.connect("10.1.1.7");
  one.speaker.setPeers([], [{ ...RANGE, prefix: prefix("10.1.1.0/24"), holdTime: 30 }]);
  one.settle();
  t.match(second.notification, { code: 6, subcode: 6 });
  const third = await one.connect("10.1.1.8");
  one.speaker.setPeers([]);
  one.settle();
  t.match(third.notification, { code: 6, subcode: 3 });
  t.same(one.peers, []);
  t.throws(() => one.speaker.setRoutes("racks", []), /peer racks: there is none/);
});

t.test("the end of the speaker ends them", async (t) => {
  const one = await lab();
  const router = await one.connect("10.1.0.7");
  const closed = one.speaker.close({ mode: "withdraw" });
  one.settle();
  await closed;
  t.match(router.notification, { code: 6, subcode: 2 });
});

t.test("values that cannot be are refused by name and field", async (t) => {
  const one = await lab();
  const set = (range: Partial<RangeConfig>) => () => one.speaker.setPeers([], [{ ...RANGE, ...range }]);
  t.throws(set({ limit: 0 }), /peer racks: limit 0 must be a whole number from 1 to 65535/);
  t.throws(set({ holdTime: 1 }), /racks.*: holdTime 1/);
  t.throws(set({ prefix: { afi: Afi.Ipv4, address: 1, length: 24 } }), /host bits/);
  t.throws(() => one.speaker.setPeers([{ ...PEER, name: "racks" }], [RANGE]), /the name is given twice/);
});

t.test("an address is of a prefix by its first bits", (t) => {
  t.ok(isWithin("10.1.255.255", prefix("10.1.0.0/16")));
  t.notOk(isWithin("10.2.0.0", prefix("10.1.0.0/16")));
  t.notOk(isWithin("2001:db8::1", prefix("10.1.0.0/16")));
  t.ok(isWithin("192.0.2.1", prefix("0.0.0.0/0")));
  t.ok(isWithin("2001:db8::1", prefix("2001:db8::/32")));
  t.ok(isWithin("fe80::1%eth0", prefix("fe80::/10")));
  t.notOk(isWithin("2001:db9::1", prefix("2001:db8::/32")));
  t.ok(isWithin("2001:db8::1", prefix("::/0")));
  t.notOk(isWithin("10.0.0.1", prefix("2001:db8::/32")));
  t.end();
});
