/** When routes go out: again after a reconnect or a refresh, beside KEEPALIVEs, at the pace of the socket and of the configuration. */
import { MessageType } from "bgp-ts-codec";
import t from "tap";
import { hostRoutes, Lab, PEER, prefix, route } from "../../support/bgp-lab.ts";
import { OPEN } from "../../support/scripted-peer.ts";

const NAME = PEER.name;

t.test("a reconnect sends the table again", (t) => {
  const lab = new Lab();
  lab.establish();
  lab.speaker.setRoutes(NAME, hostRoutes(3));
  lab.settle();
  lab.router.connection.destroy();
  lab.settle();
  t.match(lab.status, { routes: 3, advertised: 0, pending: 3 });
  lab.speaker.updateRoutes(NAME, { set: [], withdraw: [prefix("172.16.0.1/32")] });
  lab.clock.until(() => lab.routers.length === 2);
  lab.settle();
  lab.router.establish();
  lab.settle();
  t.same([...lab.router.table.keys()], ["172.16.0.0/32", "172.16.0.2/32"]);
  t.same(lab.router.endOfRib, [1]);
  t.end();
});

t.test("a route refresh is answered by the exact table, between BoRR and EoRR", (t) => {
  const lab = new Lab();
  const router = lab.establish();
  lab.speaker.setRoutes(NAME, hostRoutes(2000));
  lab.settle();
  lab.speaker.updateRoutes(NAME, { set: [], withdraw: [prefix("172.16.0.7/32")] });
  lab.settle();
  const before = router.messages.length;
  router.table.clear();
  router.send({ type: MessageType.RouteRefresh, afi: 1, subtype: 0, safi: 1 });
  lab.settle();
  t.equal(router.table.size, 1999);
  const marks = router.messages
    .slice(before)
    .map((message) => (message.type === MessageType.RouteRefresh ? message.subtype : "update"));
  t.same(marks, [1, "update", "update", "update", 2]);
  t.end();
});

t.test("a refresh without RFC 7313 has no marks; of families and kinds unknown it is no request", (t) => {
  const lab = new Lab();
  const capabilities = OPEN.capabilities.filter(({ kind }) => kind !== "enhanced-route-refresh");
  const router = lab.establish({}, { ...OPEN, capabilities });
  lab.speaker.setRoutes(NAME, hostRoutes(1));
  lab.settle();
  const before = router.messages.length;
  const ask = { type: MessageType.RouteRefresh, afi: 1, subtype: 0, safi: 1 } as const;
  router.send({ ...ask, afi: 2 }, { ...ask, safi: 4 }, { ...ask, afi: 16388 }, { ...ask, subtype: 1 });
  lab.settle();
  t.equal(router.messages.length, before);
  router.send(ask);
  lab.settle();
  t.equal(router.messages.length, before + 1);
  t.end();
});

t.test("a refresh asked for before the first table is whole comes after its End-of-RIB", (t) => {
  const lab = new Lab({ window: 4096, mark: 1024 });
  const router = lab.establish();
  const ask = { type: MessageType.RouteRefresh, afi: 1, subtype: 0, safi: 1 } as const;
  router.send(ask);
  lab.settle();
  t.equal(router.count(MessageType.RouteRefresh), 0);
  lab.speaker.setRoutes(NAME, hostRoutes(20_000));
  lab.clock.until(() => router.updates.length > 2);
  router.send(ask, ask);
  lab.settle(1000);
  const text = router.messages.map((message) => {
    if (message.type === MessageType.RouteRefresh) return message.subtype;
    return message.type === MessageType.Update && message.nlri.length === 0 ? "end" : "";
  });
  t.same(
    text.filter((one) => one !== ""),
    ["end", 1, 2],
  );
  t.end();
});

t.test("a KEEPALIVE is on time beside a table that is stuck", (t) => {
  const lab = new Lab({ window: 8192 });
  const router = lab.establish({ holdTime: 9 });
  router.connection.pause();
  lab.speaker.setRoutes(NAME, hostRoutes(200_000));
  lab.settle();
  const [near] = lab.network.connections[0] ?? [];
  t.ok((near?.buffered ?? Infinity) <= 192 * 1024, `${near?.buffered} bytes are handed over`);
  const before = lab.status.sent.keepalive;
  for (let i = 0; i < 4; i++) {
    router.send({ type: MessageType.Keepalive });
    lab.clock.advance(3000);
  }
  t.ok(lab.status.sent.keepalive - before >= 4);
  const at = router.messages.length;
  router.connection.resume();
  lab.clock.until(() => router.messages.slice(at).some(({ type }) => type === MessageType.Keepalive));
  t.ok(router.table.size < 50_000, `the first came after ${router.table.size} routes`);
  t.end();
});

t.test("UPDATEs that the socket took stand for KEEPALIVEs", (t) => {
  const lab = new Lab();
  const router = lab.establish({ holdTime: 9 });
  lab.speaker.setRoutes(NAME, []);
  const before = lab.status.sent.keepalive;
  for (let i = 0; i < 20; i++) {
    router.send({ type: MessageType.Keepalive });
    lab.speaker.updateRoutes(NAME, { set: [route("192.0.2.1/32", { med: i })], withdraw: [] });
    lab.clock.advance(1000);
  }
  t.equal(lab.status.sent.keepalive, before);
  t.end();
});

t.test("with a minimum interval announcements wait and join, withdrawals do not", (t) => {
  const lab = new Lab({ random: () => 0.999999 });
  const router = lab.establish({ minAdvertisementInterval: 5 });
  lab.speaker.setRoutes(NAME, []);
  const set = (text: string, med: number): void =>
    lab.speaker.updateRoutes(NAME, { set: [route(text, { med })], withdraw: [] });
  set("192.0.2.1/32", 1);
  lab.settle();
  const before = router.updates.length;
  const synced = lab.count("synced");
  for (let i = 0; i < 10; i++) {
    set("192.0.2.1/32", i + 2);
    set("192.0.2.2/32", i);
    lab.clock.advance(100);
  }
  lab.speaker.updateRoutes(NAME, { set: [], withdraw: [prefix("192.0.2.1/32")] });
  lab.settle();
  t.equal(router.updates.length, before + 1);
  t.same([...router.table.keys()], []);
  t.equal(lab.count("synced"), synced);
  lab.clock.advance(5000);
  t.equal(router.updates.length, before + 2);
  t.match([...router.table.values()], [/med 9/]);
  t.equal(lab.count("synced"), synced + 1);
  t.end();
});

t.test("a change during the table leaves nothing stale behind", (t) => {
  const lab = new Lab({ window: 4096, mark: 1024 });
  const router = lab.establish();
  lab.speaker.setRoutes(NAME, hostRoutes(50_000));
  lab.clock.until(() => router.updates.length > 2);
  t.match(lab.status, { routes: 50_000 });
  t.ok(lab.status.pending > 30_000 && lab.status.advertised < 20_000);
  lab.speaker.updateRoutes(NAME, {
    set: [route("172.16.0.5/32", { med: 5 }), route("172.16.150.5/32", { med: 6 }), route("192.0.2.1/32")],
    withdraw: [prefix("172.16.0.1/32"), prefix("172.16.180.1/32")],
  });
  lab.clock.until(() => router.endOfRib.length > 0);
  t.equal(router.table.size, 49_999);
  t.match(router.table.get("172.16.0.5/32"), /med 5/);
  t.match(router.table.get("172.16.150.5/32"), /med 6/);
  t.notOk(router.table.has("172.16.0.1/32"));
  t.notOk(router.table.has("172.16.180.1/32"));
  lab.settle();
  t.match(lab.status, { advertised: 49_999, pending: 0 });
  t.end();
});

t.test("a large table leaves the event loop its turns", (t) => {
  const lab = new Lab({ window: 1e9, mark: 1e9 });
  const router = lab.establish();
  const before = lab.status.sent.bytes;
  lab.speaker.setRoutes(NAME, hostRoutes(300_000));
  const atOnce = lab.status.sent.bytes - before;
  t.ok(atOnce > 500_000 && atOnce < 600_000, `${atOnce} bytes at once`);
  lab.settle();
  t.equal(router.table.size, 300_000);
  t.end();
});

t.test("a host whose mark is above ours is asked again", (t) => {
  const lab = new Lab({ mark: 10_000_000, window: 8192 });
  const router = lab.establish();
  lab.speaker.setRoutes(NAME, hostRoutes(100_000));
  lab.clock.until(() => router.endOfRib.length > 0);
  t.equal(router.table.size, 100_000);
  t.end();
});
