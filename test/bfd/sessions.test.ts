import { assert, constantFrom, nat, property, uint8Array } from "fast-check";
import t from "tap";
import { AuthType, encode, MULTIHOP_PORT, Sessions, SINGLE_HOP_PORT } from "@herald/bfd";
import type { ControlPacket, IncomingDatagram, Path, PathConfig } from "@herald/bfd";
import { BfdNetwork, deafHost, PACKET, PROFILE, read } from "../support/bfd-lab.ts";
import { FakeClock } from "../support/fake-clock.ts";

const [A, B] = ["192.0.2.1", "192.0.2.2"];
const to = (address: string, link = "eth0"): Path => ({ address, interface: link, multihop: false });
const CONFIG: PathConfig = { profile: PROFILE };
const FAST: PathConfig = { profile: { desiredMinTx: 50_000, requiredMinRx: 50_000, detectMultiplier: 3 } };

/** Two systems with a session each over eth0. */
function pair(config: PathConfig = CONFIG, other = config) {
  const network = new BfdNetwork();
  const [a, b] = [network.system(A), network.system(B)];
  a.sessions.set("peer b", to(B), config);
  b.sessions.set("peer a", to(A), other);
  const states = () => [a, b].map(({ sessions }) => sessions.status()[0]?.state).join(" ");
  return { network, clock: network.clock, a, b, states };
}

const changes = (events: readonly unknown[]): number => events.length;

/** One system and the packets of a peer written by hand, whose discriminator is 7. */
function single(path: Path = to(B), config: PathConfig = CONFIG) {
  const sessions = new Sessions({
    host: deafHost(),
    onEvent: () => undefined,
  });
  sessions.set("user", path, config);
  const local = sessions.status()[0]?.localDiscriminator ?? 0;
  const give = (packet: Partial<ControlPacket>, datagram: Partial<IncomingDatagram> = {}) =>
    sessions.receive({
      address: B,
      localAddress: A,
      interface: "eth0",
      port: path.multihop ? MULTIHOP_PORT : SINGLE_HOP_PORT,
      ttl: 255,
      bytes: encode({ ...PACKET, yourDiscriminator: local, ...packet }),
      ...datagram,
    });
  const bringUp = (): void => void ["Down", "Init"].map((state) => give({ state } as ControlPacket));
  return { sessions, give, bringUp, state: () => sessions.status()[0]?.state };
}

t.test("two ends come up at once and agree on the intervals by polls", (t) => {
  const { clock, states, a, network } = pair(FAST, CONFIG);
  clock.advance(10);
  t.equal(states(), "Up Up");
  clock.advance(5000);
  t.match(a.sessions.status()[0], { transmitInterval: 300_000, detectionTime: 900_000, polling: false });
  const [first] = network.datagrams;
  t.match(first, { port: 3784, ttl: 255, interface: "eth0", address: B });
  t.end();
});

t.test("a cut is noticed within the detection time by both, as a failure", (t) => {
  const { network, clock, states, a, b } = pair(FAST);
  clock.advance(10_000);
  network.cut.add("eth0");
  clock.advance(151.2);
  t.equal(states(), "Down Down");
  for (const { events } of [a, b]) t.match(events.at(-1), { failure: true, diagnostic: 1 });
  network.cut.clear();
  clock.advance(1100);
  t.equal(states(), "Up Up");
  t.end();
});

t.test("it comes up over a lossy link", (t) => {
  const { network, clock, states } = pair(FAST);
  network.loss = 0.4;
  clock.advance(2000);
  clock.until(() => states() === "Up Up", 120_000);
  t.pass();
  t.end();
});

t.test("it never flaps without loss, whatever the profiles and their changes", (t) => {
  const multipliers = [1, 3, 255];
  const intervals = [10_000, 50_000, 300_000, 1_500_000];
  assert(
    property(
      constantFrom(...multipliers),
      constantFrom(...intervals),
      constantFrom(...intervals),
      nat(3000),
      (detectMultiplier, tx, rx, at) => {
        // With one packet to miss, the jitter of 10 % has to cover the delay of the wire.
        if (detectMultiplier === 1 && Math.min(tx, rx) < 50_000) return;
        const { clock, a, b } = pair({ profile: { desiredMinTx: tx, requiredMinRx: rx, detectMultiplier } });
        clock.advance(at);
        b.sessions.set("peer a", to(A), CONFIG);
        clock.advance(40);
        a.sessions.set("peer b", to(B), { profile: { desiredMinTx: rx, requiredMinRx: tx, detectMultiplier } });
        clock.advance(30_000);
        t.equal(changes(a.events) + changes(b.events), 4, `${detectMultiplier} ${tx} ${rx} ${at}`);
      },
    ),
    { numRuns: 30 },
  );
  t.end();
});

t.test("a profile is changed while up without a flap, and both ends end with it", (t) => {
  const { clock, a, b } = pair(CONFIG);
  clock.advance(5000);
  for (const config of [FAST, { profile: { ...PROFILE, desiredMinTx: 2_000_000, requiredMinRx: 2_000_000 } }, FAST]) {
    a.sessions.set("peer b", to(B), config);
    b.sessions.set("peer a", to(A), config);
    clock.advance(10_000);
    const { desiredMinTx } = config.profile;
    for (const { sessions } of [a, b]) {
      t.match(sessions.status()[0], {
        transmitInterval: desiredMinTx,
        detectionTime: 3 * desiredMinTx,
        polling: false,
      });
    }
  }
  t.equal(changes(a.events) + changes(b.events), 4);
  t.end();
});

t.test("packets that overtake each other make no change of profile a flap, whatever the multiplier", (t) => {
  const intervals = [100_000, 400_000, 1_000_000];
  assert(
    property(
      constantFrom(1, 2, 3),
      constantFrom(...intervals),
      constantFrom(...intervals),
      nat(),
      (mult, from, to, seed) => {
        const network = new BfdNetwork(seed);
        const profile = (interval: number): PathConfig => ({
          profile: { desiredMinTx: interval, requiredMinRx: interval, detectMultiplier: mult },
        });
        const [a, b] = [network.system(A), network.system(B)];
        a.sessions.set("b", { address: B, multihop: true }, profile(from));
        b.sessions.set("a", { address: A, multihop: true }, profile(from));
        network.clock.advance(15_000);
        const before = changes(a.events) + changes(b.events);
        // With one packet to miss, the jitter of 10 % has to cover the delay of the wire.
        network.spread = 8;
        network.clock.advance(200);
        a.sessions.set("b", { address: B, multihop: true }, profile(to));
        network.clock.advance(10_000);
        t.equal(changes(a.events) + changes(b.events), before, `${mult}: ${from} to ${to}, seed ${seed}`);
      },
    ),
    { numRuns: 200 },
  );
  t.end();
});

t.test("a host that ends has every session say AdminDown, as often as it asks", (t) => {
  const { network, clock, states, a, b } = pair();
  clock.advance(2000);
  network.loss = 1;
  a.sessions.leave();
  clock.advance(20);
  t.equal(states(), "AdminDown Up", "the packet got lost");
  network.loss = 0;
  a.sessions.leave();
  clock.advance(1);
  t.equal(states(), "AdminDown Down");
  t.match(b.events.at(-1), { failure: false, remoteDiagnostic: 7 });
  t.end();
});

t.test("authentication of each type carries a session", (t) => {
  for (const type of Object.values(AuthType)) {
    const keys = [{ id: 3, secret: new Uint8Array(8).fill(1) }];
    const { network, clock, states, a } = pair({ ...FAST, authentication: { type, keys } });
    clock.advance(20_000);
    t.equal(states(), "Up Up", `type ${type}`);
    network.cut.add("eth0");
    clock.advance(1000);
    network.cut.clear();
    clock.advance(5000);
    t.equal(states(), "Up Up", "again after a cut");
    t.same(a.sessions.dropped, {});
  }
  t.end();
});

t.test("the last user's leaving is no failure for the peer; then its socket is closed", (t) => {
  const { network, clock, states, a, b } = pair();
  clock.advance(1000);
  a.sessions.remove("peer b");
  clock.advance(10);
  t.equal(states(), "AdminDown Down");
  t.match(b.events.at(-1), { failure: false, diagnostic: 3, remoteDiagnostic: 7 });
  clock.advance(3100);
  t.same(a.sessions.status(), []);
  t.equal(network.closed.length, 1, "its socket is closed");
  a.sessions.remove("peer b");
  t.end();
});

t.test("a user that comes back while the session is leaving gets it back", (t) => {
  const { clock, states, a } = pair();
  clock.advance(1000);
  const [before] = a.sessions.status();
  a.sessions.remove("peer b");
  clock.advance(500);
  a.sessions.set("peer b", to(B), CONFIG);
  clock.advance(5000);
  t.equal(states(), "Up Up");
  t.equal(a.sessions.status()[0]?.sourcePort, before?.sourcePort);
  t.end();
});

t.test("administratively down by configuration, and up again", (t) => {
  const { clock, states, a } = pair({ ...CONFIG, adminDown: true }, CONFIG);
  clock.advance(5000);
  t.equal(states(), "AdminDown Down");
  a.sessions.set("peer b", to(B), CONFIG);
  clock.advance(1100);
  t.equal(states(), "Up Up");
  t.end();
});

t.test("two sessions with one peer over two interfaces are told apart", (t) => {
  const network = new BfdNetwork();
  const [a, b] = [network.system(A), network.system(B)];
  for (const link of ["eth0", "eth1"]) {
    a.sessions.set(`b ${link}`, to(B, link), FAST);
    b.sessions.set(`a ${link}`, to(A, link), FAST);
  }
  network.clock.advance(3000);
  network.cut.add("eth1");
  network.clock.advance(500);
  const states = a.sessions.status().map(({ path, state }) => `${path.interface} ${state}`);
  t.same(states, ["eth0 Up", "eth1 Down"]);
  const ports = a.sessions.status().map(({ sourcePort }) => sourcePort);
  t.equal(new Set(ports).size, 2);
  const used = network.datagrams.filter(({ from, interface: link }) => from === A && link === "eth0");
  t.equal(new Set(used.map(({ sourcePort }) => sourcePort)).size, 1, "one port for the session's life");
  const seen = new Set(
    network.datagrams.filter(({ from }) => from === A).map(({ bytes }) => read(bytes).myDiscriminator),
  );
  t.equal(seen.size, 2);
  a.sessions.interfaceDown("eth0");
  t.match(a.events.at(-1), { diagnostic: 5, failure: true, users: ["b eth0"] });
  t.end();
});

t.test("numbers stay unique when chance repeats itself", (t) => {
  const sessions = new Sessions({
    host: deafHost(() => 0.999_999_999),
    onEvent: () => undefined,
  });
  for (let i = 0; i < 50; i++) sessions.set(`user ${i}`, to(`192.0.2.${i}`), CONFIG);
  t.equal(new Set(sessions.status().map(({ localDiscriminator }) => localDiscriminator)).size, 50);
  t.ok(sessions.status().every(({ localDiscriminator: d }) => d > 0 && d <= 0xffff_ffff));
  sessions.close();
  t.same(sessions.status(), []);
  t.end();
});

t.test("what is spoofed is dropped, counted, and changes nothing", (t) => {
  const { sessions, give, bringUp, state } = single();
  bringUp();
  const cases: readonly (readonly [string, Partial<ControlPacket>, Partial<IncomingDatagram>])[] = [
    ["ttl", {}, { ttl: 254 }],
    ["unknown-discriminator", { yourDiscriminator: 99 }, {}],
    ["path-mismatch", {}, { address: "192.0.2.66" }],
    ["path-mismatch", {}, { interface: "eth1" }],
    ["path-mismatch", {}, { vrf: "red" }],
    ["path-mismatch", {}, { port: MULTIHOP_PORT, ttl: 3 }],
    ["unknown-peer", { yourDiscriminator: 0 }, { address: "192.0.2.66" }],
    ["unknown-peer", { yourDiscriminator: 0 }, { interface: "eth1" }],
    ["unknown-peer", { yourDiscriminator: 0 }, { vrf: "red" }],
    ["unknown-peer", { yourDiscriminator: 0 }, { port: 3785 }],
    ["length", {}, { bytes: new Uint8Array(3).fill(0x20) }],
  ];
  for (const [reason, packet, datagram] of cases) {
    for (const attempt of ["Down", "AdminDown"] as const) {
      t.equal(give({ ...packet, state: attempt }, datagram), reason);
    }
  }
  t.equal(state(), "Up");
  t.same(sessions.dropped, { ttl: 2, "unknown-discriminator": 2, "path-mismatch": 8, "unknown-peer": 8, length: 2 });
  t.same(sessions.status()[0]?.counters.dropped, { "path-mismatch": 8 });
  t.equal(give({ state: "Down" }), undefined);
  t.equal(state(), "Down");
  t.end();
});

t.test("multihop takes the minimum TTL and more", (t) => {
  const path = { address: B, localAddress: A, multihop: true };
  const { give, sessions, state } = single(path, { ...CONFIG, minimumTtl: 250 });
  t.equal(give({ yourDiscriminator: 0 }, { ttl: 249 }), "ttl");
  t.equal(state(), "Down");
  t.equal(give({ yourDiscriminator: 0 }, { ttl: 250 }), undefined);
  t.equal(state(), "Init");
  t.equal(give({ state: "Init" }, { ttl: 251 }), undefined);
  t.equal(give({ state: "Up" }, { localAddress: "192.0.2.9" }), "path-mismatch");
  t.equal(sessions.status()[0]?.counters.dropped.ttl, 1);
  t.equal(single(path).give({}, { ttl: 253 }), "ttl", "254 by default");
  t.end();
});

t.test("a path that says less takes what says more", (t) => {
  t.equal(single({ address: B, multihop: false }).give({ yourDiscriminator: 0 }), undefined);
  t.equal(single({ address: B, localAddress: A, multihop: false }).give({ yourDiscriminator: 0 }), undefined);
  t.equal(single({ ...to(B), localAddress: A }).give({ yourDiscriminator: 0 }), undefined);
  const { give, sessions } = single({ address: B, multihop: false });
  sessions.set("precise", to(B), CONFIG);
  give({ yourDiscriminator: 0 });
  t.same(
    sessions.status().map(({ state }) => state),
    ["Down", "Init"],
  );
  t.end();
});

t.test("users share a session: the fastest profile wins, whole, and the session ends with the last", (t) => {
  const { network, clock, a, states } = pair();
  clock.advance(3000);
  const slow = { profile: { desiredMinTx: 20_000, requiredMinRx: 20_000, detectMultiplier: 100 }, passive: true };
  t.equal(a.sessions.set("slow", to(B), { ...slow, minimumTtl: 9, controlPlaneIndependent: true }), undefined);
  clock.advance(3000);
  t.match(a.sessions.status()[0], { users: ["peer b", "slow"], transmitInterval: 300_000 });
  a.sessions.set("fast", to(B), FAST);
  t.equal(read(network.datagrams.findLast(({ from }) => from === A)?.bytes ?? new Uint8Array(0)).desiredMinTx, 50_000);
  a.sessions.remove("fast");
  a.sessions.remove("slow");
  clock.advance(5000);
  t.equal(states(), "Up Up");
  t.equal(changes(a.events), 2);
  t.end();
});

t.test("a user may move to another path", (t) => {
  const { clock, a } = pair();
  a.sessions.set("peer b", to(B, "eth1"), CONFIG);
  clock.advance(4000);
  t.same(
    a.sessions.status().map(({ path }) => path.interface),
    ["eth1"],
  );
  t.end();
});

t.test("a configuration that cannot be is refused by field, and nothing changes", (t) => {
  const { sessions } = single();
  const keys = [{ id: 1, secret: new Uint8Array(4) }];
  const [key] = keys;
  const wrong: readonly (readonly [string, Partial<PathConfig>])[] = [
    ["profile.desiredMinTx", { profile: { ...PROFILE, desiredMinTx: 0 } }],
    ["profile.requiredMinRx", { profile: { ...PROFILE, requiredMinRx: 0.5 } }],
    ["profile.detectMultiplier", { profile: { ...PROFILE, detectMultiplier: 256 } }],
    ["minimumTtl", { minimumTtl: 256 }],
    ["authentication.keys", { authentication: { type: 1, keys: [] } }],
    ["authentication.keys[0].id", { authentication: { type: 1, keys: [{ id: 256, secret: new Uint8Array(4) }] } }],
    ["authentication.keys[1].id", { authentication: { type: 1, keys: [...keys, ...keys] } }],
    ["authentication.keys[0].secret", { authentication: { type: 4, keys: [{ id: 1, secret: new Uint8Array(21) }] } }],
    ["authentication.keys[0].secret", { authentication: { type: 1, keys: [{ id: 1, secret: new Uint8Array(17) }] } }],
    ["authentication", { authentication: { type: 2, keys: key === undefined ? [] : [key] } }],
  ];
  for (const [field, config] of wrong) t.match(sessions.set("other", to(B), { ...CONFIG, ...config }), { field });
  t.same(sessions.status()[0]?.users, ["user"]);
  t.end();
});

t.test(
  "unsolicited peers get an answer only where that is switched on, on the named interfaces, up to the limit",
  (t) => {
    const network = new BfdNetwork();
    const [a, b] = [
      network.system(A, { unsolicited: { config: FAST, interfaces: ["eth0"], limit: 1 } }),
      network.system(B),
    ];
    b.sessions.set("gateway", to(A), FAST);
    b.sessions.set("not here", to(A, "eth1"), FAST);
    network.clock.advance(3000);
    t.match(a.sessions.status(), [{ state: "Up", unsolicited: true, users: [], path: { interface: "eth0" } }]);
    const third = { address: "192.0.2.3", interface: "eth0", port: SINGLE_HOP_PORT, ttl: 255 };
    t.equal(a.sessions.receive({ ...third, bytes: encode({ ...PACKET, yourDiscriminator: 0 }) }), "unknown-peer");
    t.equal(
      network.system("192.0.2.3").sessions.receive({ ...third, bytes: encode({ ...PACKET, yourDiscriminator: 0 }) }),
      "unknown-peer",
    );
    network.cut.add("eth0");
    network.clock.advance(5000);
    t.same(a.sessions.status(), [], "gone with the peer");
    t.end();
  },
);

t.test("an unsolicited peer that is refused leaves no session behind", (t) => {
  const authentication = { type: AuthType.KeyedSha1, keys: [{ id: 1, secret: new Uint8Array(4) }] };
  const { sessions } = new BfdNetwork().system(A, {
    unsolicited: { config: { ...FAST, authentication }, interfaces: ["eth0"], limit: 1 },
  });
  const datagram = { address: B, interface: "eth0", port: SINGLE_HOP_PORT, ttl: 255 };
  t.equal(
    sessions.receive({ ...datagram, bytes: encode({ ...PACKET, yourDiscriminator: 0 }) }),
    "authentication-missing",
  );
  t.same(sessions.status(), []);
  t.end();
});

t.test("no datagram makes the table throw or an Up session leave it by chance", (t) => {
  const { give, bringUp, state } = single();
  bringUp();
  assert(
    property(uint8Array({ maxLength: 60 }), (bytes) => {
      give({}, { bytes });
      return state() === "Up";
    }),
    { numRuns: 500 },
  );
  assert(
    property(nat(23), nat(255), (at, value) => {
      const bytes = encode({ ...PACKET, state: "Up", yourDiscriminator: 1 });
      bytes[at] = value;
      give({}, { bytes });
      return state() === "Up";
    }),
    { numRuns: 500 },
  );
  t.end();
});

t.test("a host may close the table from within an event, and no timer is left", (t) => {
  const clock = new FakeClock();
  const sessions = new Sessions({
    host: deafHost(() => 0.5, clock),
    onEvent: () => sessions.close(),
  });
  sessions.set("b", to(B), CONFIG);
  const bytes = encode({ ...PACKET, yourDiscriminator: 0 });
  sessions.receive({ address: B, interface: "eth0", port: SINGLE_HOP_PORT, ttl: 255, bytes });
  t.same(sessions.status(), []);
  t.equal(clock.pending, 0);
  t.end();
});
