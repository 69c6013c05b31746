/** BFD strict mode (draft-ietf-idr-bgp-bfd-strict-mode): no session before the path is up, where both sides offer it. */
import { MessageType } from "bgp-ts-codec";
import { outputsOf, replay } from "@herald/bgp";
import t from "tap";
import { Lab, PEER } from "../../support/bgp-lab.ts";
import { OPEN, withCapabilities } from "../../support/scripted-peer.ts";

const STRICT = withCapabilities({ kind: "bfd-strict-mode" });

/** An agreed strict mode, and the peer's OPEN is there. */
function waiting(open = STRICT) {
  const lab = new Lab();
  const router = lab.connect({ bfdStrict: true });
  router.send(open);
  lab.settle();
  const keepalives = () => router.messages.filter(({ type }) => type === MessageType.Keepalive).length;
  return { lab, router, keepalives };
}

t.test("the OPEN is answered once the path is up; what came after it waits too", (t) => {
  const { lab, router, keepalives } = waiting();
  t.ok(lab.status.state === "OpenSent" && keepalives() === 0);
  // The other side's BFD is up a little earlier.
  router.send({ type: MessageType.Keepalive });
  lab.settle();
  t.equal(lab.status.state, "OpenSent");
  lab.speaker.setPath(PEER.name, "up");
  lab.settle();
  t.equal(lab.status.state, "Established");
  t.ok(keepalives() >= 1);
  lab.clock.advance(200_000);
  t.equal(router.notification?.code, 4, "then it is a session as any other: its peer is silent");
  t.end();
});

t.test("a path that is up already is not waited for, also at the next connection", (t) => {
  const lab = new Lab();
  lab.speaker.setPeers([{ ...PEER, bfdStrict: true }]);
  lab.speaker.setPath(PEER.name, "up");
  lab.settle();
  lab.router.establish(STRICT);
  lab.settle();
  t.equal(lab.status.state, "Established");
  lab.speaker.setPath(PEER.name, "down");
  lab.speaker.setPath(PEER.name, "unwatched");
  lab.settle();
  lab.router.establish(STRICT);
  lab.settle();
  t.equal(lab.status.state, "OpenSent", "and one that is not known any more is waited for again");
  t.end();
});

t.test("a path that is not up within the hold time ends the attempt with Cease/10", (t) => {
  const { lab, router } = waiting();
  lab.clock.advance(1000 * Math.min(PEER.holdTime, OPEN.holdTime) - 100);
  t.equal(router.notification, undefined);
  lab.settle(200);
  t.match(router.notification, { code: 6, subcode: 10 });
  t.match(lab.status.lastError, { text: /BFD Down/ });
  t.end();
});

t.test("a peer that does not offer it, or says too much meanwhile, is not waited for", (t) => {
  t.equal(waiting(OPEN).lab.status.state, "OpenConfirm");
  const { lab, router } = waiting();
  for (let i = 0; i < 9; i++) router.send({ type: MessageType.Keepalive });
  lab.settle();
  t.match(router.notification, { code: 5 }, "a KEEPALIVE that has no place");
  t.end();
});

t.test("a recording of it does the same again, in time and too late", (t) => {
  for (const late of [false, true]) {
    const { lab, router } = waiting();
    router.send({ type: MessageType.Keepalive });
    lab.settle();
    if (late) lab.clock.advance(100_000);
    else lab.speaker.setPath(PEER.name, "up");
    lab.settle();
    const events = lab.recording.filter(({ session }) => session === 1);
    t.same(replay(JSON.parse(JSON.stringify(events))), outputsOf(events));
    t.equal(
      events.some((event) => event.type === "state" && event.to === "Established"),
      !late,
    );
  }
  t.end();
});

t.test("a connection that ends meanwhile leaves nothing behind", (t) => {
  const { lab, router } = waiting();
  router.connection.destroy();
  lab.settle();
  lab.speaker.setPath(PEER.name, "up");
  lab.settle();
  t.not(lab.status.state, "Established");
  t.end();
});
