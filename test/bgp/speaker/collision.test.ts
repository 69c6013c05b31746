import { MessageType } from "bgp-ts-codec";
import { Speaker } from "@herald/bgp";
import type { PeerConfig, SpeakerEvent } from "@herald/bgp";
import t from "tap";
import { hostRoutes, Lab, OUR_ADDRESS, PEER, ROUTER_ADDRESS } from "../../support/bgp-lab.ts";
import { OPEN, ScriptedPeer, withCapabilities } from "../../support/scripted-peer.ts";
import { SimulatedNetwork } from "../../support/simulated-network.ts";

/** Park and Miller. */
function generator(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

const A: PeerConfig = {
  ...PEER,
  remoteAddress: "10.0.0.1",
  localAs: 64512,
  remoteAs: 64513,
  bgpId: 2,
};
const B: PeerConfig = { ...PEER, remoteAddress: "10.0.0.2", localAs: 64513, remoteAs: 64512, bgpId: 1 };

function twoSpeakers(seed: number) {
  const network = new SimulatedNetwork(undefined, { latency: 1 + (seed % 3), spread: generator(seed + 7) });
  const random = generator(seed + 1);
  const make = (address: string) => {
    const events: SpeakerEvent[] = [];
    const speaker = new Speaker({
      host: network.host(address, random),
      listen: { address, port: 179 },
      onEvent: (event) => events.push(event),
    });
    return { speaker, events };
  };
  return { network, random, a: make("10.0.0.2"), b: make("10.0.0.1") };
}

const downs = (events: readonly SpeakerEvent[]): number =>
  events.filter((event) => event.type === "state" && event.from === "Established").length;

t.test("a thousand simultaneous opens each end in one session that stays", async (t) => {
  let crossed = 0;
  const wrong: string[] = [];
  for (let seed = 0; seed < 1000; seed++) {
    const { network, random, a, b } = twoSpeakers(seed);
    const ids = seed % 2 === 0 ? [2, 1] : [1, 2];
    await Promise.all([a.speaker.listening(), b.speaker.listening()]);
    a.speaker.addPeer({ ...A, bgpId: ids[0] ?? 1 });
    network.clock.advance(random() * 6);
    b.speaker.addPeer({ ...B, bgpId: seed % 5 === 0 ? (ids[0] ?? 1) : (ids[1] ?? 1) });
    a.speaker.setRoutes(PEER.name, hostRoutes(2));
    b.speaker.setRoutes(PEER.name, hostRoutes(3));
    network.clock.advance(20_000);
    const open = network.connections.filter(([near, far]) => !near.isOver || !far.isOver);
    if (network.connections.length > 1) crossed += 1;
    const [here, there] = [a.speaker.peerStatus(PEER.name), b.speaker.peerStatus(PEER.name)];
    const ok =
      open.length === 1 &&
      here?.state === "Established" &&
      there?.state === "Established" &&
      here.receivedPrefixes === 3 &&
      there.receivedPrefixes === 2 &&
      downs(a.events) === 0 &&
      downs(b.events) === 0;
    if (!ok)
      wrong.push(`seed ${seed}: ${here?.state} ${there?.state} ${open.length} ${downs(a.events)} ${downs(b.events)}`);
  }
  t.same(wrong, []);
  t.ok(crossed > 300, `${crossed} of them really crossed`);
});

/** A speaker that listens, and a router that has connected too; each has sent nothing yet. */
async function crossed(config: Partial<PeerConfig> = {}) {
  const lab = new Lab({ listen: true });
  await lab.speaker.listening();
  const outbound = lab.connect(config);
  const inbound = await connectTo(lab);
  return { lab, outbound, inbound };
}

async function connectTo(lab: Lab): Promise<ScriptedPeer> {
  let inbound: ScriptedPeer | undefined;
  lab.network.dial(ROUTER_ADDRESS, { remoteAddress: OUR_ADDRESS, remotePort: 179 }, (connection) => {
    inbound = new ScriptedPeer(connection, () => lab.clock.now());
  });
  lab.settle();
  if (inbound === undefined) throw new Error("the speaker does not listen");
  return inbound;
}

const HIGHER = { ...OPEN, bgpId: 0xffffff00 };

t.test("the connection of the side with the higher identifier stays, whichever OPEN comes first", async (t) => {
  for (const [open, first, stays] of [
    [OPEN, "outbound", "outbound"],
    [OPEN, "inbound", "outbound"],
    [HIGHER, "outbound", "inbound"],
    [HIGHER, "inbound", "inbound"],
  ] as const) {
    const both = await crossed();
    const [one, other] = first === "outbound" ? [both.outbound, both.inbound] : [both.inbound, both.outbound];
    one.send(open);
    both.lab.settle();
    other.send(open);
    both.lab.settle();
    const winner = both[stays];
    const loser = stays === "outbound" ? both.inbound : both.outbound;
    t.match(loser.notification, { code: 6, subcode: 7 });
    t.equal(loser.closed, "in order");
    t.equal(winner.notification, undefined);
    winner.send({ type: MessageType.Keepalive });
    both.lab.settle();
    t.equal(both.lab.status.state, "Established");
    t.equal(both.lab.errors.length, 0);
  }
});

t.test("a connection that has brought no OPEN for long does not stand in the way of another", async (t) => {
  const { lab, outbound } = await crossed();
  lab.clock.advance(11_000);
  const inbound = await connectTo(lab);
  inbound.establish(OPEN);
  lab.settle();
  t.equal(lab.status.state, "Established");
  t.match(outbound.notification, { code: 6, subcode: 7 });
  t.equal(inbound.notification, undefined);
});

t.test("an established session is not given up for another connection", async (t) => {
  const lab = new Lab({ listen: true });
  await lab.speaker.listening();
  lab.establish();
  const inbound = await connectTo(lab);
  inbound.establish(HIGHER);
  lab.settle();
  t.match(inbound.notification, { code: 6, subcode: 7 });
  t.match(lab.status, { state: "Established", flaps: 0 });
});

t.test("with graceful restart a new connection replaces the old one without a word", async (t) => {
  const gracefulRestart = { restartTime: 60, restarted: false, forwarding: true, notification: true };
  const open = withCapabilities({
    kind: "graceful-restart",
    restarted: false,
    notification: true,
    restartTime: 60,
    families: [],
  });
  const lab = new Lab({ listen: true });
  await lab.speaker.listening();
  const outbound = lab.establish({ gracefulRestart }, open);
  lab.speaker.setRoutes(PEER.name, hostRoutes(3));
  lab.settle();
  const inbound = await connectTo(lab);
  inbound.establish(open);
  lab.settle();
  t.equal(outbound.notification, undefined);
  t.equal(outbound.closed, "reset");
  t.match(lab.status, { state: "Established", ups: 2, flaps: 1 });
  t.equal(inbound.table.size, 3);
  t.same(inbound.endOfRib, [1]);
  t.same(lab.states.slice(-3), ["OpenSent (collision)", "OpenConfirm", "Established"].slice(-3));
});

t.test("an inbound session that ends dials again", async (t) => {
  const { lab, outbound, inbound } = await crossed();
  inbound.establish(HIGHER);
  lab.settle();
  t.match(outbound.notification, { code: 6, subcode: 7 });
  t.equal(lab.status.state, "Established");
  inbound.connection.destroy();
  lab.clock.until(() => lab.routers.length === 2);
  lab.settle();
  lab.router.establish(HIGHER);
  lab.settle();
  t.match(lab.status, { state: "Established", ups: 2 });
});

t.test("a second connection that is lost, or replaced by a third, leaves the first alone", async (t) => {
  const { lab, outbound, inbound } = await crossed();
  const third = await connectTo(lab);
  t.match(inbound.notification, { code: 6, subcode: 7 });
  third.connection.destroy();
  lab.settle();
  outbound.establish();
  lab.settle();
  t.match(lab.status, { state: "Established", flaps: 0 });
});

t.test("a passive peer waits, and takes what comes", async (t) => {
  const lab = new Lab({ listen: true });
  await lab.speaker.listening();
  lab.speaker.addPeer({ ...PEER, passive: true });
  lab.speaker.setRoutes(PEER.name, hostRoutes(2));
  lab.clock.advance(60_000);
  t.equal(lab.routers.length, 0);
  t.equal(lab.status.state, "Active");
  const inbound = await connectTo(lab);
  inbound.establish();
  lab.settle();
  t.equal(lab.status.state, "Established");
  t.equal(inbound.table.size, 2);
  inbound.connection.destroy();
  lab.clock.advance(20_000);
  t.equal(lab.status.state, "Active");
  const again = await connectTo(lab);
  again.establish();
  lab.settle();
  t.match(lab.status, { state: "Established", ups: 2 });
});

t.test("strangers are turned away with Cease/5, peers held for an error without a word", async (t) => {
  const lab = new Lab({ listen: true });
  await lab.speaker.listening();
  const stranger = await connectTo(lab);
  t.match(stranger.notification, { code: 6, subcode: 5 });
  t.equal(stranger.closed, "in order");

  lab.connect().send({ ...OPEN, bgpId: 0 });
  lab.settle();
  const early = await connectTo(lab);
  t.equal(early.notification, undefined);
  t.equal(early.closed, "in order");
  lab.clock.advance(6000);
  t.equal(lab.router.messages.length, 1);
});

t.test("a local address tells two peers of one remote address apart", async (t) => {
  const lab = new Lab({ listen: true });
  await lab.speaker.listening();
  lab.speaker.addPeer({ ...PEER, name: "other", localAddress: "10.0.9.9", passive: true });
  lab.speaker.addPeer({ ...PEER, name: "right", localAddress: OUR_ADDRESS, passive: true });
  const inbound = await connectTo(lab);
  inbound.establish();
  lab.settle();
  t.equal(lab.speaker.peerStatus("right")?.state, "Established");
  t.equal(lab.speaker.peerStatus("other")?.state, "Active");
});

t.test("an IPv4 address in the form of an IPv6 socket is the peer's", async (t) => {
  const lab = new Lab({ listen: true });
  await lab.speaker.listening();
  lab.speaker.addPeer({ ...PEER, passive: true });
  let inbound: ScriptedPeer | undefined;
  const options = { remoteAddress: OUR_ADDRESS, remotePort: 179, localAddress: "::ffff:10.0.0.1" };
  lab.network.dial(ROUTER_ADDRESS, options, (connection) => {
    inbound = new ScriptedPeer(connection, () => lab.clock.now());
  });
  lab.settle();
  inbound?.establish();
  lab.settle();
  t.equal(lab.status.state, "Established");
});

t.test("a port that somebody else has is listened on once it is free, until the speaker closes", async (t) => {
  const lab = new Lab({ listen: true });
  await lab.speaker.listening();
  const said: unknown[] = [];
  const tell = (...what: unknown[]): void => void said.push(what);
  const host = lab.network.host(OUR_ADDRESS, undefined, { debug: () => undefined, info: tell, warn: tell });
  const start = (): Speaker => new Speaker({ host, listen: { port: 179 }, onEvent: () => undefined });
  const [second, third] = [start(), start()];
  for (const one of [second, third]) await t.rejects(one.listening(), /EADDRINUSE/);
  const later = async (): Promise<void> => {
    said.length = 0;
    lab.clock.advance(5_000);
    await new Promise(setImmediate);
  };
  await later();
  t.same(said, [], "it is told once");
  await third.close({ mode: "keep" });
  await lab.speaker.close({ mode: "keep" });
  await later();
  t.same(said, [["listening after all", { port: 179 }]]);
  await second.close({ mode: "keep" });
  const next = start();
  t.equal(await next.listening(), 179, "the port is free again");
  await next.close({ mode: "keep" });
  await later();
  t.same(said, []);
});

t.test("listening that fails is told, and dialling goes on", async (t) => {
  const lab = new Lab({ listen: true });
  await lab.speaker.listening();
  const warnings: unknown[] = [];
  const log = { debug: () => undefined, info: () => undefined, warn: (...what: unknown[]) => void warnings.push(what) };
  const host = lab.network.host(OUR_ADDRESS, undefined, log);
  const second = new Speaker({ host, listen: { port: 179 }, onEvent: () => undefined });
  await t.rejects(second.listening(), /EADDRINUSE/);
  t.match(warnings, [["listening failed", { error: /EADDRINUSE/ }]]);
  await second.close({ mode: "keep" });
  const { listener: _none, ...deaf } = host;
  const third = new Speaker({ host: deaf, listen: { port: 179 }, onEvent: () => undefined });
  await t.rejects(third.listening(), /the host cannot listen/);
  const fourth = new Speaker({ host, onEvent: () => undefined });
  t.equal(await fourth.listening(), undefined);
});
