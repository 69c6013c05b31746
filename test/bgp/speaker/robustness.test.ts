/** Peers that are slow, half there, or too much: what they cost, and that the session recovers. */
import { encodeMessage, MessageType } from "bgp-ts-codec";
import t from "tap";
import { outputsOf, replay } from "@herald/bgp";
import { hostRoutes, Lab, PEER } from "../../support/bgp-lab.ts";
import { CONTEXT, OPEN } from "../../support/scripted-peer.ts";

const MARKER = new Uint8Array(16).fill(0xff);

/** A message from its type and body. */
function message(type: MessageType, body: readonly number[]): number[] {
  const length = 19 + body.length;
  return [...MARKER, length >> 8, length & 0xff, type, ...body];
}

t.test("an OPEN that comes a byte a minute does not hold the connection for ever", (t) => {
  const lab = new Lab();
  const router = lab.connect();
  const bytes = encodeMessage(OPEN, CONTEXT);
  let sent = 0;
  while (router.closed === "no" && sent < bytes.length) {
    router.raw(bytes[sent++] ?? 0);
    lab.clock.advance(60_000);
  }
  t.ok(sent <= 5, `given up after ${sent} minutes: the wait for an OPEN is 240 s, whatever trickles in`);
  t.match(router.notification, { code: 4, subcode: 0 });
  t.end();
});

t.test("a connection on which nothing ever comes is given up, and tried again", (t) => {
  const lab = new Lab();
  lab.connect();
  lab.clock.advance(240_000 + 10_000);
  t.ok(lab.routers.length > 1);
  lab.router.establish();
  lab.settle();
  t.equal(lab.status.state, "Established");
  t.end();
});

t.test("a reset in every state is survived, and a session comes up afterwards", (t) => {
  const until = { OpenSent: 0, OpenConfirm: 1, Established: 2 } as const;
  for (const [state, steps] of Object.entries(until)) {
    const lab = new Lab();
    const router = lab.connect();
    const [open, keepalive] = [OPEN, { type: MessageType.Keepalive } as const];
    if (steps > 0) router.send(open);
    if (steps > 1) router.send(keepalive);
    lab.settle();
    t.equal(lab.status.state, state);
    router.connection.destroy();
    lab.clock.until(() => lab.routers.length > 1 && lab.router.messages.length > 0);
    lab.router.establish();
    lab.settle();
    t.equal(lab.status.state, "Established", `after a reset in ${state}`);
  }
  t.end();
});

t.test("what follows a NOTIFICATION is not looked at", (t) => {
  const lab = new Lab();
  const router = lab.establish();
  const notification = message(MessageType.Notification, [6, 4]);
  router.raw(...notification, ...message(MessageType.Update, [0, 9, 0, 0]), ...new Uint8Array(40));
  lab.settle();
  t.match(lab.status.lastError, { direction: "received", text: "Cease / Administrative Reset" });
  t.equal(router.notification, undefined, "and nothing is answered");
  t.end();
});

t.test("a message above 4096 bytes is taken on an extended session, and a header error without", (t) => {
  const nlri = Array.from({ length: 2000 }, (_, i) => [32, 198, 18, i >> 8, i & 0xff]).flat();
  const attributes = [0x40, 1, 1, 0, 0x40, 2, 6, 2, 1, 0, 0, 0xfc, 1, 0x40, 3, 4, 10, 0, 0, 1];
  const large = message(MessageType.Update, [0, 0, 0, attributes.length, ...attributes, ...nlri]);
  const plain = new Lab();
  const first = plain.establish();
  first.raw(...large);
  plain.settle();
  t.match(first.notification, { code: 1, subcode: 2 });

  const extended = new Lab({ context: { ...CONTEXT, extendedMessages: true } });
  const second = extended.establish(
    { extendedMessages: true },
    { ...OPEN, capabilities: [...OPEN.capabilities, { kind: "extended-message" }] },
  );
  second.raw(...large);
  extended.settle();
  t.match(extended.status, { state: "Established", receivedPrefixes: 2000 });
  t.end();
});

t.test("a message full of unknown attributes is one message: the session stays", (t) => {
  const lab = new Lab();
  const router = lab.establish();
  // Optional transitive, one type each, then again: of two of one type the first counts.
  const flood = Array.from({ length: 1000 }, (_, i) => [0xc0, 100 + (i % 100), 1, 0]).flat();
  const needed = [0x40, 1, 1, 0, 0x40, 2, 6, 2, 1, 0, 0, 0xfc, 1, 0x40, 3, 4, 10, 0, 0, 1];
  const attributes = [...needed, ...flood];
  const body = [0, 0, attributes.length >> 8, attributes.length & 0xff, ...attributes, 24, 198, 51, 100];
  for (let i = 0; i < 50; i++) router.raw(...message(MessageType.Update, body));
  lab.settle();
  t.match(lab.status, { state: "Established", receivedPrefixes: 1 });
  t.end();
});

t.test("a million received prefixes are told apart up to the bound, and no further", (t) => {
  const lab = new Lab();
  const router = lab.establish();
  const attributes = { origin: 0, asPath: [{ type: 2, asns: [64513] }], nextHop: 0x0a000001 } as const;
  for (let i = 0; i < 2000; i++) {
    const nlri = Array.from({ length: 500 }, (_, n) => ({
      prefix: { afi: 1, address: (0x14000000 + (i * 500 + n) * 256) >>> 0, length: 24 } as const,
    }));
    router.send({ type: MessageType.Update, withdrawn: [], attributes, nlri });
    if (i % 50 === 0) lab.settle(10);
  }
  lab.settle(1000);
  t.match(lab.status, { state: "Established", receivedPrefixes: 100_000, receivedPrefixesExact: false });
  t.end();
});

t.test("each of these is a recording that does the same again", (t) => {
  const lab = new Lab();
  const router = lab.establish();
  lab.speaker.setRoutes(PEER.name, hostRoutes(3));
  lab.settle();
  router.raw(...message(MessageType.Update, [0, 9, 0, 0]));
  lab.settle();
  const one = lab.recording.filter(({ session }) => session === 1);
  t.same(replay(one), outputsOf(one));
  t.end();
});
