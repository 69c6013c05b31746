import { encodeMessage, MessageType } from "bgp-ts-codec";
import type { OpenMessage } from "bgp-ts-codec";
import t from "tap";
import { hostRoutes, Lab, PEER, ROUTER_ADDRESS } from "../../support/bgp-lab.ts";
import { CONTEXT, OPEN } from "../../support/scripted-peer.ts";

t.test("a session comes up through the states of RFC 4271", (t) => {
  const lab = new Lab();
  lab.establish();
  t.same(lab.states, ["Connect", "OpenSent", "OpenConfirm", "Established"]);
  t.match(lab.status, {
    state: "Established",
    remoteAs: 64513,
    remoteId: OPEN.bgpId,
    holdTime: 90,
    keepaliveTime: 30,
    ups: 1,
    flaps: 0,
    sent: { open: 1, keepalive: 1, update: 0 },
    received: { open: 1, keepalive: 1, bytes: encodeMessage(OPEN, CONTEXT).length + 19 },
    capabilitiesReceived: OPEN.capabilities,
  });
  t.end();
});

t.test("every split of the peer's bytes leads to the same session", (t) => {
  for (const size of [1, 2, 7, 18, 19, 20, 64]) {
    const split = (bytes: Uint8Array): Uint8Array[] =>
      Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
    const lab = new Lab({ split });
    lab.establish();
    t.equal(lab.status.state, "Established", `chunks of ${size}`);
  }
  t.end();
});

t.test("each wrong OPEN is answered by its NOTIFICATION, flushed, and kept as the last error", (t) => {
  const cases: [Partial<OpenMessage>, string, RegExp][] = [
    [{ version: 3 }, "2/1", /Unsupported Version Number/],
    [{ capabilities: [{ kind: "four-octet-as", asn: 65000 }], asn16: 65000 }, "2/2", /Bad Peer AS.*must be 64513/],
    [{ bgpId: 0 }, "2/3", /Bad BGP Identifier/],
    [{ holdTime: 2 }, "2/6", /Unacceptable Hold Time/],
  ];
  for (const [change, code, text] of cases) {
    const lab = new Lab();
    const router = lab.connect();
    router.send({ ...OPEN, ...change });
    lab.settle();
    const { notification, closed } = router;
    t.equal(`${notification?.code}/${notification?.subcode}`, code);
    t.equal(closed, "in order");
    t.match(lab.status, { state: "Idle", lastError: { direction: "sent", text, reason: "open-error" } });
  }
  t.end();
});

t.test("an unknown parameter in an OPEN is 2/4", (t) => {
  const lab = new Lab();
  const router = lab.connect();
  const bytes = encodeMessage({ ...OPEN, capabilities: [] }, CONTEXT);
  const open = Uint8Array.from([...bytes, 9, 0]);
  open[17] = open.length;
  open[28] = 2;
  router.raw(...open);
  lab.settle();
  t.match(router.notification, { code: 2, subcode: 4 });
  t.end();
});

t.test("a broken header is answered, whatever the state", (t) => {
  const lab = new Lab();
  const router = lab.establish();
  router.raw(...new Uint8Array(19));
  lab.settle();
  t.match(router.notification, { code: 1, subcode: 1 });
  t.match(lab.errors, [/Connection Not Synchronized: marker: byte 1/]);
  t.end();
});

t.test("a broken NOTIFICATION is not answered", (t) => {
  const lab = new Lab();
  const router = lab.establish();
  router.raw(...new Uint8Array(16).fill(0xff), 0, 20, 3, 6);
  lab.settle();
  t.equal(router.notification, undefined);
  t.match(lab.errors, [/NOTIFICATION length 20/]);
  t.end();
});

t.test("messages that do not belong where they come are FSM errors 5/1, 5/2, 5/3", (t) => {
  const early = new Lab();
  early.connect().send({ type: MessageType.Keepalive });
  early.settle();
  t.match(early.router.notification, { code: 5, subcode: 1, data: Uint8Array.of(4) });

  const confirm = new Lab();
  confirm.connect().send(OPEN, { type: MessageType.RouteRefresh, afi: 1, subtype: 0, safi: 1 });
  confirm.settle();
  t.match(confirm.router.notification, { code: 5, subcode: 2, data: Uint8Array.of(5) });

  const late = new Lab();
  late.establish().send(OPEN);
  late.settle();
  t.match(late.router.notification, { code: 5, subcode: 3, data: Uint8Array.of(1) });
  t.end();
});

t.test("a received NOTIFICATION is kept with its text and never answered", (t) => {
  const lab = new Lab();
  const router = lab.establish();
  const text = new TextEncoder().encode("maintenance\n");
  router.send({ type: MessageType.Notification, code: 6, subcode: 2, data: Uint8Array.of(text.length, ...text) });
  lab.settle();
  t.equal(router.notification, undefined);
  t.match(lab.status.lastError, {
    direction: "received",
    reason: "notification-received",
    text: "Cease / Administrative Shutdown: maintenance",
  });
  t.equal(lab.states.at(-1), "Idle (notification-received)");
  t.end();
});

t.test("a Hard Reset says what it wraps", (t) => {
  const lab = new Lab();
  lab.establish().send({ type: MessageType.Notification, code: 6, subcode: 9, data: Uint8Array.of(6, 3) });
  lab.settle();
  t.same(lab.errors, ["Cease / Hard Reset (Cease / Peer De-configured)"]);
  t.end();
});

t.test("a silent peer is given up at its hold time, with 4/0", (t) => {
  const lab = new Lab();
  const router = lab.establish({ holdTime: 9 });
  const heard = lab.clock.now() - 50;
  lab.clock.until(() => lab.status.state !== "Established");
  t.ok(Math.abs(lab.clock.now() - heard - 9000) < 60);
  lab.settle();
  t.match(router.notification, { code: 4, subcode: 0 });
  t.match(lab.status.lastError, { direction: "sent", reason: "hold-timer-expired", text: "Hold Timer Expired" });
  t.end();
});

t.test("keepalives of the peer keep a session", (t) => {
  const lab = new Lab();
  const router = lab.establish({ holdTime: 9 });
  for (let i = 0; i < 20; i++) {
    router.send({ type: MessageType.Keepalive });
    lab.clock.advance(8900);
  }
  t.equal(lab.status.state, "Established");
  t.end();
});

t.test("what came in before the hold time is read before it is judged, however late", (t) => {
  const lab = new Lab();
  const router = lab.establish({ holdTime: 9 });
  const [near] = lab.network.connections.at(-1) ?? [];
  // The event loop stands still: bytes wait in the kernel, and are read in the turn after the timers.
  near?.pause();
  router.send({ type: MessageType.Keepalive });
  lab.clock.advance(8949);
  lab.clock.setTimer(1, () => near?.resume());
  lab.clock.advance(5000);
  t.equal(lab.status.state, "Established");
  t.end();
});

t.test("keepalives come at three quarters to all of their time, evenly spread", (t) => {
  let seed = 7;
  const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  const lab = new Lab({ random });
  const router = lab.establish({ holdTime: 3 });
  const stop = lab.clock.now() + 400_000;
  while (lab.clock.now() < stop) {
    router.send({ type: MessageType.Keepalive });
    lab.clock.advance(1000);
  }
  const gaps = router.times.slice(3).map((time, i) => time - (router.times[i + 2] ?? 0));
  t.ok(gaps.length > 400);
  t.ok(gaps.every((gap) => gap >= 749.9 && gap <= 1000.1));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  t.ok(mean > 860 && mean < 890, `mean ${mean}`);
  t.ok(Math.min(...gaps) < 770 && Math.max(...gaps) > 980);
  t.end();
});

t.test("with hold time 0 nobody speaks and nobody gives up", (t) => {
  const lab = new Lab();
  const router = lab.establish({ holdTime: 0 });
  lab.clock.advance(10_000_000);
  t.equal(lab.status.state, "Established");
  t.equal(router.count(MessageType.Keepalive), 1);
  t.equal(lab.clock.pending, 0);
  t.end();
});

t.test("a peer that reads nothing is given up at the send hold time, at once", (t) => {
  const lab = new Lab();
  const router = lab.establish({ sendHoldTime: 60 });
  router.connection.pause();
  lab.speaker.setRoutes(PEER.name, hostRoutes(100_000));
  const speaking = lab.clock.setTimer(1e9, () => undefined);
  for (let i = 0; i < 5; i++) {
    router.send({ type: MessageType.Keepalive });
    lab.clock.advance(13_000);
  }
  speaking.cancel();
  t.match(lab.errors, [/Send Hold Timer Expired/]);
  t.match(lab.status.lastError, { reason: "send-hold-timer-expired" });
  t.equal(router.closed, "reset");
  t.end();
});

t.test("a slow peer that still takes bytes is kept", (t) => {
  const lab = new Lab();
  const router = lab.establish({ sendHoldTime: 30 });
  lab.speaker.setRoutes(PEER.name, hostRoutes(100_000));
  for (let i = 0; i < 20; i++) {
    router.connection.pause();
    lab.clock.advance(19_000);
    router.connection.resume();
    router.send({ type: MessageType.Keepalive });
    lab.clock.advance(3);
  }
  t.equal(lab.status.state, "Established");
  t.end();
});

t.test("silence of our own is no stuck peer", (t) => {
  const lab = new Lab();
  lab.establish({ sendHoldTime: 5 });
  lab.clock.advance(80_000);
  t.equal(lab.status.state, "Established");
  t.end();
});

t.test("a refused connection is tried again, and says so", (t) => {
  const lab = new Lab();
  lab.speaker.addPeer({ ...PEER, remotePort: 1179 });
  lab.clock.advance(60);
  t.match(lab.errors, ["connect ECONNREFUSED 10.0.0.1:1179"]);
  t.match(lab.status.lastError, { direction: "local", reason: "connection-failed" });
  lab.clock.advance(20_000);
  t.ok(lab.errors.length >= 4 && lab.errors.length <= 6);
  t.end();
});

t.test("no answer to a connection is given up after the connect retry time", (t) => {
  const lab = new Lab();
  lab.network.silence(ROUTER_ADDRESS);
  lab.speaker.addPeer(PEER);
  lab.clock.advance(5001);
  t.same(lab.errors, ["no answer within the connect retry time"]);
  t.equal(lab.status.state, "Connect");
  t.end();
});

t.test("a connection lost is begun anew", (t) => {
  const lab = new Lab();
  const router = lab.establish();
  router.connection.destroy();
  lab.settle();
  t.match(lab.status, { state: "Idle", ups: 1, flaps: 1, lastError: { text: "connection reset" } });
  lab.clock.until(() => lab.routers.length === 2);
  lab.settle();
  lab.router.establish();
  lab.settle();
  t.match(lab.status, { state: "Established", ups: 2, flaps: 1 });
  t.end();
});

t.test("the peer's end of the connection is told apart from an error", (t) => {
  const lab = new Lab();
  lab.establish().connection.end();
  lab.settle();
  t.same(lab.errors, ["the peer closed the connection"]);
  t.end();
});

t.test("with DelayOpen the peer speaks first", (t) => {
  const lab = new Lab();
  lab.speaker.addPeer({ ...PEER, delayOpenTime: 5 });
  lab.clock.until(() => lab.routers.length === 1);
  lab.settle();
  t.equal(lab.router.messages.length, 0);
  lab.router.establish();
  lab.settle();
  t.equal(lab.status.state, "Established");
  t.end();
});

t.test("a connection that cannot be flushed is closed after two seconds all the same", (t) => {
  const lab = new Lab();
  const router = lab.establish();
  router.connection.pause();
  lab.speaker.setRoutes(PEER.name, hostRoutes(100_000));
  lab.settle();
  lab.speaker.removePeer(PEER.name);
  lab.clock.advance(1900);
  t.equal(router.closed, "no");
  lab.clock.advance(200);
  t.equal(router.closed, "reset");
  t.end();
});

t.test("where a key is set, silence is explained", (t) => {
  const lab = new Lab();
  lab.network.silence(ROUTER_ADDRESS);
  lab.speaker.addPeer({ ...PEER, md5Key: "hush" });
  lab.clock.advance(5001);
  t.same(lab.errors, ["no answer within the connect retry time; is the TCP MD5 password the same at the peer?"]);
  const ao = new Lab();
  ao.network.silence(ROUTER_ADDRESS);
  ao.speaker.addPeer({
    ...PEER,
    aoKey: { key: "hush", sendId: 1, receiveId: 1, algorithm: "hmac-sha-1-96" },
  });
  ao.clock.advance(5001);
  t.same(ao.errors, ["no answer within the connect retry time; is the TCP-AO key the same at the peer?"]);
  t.notMatch(JSON.stringify(ao.recording), "hush");
  t.end();
});
