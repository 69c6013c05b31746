import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MessageType } from "bgp-ts-codec";
import { outputsOf, replay } from "@herald/bgp";
import type { RecordedEvent } from "@herald/bgp";
import t from "tap";
import type { Test } from "tap";
import { hostRoutes, Lab, OUR_ADDRESS, PEER, ROUTER_ADDRESS } from "../../support/bgp-lab.ts";
import { OPEN, ScriptedPeer } from "../../support/scripted-peer.ts";

function sessions(recording: readonly RecordedEvent[]): RecordedEvent[][] {
  const numbers = [...new Set(recording.map(({ session }) => session))];
  return numbers.map((number) => recording.filter(({ session }) => session === number));
}

function check(t: Pick<Test, "same">, recording: readonly RecordedEvent[]): void {
  for (const one of sessions(recording)) {
    // As a file would bring it back.
    const events: RecordedEvent[] = JSON.parse(JSON.stringify(one));
    t.same(replay(events), outputsOf(events));
  }
}

t.test("a session with FRR, recorded, does the same again", (t) => {
  const file = join(import.meta.dirname, "../../data/bgp/frr-session.jsonl");
  const events: RecordedEvent[] = readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const outputs = replay(events);
  t.same(outputs, outputsOf(events));
  t.ok(outputs.some((one) => one.type === "state" && one.to === "Established"));
  t.ok(outputs.filter(({ type }) => type === "sent").length >= 5);
  t.end();
});

t.test("a recording that another code would not make is told apart", (t) => {
  const lab = new Lab();
  lab.establish();
  const [first] = sessions(lab.recording);
  const events = (first ?? []).map((event) =>
    event.type === "session" ? { ...event, config: { ...event.config, holdTime: 30 } } : event,
  );
  t.notSame(replay(events), outputsOf(events));
  t.throws(() => replay(events.slice(1)), /begins with an event of type session/);
  t.end();
});

t.test("all ways to end are replayed: loss, NOTIFICATION, hold time, refusal, stop, change", (t) => {
  const lost = new Lab();
  lost.establish().connection.destroy();
  lost.clock.until(() => lost.routers.length === 2);
  lost.settle();
  lost.router.establish();
  lost.settle();
  check(t, lost.recording);

  const notified = new Lab();
  notified.establish().send({ type: MessageType.Notification, code: 6, subcode: 4, data: new Uint8Array(0) });
  notified.clock.advance(20_000);
  check(t, notified.recording);

  const silent = new Lab();
  silent.establish({
    holdTime: 9,
    gracefulRestart: { restartTime: 9, restarted: true, forwarding: true, notification: true },
  });
  silent.speaker.setRoutes(PEER.name, hostRoutes(10));
  silent.clock.advance(30_000);
  check(t, silent.recording);

  const refused = new Lab();
  refused.speaker.addPeer({ ...PEER, remotePort: 1179 });
  refused.clock.advance(12_000);
  check(t, refused.recording);

  const changed = new Lab();
  changed.establish();
  changed.speaker.setPeers([{ ...PEER, holdTime: 30, md5Key: "secret" }]);
  changed.settle();
  changed.speaker.close({ mode: "withdraw", text: "bye" });
  changed.settle();
  check(t, changed.recording);
  t.notMatch(JSON.stringify(changed.recording), "secret");

  const limited = new Lab();
  const router = limited.establish({ maxPrefixes: 0 });
  const nlri = [{ prefix: { afi: 1, address: 0, length: 8 } } as const];
  const attributes = { origin: 0, asPath: [{ type: 2, asns: [64513] }], nextHop: 1 } as const;
  router.send({ type: MessageType.Update, withdrawn: [], attributes, nlri });
  limited.settle();
  check(t, limited.recording);
  t.end();
});

t.test("a connection that loses at its OPEN does so again", async (t) => {
  const lab = new Lab({ listen: true });
  await lab.speaker.listening();
  lab.establish();
  lab.network.dial(ROUTER_ADDRESS, { remoteAddress: OUR_ADDRESS, remotePort: 179 }, (connection) => {
    new ScriptedPeer(connection, () => lab.clock.now()).establish();
  });
  lab.settle();
  const [, second = []] = sessions(lab.recording);
  t.equal(second.filter(({ type }) => type === "dump").length, 1);
  check(t, lab.recording);
  t.throws(() => replay([...second, ...second]), /one event of type session/);
});

t.test("both sessions of a collision are replayed, each by itself", async (t) => {
  const lab = new Lab({ listen: true });
  await lab.speaker.listening();
  const router = lab.connect();
  router.send({ ...OPEN, bgpId: 0x0a0000ff });
  const inbound: ScriptedPeer[] = [];
  lab.network.dial(ROUTER_ADDRESS, { remoteAddress: OUR_ADDRESS, remotePort: 179 }, (connection) => {
    const peer = new ScriptedPeer(connection, () => lab.clock.now());
    peer.establish({ ...OPEN, bgpId: 0x0a0000ff });
    inbound.push(peer);
  });
  lab.settle();
  t.equal(lab.status.state, "Established");
  t.equal(sessions(lab.recording).length, 2);
  check(t, lab.recording);
});
