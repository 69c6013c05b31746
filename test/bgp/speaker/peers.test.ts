import { decodeShutdownCommunication, MessageType } from "bgp-ts-codec";
import type { UpdateMessage } from "bgp-ts-codec";
import type { PeerConfig } from "@herald/bgp";
import t from "tap";
import { hostRoutes, Lab, PEER, prefix, ROUTER_ADDRESS } from "../../support/bgp-lab.ts";
import { OPEN, withCapabilities } from "../../support/scripted-peer.ts";

const GRACEFUL = { restartTime: 60, restarted: true, forwarding: true, notification: true };
const agree = (notification: boolean) =>
  withCapabilities({ kind: "graceful-restart", restarted: false, notification, restartTime: 60, families: [] });

t.test("equal configurations leave the session alone, also with their fields in another order", (t) => {
  const lab = new Lab();
  const router = lab.establish({ gracefulRestart: GRACEFUL });
  const { name, ...rest } = { ...PEER, gracefulRestart: { ...GRACEFUL } };
  lab.speaker.setPeers([{ ...rest, name }]);
  lab.settle();
  t.equal(router.notification, undefined);
  t.match(lab.status, { state: "Established", flaps: 0 });
  t.end();
});

t.test("what can change in a session that is up does", (t) => {
  const lab = new Lab();
  const router = lab.establish();
  lab.speaker.setPeers([
    { ...PEER, connectRetryTime: 7, minAdvertisementInterval: 1, maxPrefixes: 1, minimumHoldTime: 3, passive: false },
  ]);
  lab.settle();
  t.match(lab.status, { state: "Established", flaps: 0 });
  router.send(announce("198.51.100.0/24"), announce("198.51.101.0/24"));
  lab.settle();
  t.match(router.notification, { code: 6, subcode: 1 });
  t.end();
});

t.test("another key is put on the session that is up, which stays, and a KEEPALIVE tries it at once", (t) => {
  const lab = new Lab();
  const router = lab.establish({ md5Key: "one" });
  const [near] = lab.network.connections.at(-1) ?? [];
  const keepalives = (): number => router.messages.filter(({ type }) => type === MessageType.Keepalive).length;
  const before = keepalives();
  lab.speaker.setPeers([{ ...PEER, md5Key: "two", connectRetryTime: 7 }]);
  lab.settle();
  t.same(near?.keys, ["two"]);
  t.equal(keepalives(), before + 1);
  t.match(lab.status, { state: "Established", flaps: 0 });
  lab.speaker.setPeers([{ ...PEER, md5Key: "three", holdTime: 30 }]);
  lab.settle();
  t.match(router.notification, { code: 6, subcode: 6 }, "what else changes ends it all the same");
  t.end();
});

t.test("a peer that is not heard of with the new key gets a new session after half the hold time", (t) => {
  const lab = new Lab();
  lab.establish({ md5Key: "one" });
  lab.speaker.setPeers([{ ...PEER, md5Key: "two" }]);
  lab.clock.advance((lab.status.holdTime ?? 0) * 500 - 1);
  t.match(lab.status, { state: "Established", flaps: 0 });
  lab.settle();
  t.match(lab.status, { flaps: 1 });
  t.equal(lab.routers.length, 2);

  const heard = new Lab();
  const router = heard.establish({ md5Key: "one" });
  heard.speaker.setPeers([{ ...PEER, md5Key: "two" }]);
  heard.settle();
  router.send({ type: MessageType.Keepalive });
  heard.clock.advance((heard.status.holdTime ?? 0) * 500);
  t.match(heard.status, { state: "Established", flaps: 0 });
  t.end();
});

t.test("a first key, and none any more, take a new session; so does one that cannot be replaced", (t) => {
  for (const [before, after] of [
    [{}, { md5Key: "one" }],
    [{ md5Key: "one" }, {}],
  ]) {
    const lab = new Lab();
    const router = lab.establish(before);
    lab.speaker.setPeers([{ ...PEER, ...after }]);
    lab.settle();
    t.match(router.notification, { code: 6, subcode: 6 });
  }
  for (const broken of [
    undefined,
    () => {
      throw new Error("setsockopt TCP_MD5SIG: EINVAL");
    },
  ]) {
    const lab = new Lab();
    const router = lab.establish({ md5Key: "one" });
    Object.assign(lab.network.connections.at(-1)?.[0] ?? {}, { setMd5Key: broken });
    lab.speaker.setPeers([{ ...PEER, md5Key: "two" }]);
    lab.settle();
    t.match(router.notification, { code: 6, subcode: 6 });
  }
  t.end();
});

t.test("without a session a new key is tried at once", (t) => {
  const lab = new Lab();
  lab.connect({ md5Key: "one" });
  lab.speaker.setPeers([{ ...PEER, md5Key: "two" }]);
  lab.settle();
  t.equal(lab.routers.length, 2);
  t.end();
});

t.test("any other change ends the session with Cease/6, and begins anew at once with the routes there are", (t) => {
  const lab = new Lab();
  const router = lab.establish();
  lab.speaker.setRoutes(PEER.name, hostRoutes(2));
  lab.settle();
  lab.speaker.setPeers([{ ...PEER, holdTime: 30 }]);
  lab.settle();
  t.match(router.notification, { code: 6, subcode: 6 });
  t.equal(lab.routers.length, 2);
  lab.router.establish();
  lab.settle();
  t.match(lab.status, { state: "Established", holdTime: 30, advertised: 2 });
  t.end();
});

t.test("a change that ends the session says nothing to a peer that keeps routes over a lost connection alone", (t) => {
  const lab = new Lab();
  const router = lab.establish({ gracefulRestart: GRACEFUL }, agree(false));
  lab.speaker.setPeers([{ ...PEER, gracefulRestart: GRACEFUL, holdTime: 30 }]);
  lab.settle();
  t.equal(router.notification, undefined);
  t.equal(router.closed, "in order");

  const told = new Lab();
  const second = told.establish({ gracefulRestart: GRACEFUL }, agree(true));
  told.speaker.setPeers([{ ...PEER, gracefulRestart: GRACEFUL, holdTime: 30 }]);
  told.settle();
  t.match(second.notification, { code: 6, subcode: 6 }, "and one that keeps them over a NOTIFICATION is told");
  t.end();
});

t.test("peers not in the list are removed with Cease/3, new ones are started", (t) => {
  const lab = new Lab();
  const router = lab.establish();
  lab.speaker.setPeers([{ ...PEER, name: "second" }]);
  lab.settle();
  t.match(router.notification, { code: 6, subcode: 3 });
  t.same(
    lab.speaker.status().map(({ name }) => name),
    ["second"],
  );
  t.equal(lab.speaker.peerStatus(PEER.name), undefined);
  t.equal(lab.routers.length, 2);
  t.throws(() => lab.speaker.removePeer(PEER.name), /peer router: there is none/);
  t.end();
});

t.test("configurations that cannot be are refused by name and field, and nothing changes", (t) => {
  const lab = new Lab();
  lab.establish();
  const cases: [Partial<PeerConfig>, RegExp][] = [
    [{ remoteAddress: "router.example" }, /peer bad: remoteAddress router\.example must be an IPv4 or IPv6 address/],
    [{ remoteAddress: "10.0.0.1%eth0" }, /remoteAddress/],
    [{ localAddress: "here" }, /peer bad: localAddress here must be an address/],
    [{ remotePort: 0 }, /remotePort 0 must be a whole number from 1 to 65535/],
    [{ localAs: 0 }, /localAs 0/],
    [{ remoteAs: 2 ** 32 }, /remoteAs 4294967296/],
    [{ bgpId: 0 }, /bgpId 0/],
    [{ holdTime: 2 }, /holdTime 2 must be 0 or from 3 to 65535 seconds/],
    [{ connectRetryTime: 0 }, /connectRetryTime 0 must be more than 0/],
    [{ families: { ipv4: false, ipv6: false } }, /families none must be at least one/],
    [{ gracefulRestart: { ...GRACEFUL, restartTime: 5000 } }, /gracefulRestart\.restartTime 5000/],
    [{ hostName: "x".repeat(300) }, /peer bad: /],
  ];
  for (const [change, text] of cases) {
    t.throws(() => lab.speaker.setPeers([{ ...PEER, name: "bad", ...change }]), text);
  }
  t.throws(() => lab.speaker.setPeers([PEER, PEER]), /peer router: the name is given twice/);
  t.throws(() => lab.speaker.addPeer(PEER), /peer router: the name is given twice/);
  t.equal(lab.status.state, "Established");
  t.end();
});

t.test("leaving with withdrawal is Cease/2 with the text", async (t) => {
  const lab = new Lab();
  const router = lab.establish();
  const closed = lab.speaker.close({ mode: "withdraw", text: "node drained" });
  t.equal(lab.speaker.close({ mode: "keep" }), lab.speaker.close({ mode: "keep" }));
  lab.settle();
  await closed;
  t.match(router.notification, { code: 6, subcode: 2 });
  t.equal(decodeShutdownCommunication(router.notification?.data ?? new Uint8Array(0)), "node drained");
  t.equal(router.closed, "in order");
  t.equal(lab.errors.length, 0);
  t.throws(() => lab.speaker.addPeer(PEER), /the speaker is closed/);
  lab.clock.advance(60_000);
  t.equal(lab.routers.length, 1);
});

t.test("where NOTIFICATIONs keep routes, leaving with withdrawal is a Hard Reset with Cease/2 inside", (t) => {
  const lab = new Lab();
  const router = lab.establish({ gracefulRestart: GRACEFUL }, agree(true));
  void lab.speaker.close({ mode: "withdraw", text: "bye" });
  lab.settle();
  t.same(router.notification, {
    type: MessageType.Notification,
    code: 6,
    subcode: 9,
    data: Uint8Array.of(6, 2, 3, 98, 121, 101),
  });
  t.end();
});

t.test("leaving with the routes kept says nothing, or Cease/4 where NOTIFICATIONs keep them too", (t) => {
  const silent = new Lab();
  const first = silent.establish({ gracefulRestart: GRACEFUL }, agree(false));
  void silent.speaker.close({ mode: "keep", text: "upgrade" });
  silent.settle();
  t.equal(first.notification, undefined);
  t.equal(first.closed, "in order");

  const told = new Lab();
  const second = told.establish({ gracefulRestart: GRACEFUL }, agree(true));
  void told.speaker.close({ mode: "keep", text: "upgrade" });
  told.settle();
  t.match(second.notification, { code: 6, subcode: 4 });
  t.equal(decodeShutdownCommunication(second.notification?.data ?? new Uint8Array(0)), "upgrade");
  t.end();
});

t.test("closing waits for the connections, and no longer than their bound", async (t) => {
  const lab = new Lab();
  const router = lab.establish();
  router.connection.pause();
  lab.speaker.setRoutes(PEER.name, hostRoutes(100_000));
  lab.settle();
  let done = false;
  const closed = lab.speaker.close({ mode: "withdraw" }).then(() => (done = true));
  lab.clock.advance(1000);
  await Promise.resolve();
  t.notOk(done);
  lab.clock.advance(1500);
  await closed;
  t.ok(done);
});

t.test("after a session in this run the OPEN no longer says restarted", (t) => {
  const lab = new Lab();
  const first = lab.establish({ gracefulRestart: { ...GRACEFUL, forwarding: false } });
  first.connection.destroy();
  lab.clock.until(() => lab.routers.length === 2);
  lab.settle();
  const restart = (index: number): unknown => {
    const [open] = lab.routers[index]?.messages ?? [];
    return open?.type === MessageType.Open && open.capabilities.find(({ kind }) => kind === "graceful-restart");
  };
  t.match(restart(0), { restarted: true, families: [{ forwarding: false }] });
  t.match(restart(1), { restarted: false, families: [{ forwarding: true }] });
  t.end();
});

function announce(...texts: readonly string[]): UpdateMessage {
  return {
    type: MessageType.Update,
    withdrawn: [],
    attributes: { origin: 0, asPath: [{ type: 2, asns: [64513] }], nextHop: 0x0a000001 },
    nlri: texts.flatMap((text) => {
      const parsed = prefix(text);
      return parsed.afi === 1 ? [{ prefix: parsed }] : [];
    }),
  };
}

t.test("prefixes of the peer are counted one by one", (t) => {
  const lab = new Lab();
  const router = lab.establish({ families: { ipv4: true, ipv6: true } });
  router.send(announce("198.51.100.0/24", "198.51.101.0/24"), announce("198.51.100.0/24"));
  const six = prefix("2001:db8::/32");
  const attributes = { origin: 0, asPath: [{ type: 2, asns: [64513] }] } as const;
  const nextHop = { afi: 2, address: 1n } as const;
  const mpReach = { afi: 2, safi: 1, nextHop, nlri: [{ prefix: six }] };
  router.send({ type: MessageType.Update, withdrawn: [], attributes, nlri: [], mpReach });
  lab.settle();
  t.match(lab.status, { receivedPrefixes: 3, receivedPrefixesExact: true });
  const withdrawn = announce("198.51.100.0/24", "203.0.113.0/24").nlri;
  const mpUnreach = { afi: 2, safi: 1, nlri: [{ prefix: six }] };
  router.send({ type: MessageType.Update, withdrawn, attributes: {}, nlri: [], mpUnreach });
  lab.settle();
  t.equal(lab.status.receivedPrefixes, 1);
  router.connection.destroy();
  lab.settle();
  t.equal(lab.status.receivedPrefixes, 0);
  t.end();
});

t.test("more prefixes than are told apart are not kept, and the count says so", (t) => {
  const lab = new Lab();
  const router = lab.establish();
  for (let i = 0; i < 101; i++) {
    const nlri = Array.from({ length: 1000 }, (_, n) => ({
      prefix: { afi: 1, address: 0x14000000 + (i * 1000 + n) * 256, length: 24 } as const,
    }));
    for (const part of [nlri.slice(0, 500), nlri.slice(500)]) router.send({ ...announce(), nlri: part });
  }
  lab.settle(1000);
  t.match(lab.status, { receivedPrefixes: 100_000, receivedPrefixesExact: false, state: "Established" });
  t.end();
});

t.test("beyond the limit the session ends with Cease/1, and comes back after a wait", (t) => {
  const lab = new Lab();
  const router = lab.establish({ maxPrefixes: 2 });
  router.send(announce("198.51.100.0/24", "198.51.101.0/24"));
  lab.settle();
  t.equal(lab.status.state, "Established");
  router.send(announce("198.51.102.0/24"));
  lab.settle();
  t.same(router.notification, {
    type: MessageType.Notification,
    code: 6,
    subcode: 1,
    data: Uint8Array.of(0, 1, 1, 0, 0, 0, 2),
  });
  t.match(lab.errors, [/Maximum Number of Prefixes Reached/]);
  lab.clock.advance(4900);
  t.equal(lab.routers.length, 2);
  t.end();
});

t.test("malformed UPDATEs are survived and counted, or reset the session, as RFC 7606 says", (t) => {
  const lab = new Lab();
  const router = lab.establish();
  const update = (...attributes: readonly number[]): void => {
    const body = [0, 0, 0, attributes.length, ...attributes, 24, 198, 51, 100];
    router.raw(...new Uint8Array(16).fill(0xff), 0, 19 + body.length, 2, ...body);
  };
  const origin = [0x40, 1, 1, 0];
  const path = [0x40, 2, 6, 2, 1, 0, 0, 0xfc, 0x01];
  const hop = [0x40, 3, 4, 10, 0, 0, 1];
  update(...origin, ...path, ...hop, 0x40, 6, 1, 0);
  update(0x40, 1, 1, 9, ...path, ...hop);
  update(0x40, 1, 1, 9, ...path, ...hop);
  lab.settle();
  t.match(lab.status, { state: "Established", updateErrors: { discarded: 1, withdrawn: 2 }, receivedPrefixes: 0 });
  lab.clock.advance(1000);
  update(0x40, 1, 1, 9, ...path, ...hop);
  lab.settle();
  t.match(lab.warnings, [
    { message: "malformed update", fields: { consequence: "attribute-discard", bytes: /^f{32}00330200/ } },
    { fields: { peer: PEER.name, consequence: "treat-as-withdraw", error: /ORIGIN/, unlogged: 2 } },
  ]);
  router.raw(...new Uint8Array(16).fill(0xff), 0, 23, 2, 0, 9, 0, 0);
  lab.settle();
  t.match(router.notification, { code: 3, subcode: 1 });
  t.match(lab.status, { state: "Idle", lastError: { direction: "sent", reason: "update-error" } });
  t.end();
});

t.test("a ROUTE-REFRESH of a wrong length is 7/1", (t) => {
  const lab = new Lab();
  const router = lab.establish();
  router.raw(...new Uint8Array(16).fill(0xff), 0, 22, 5, 0, 1, 0);
  lab.settle();
  t.match(router.notification, { code: 7, subcode: 1 });
  t.end();
});

t.test("a host may stop a peer from within an event", (t) => {
  const lab = new Lab();
  lab.speaker.addPeer(PEER);
  lab.speaker.setRoutes(PEER.name, hostRoutes(3));
  const push = lab.events.push.bind(lab.events);
  lab.events.push = (...events) => {
    const [event] = events;
    if (event?.type === "synced") lab.speaker.removePeer(PEER.name);
    return push(...events);
  };
  lab.settle();
  lab.router.establish();
  lab.settle();
  t.match(lab.router.notification, { code: 6, subcode: 3 });
  t.same(lab.speaker.status(), []);
  t.end();
});

t.test("the same address under two names is two sessions", (t) => {
  const lab = new Lab();
  lab.speaker.setPeers([PEER, { ...PEER, name: "again", remoteAddress: ROUTER_ADDRESS }]);
  lab.settle();
  for (const router of lab.routers) router.establish(OPEN);
  lab.settle();
  t.same(
    lab.speaker.status().map(({ state }) => state),
    ["Established", "Established"],
  );
  t.end();
});
