/** What a peer is told: of a whole list, or of a change to it. */
import { MessageType } from "bgp-ts-codec";
import t from "tap";
import { hostRoutes, Lab, PEER, prefix, route } from "../../support/bgp-lab.ts";
import { CONTEXT, OPEN, withCapabilities } from "../../support/scripted-peer.ts";

const NAME = PEER.name;
/** 10.0.0.2. */
const SELF = 0x0a000002;
const PLAIN = `${SELF} [64512] med - pref -`;

t.test("nothing is sent before the first list: no UPDATE, no End-of-RIB", (t) => {
  const lab = new Lab();
  const router = lab.establish();
  lab.clock.advance(60);
  t.equal(router.count(MessageType.Update), 0);
  t.equal(lab.count("synced"), 0);
  t.throws(() => lab.speaker.updateRoutes(NAME, { set: [], withdraw: [] }), /setRoutes comes before updateRoutes/);
  lab.speaker.setRoutes(NAME, []);
  lab.settle();
  t.same(router.endOfRib, [1]);
  t.equal(lab.count("synced"), 1);
  t.end();
});

t.test("the table goes out, then End-of-RIB of each family", (t) => {
  const lab = new Lab();
  lab.speaker.addPeer({ ...PEER, families: { ipv4: true, ipv6: true } });
  const hop = { afi: 2, address: 0x20010db8n << 96n } as const;
  lab.speaker.setRoutes(NAME, [...hostRoutes(2), { ...route("2001:db8:1::/64"), nextHop: hop }]);
  lab.settle();
  lab.router.establish();
  lab.settle();
  t.same(
    [...lab.router.table],
    [
      ["172.16.0.0/32", PLAIN],
      ["172.16.0.1/32", PLAIN],
      ["2001:db8:1::/64", `v6:${hop.address} [64512] med - pref -`],
    ],
  );
  t.same(lab.router.endOfRib, [1, 2]);
  const kinds = lab.router.updates.map(({ nlri, mpReach }) => nlri.length + (mpReach?.nlri.length ?? 0));
  t.same(kinds, [2, 1, 0, 0]);
  t.match(lab.status, { routes: 3, advertised: 3, pending: 0, unsent: [] });
  t.end();
});

t.test("to an internal peer LOCAL_PREF goes along and the path is empty", (t) => {
  const lab = new Lab({ context: { ...CONTEXT, ebgp: false } });
  const asPath = [{ type: 2, asns: [65001] }] as const;
  const open = {
    ...OPEN,
    asn16: 64512,
    capabilities: [{ kind: "four-octet-as", asn: 64512 } as const],
  };
  const router = lab.establish({ remoteAs: "internal" }, open);
  lab.speaker.setRoutes(NAME, [
    route("192.0.2.0/32"),
    route("192.0.2.1/32", { localPref: 300, med: 5, asPath, originatorId: 9, clusterList: [7] }),
  ]);
  lab.settle();
  t.equal(router.table.get("192.0.2.0/32"), `${SELF} [] med - pref 100`);
  t.equal(router.table.get("192.0.2.1/32"), `${SELF} [65001] med 5 pref 300`);
  t.match(router.updates[1]?.attributes, { originatorId: 9, clusterList: [7] });
  t.end();
});

t.test("to an external peer our AS comes first, and LOCAL_PREF stays here", (t) => {
  const lab = new Lab();
  const router = lab.establish();
  const set = { type: 1, asns: [1] } as const;
  lab.speaker.setRoutes(NAME, [
    route("192.0.2.1/32", { localPref: 300, asPath: [{ type: 2, asns: [64512, 64512] }], originatorId: 9 }),
    route("192.0.2.2/32", { origin: 2, nextHop: 1, communities: [0xffff0000] }),
  ]);
  lab.settle();
  t.equal(router.table.get("192.0.2.1/32"), `${SELF} [64512 64512 64512] med - pref -`);
  t.equal(router.table.get("192.0.2.2/32"), `${PLAIN} 4294901760`);
  t.same(router.updates[0]?.attributes.asPath, [{ type: 2, asns: [64512, 64512, 64512] }]);
  t.equal(router.updates[0]?.attributes.originatorId, undefined);
  t.match(router.updates[1]?.attributes, { origin: 2 });
  lab.speaker.setRoutes(NAME, [route("192.0.2.1/32", { asPath: [set] })]);
  t.end();
});

t.test("10,000 host routes leave in 13 messages, and a change resends its group alone", (t) => {
  const lab = new Lab();
  const router = lab.establish();
  const routes = [...hostRoutes(10_000), route("192.0.2.1/32", { med: 1 }), route("192.0.2.2/32", { med: 1 })];
  lab.speaker.setRoutes(NAME, routes);
  lab.settle();
  t.equal(router.updates.filter(({ nlri, attributes }) => nlri.length > 0 && attributes.med === undefined).length, 13);
  t.equal(router.table.size, 10_002);
  const before = router.updates.length;
  lab.speaker.setRoutes(
    NAME,
    routes.map((one) => (one.attributes.med === 1 ? { ...one, attributes: { med: 2 } } : one)),
  );
  lab.settle();
  const sent = router.updates.slice(before);
  t.equal(sent.length, 1);
  t.same(sent[0]?.nlri.length, 2);
  t.end();
});

t.test("with extended messages on both sides the table takes fewer of them (RFC 8654)", (t) => {
  const lab = new Lab({ context: { ...CONTEXT, extendedMessages: true } });
  const router = lab.establish({ extendedMessages: true }, withCapabilities({ kind: "extended-message" }));
  lab.speaker.setRoutes(NAME, hostRoutes(20_000));
  lab.settle();
  t.equal(router.updates.length, 3);
  t.equal(router.table.size, 20_000);
  t.end();
});

t.test("equal attributes of different objects go into one message", (t) => {
  const lab = new Lab();
  const router = lab.establish();
  const routes = hostRoutes(100).map((one, i) => ({
    ...one,
    attributes: i % 2 === 0 ? { med: 1, communities: [5] } : { communities: [5], med: 1 },
  }));
  lab.speaker.setRoutes(NAME, routes);
  lab.settle();
  t.equal(router.updates.length, 2);
  lab.speaker.setRoutes(
    NAME,
    routes.map((one) => ({ ...one, attributes: { ...one.attributes } })),
  );
  lab.settle();
  t.equal(router.updates.length, 2, "and an equal list sends nothing");
  t.equal(lab.count("synced"), 2);
  t.end();
});

t.test("a list is compared whole: what is gone is withdrawn, first", (t) => {
  const lab = new Lab();
  const router = lab.establish();
  lab.speaker.setRoutes(NAME, hostRoutes(3));
  lab.settle();
  const before = router.updates.length;
  lab.speaker.setRoutes(NAME, [...hostRoutes(1), route("192.0.2.1/32")]);
  lab.settle();
  t.same([...router.table.keys()], ["172.16.0.0/32", "192.0.2.1/32"]);
  const [first, second, third] = router.updates.slice(before);
  t.equal(first?.withdrawn.length, 2);
  t.equal(second?.nlri.length, 1);
  t.equal(third, undefined);
  t.end();
});

t.test("of a prefix named twice the last counts, and one in both parts of a change is set", (t) => {
  const lab = new Lab();
  const router = lab.establish();
  lab.speaker.setRoutes(NAME, [route("192.0.2.1/32", { med: 1 }), route("192.0.2.1/32", { med: 2 })]);
  lab.settle();
  t.match(router.table.get("192.0.2.1/32"), /med 2/);
  lab.speaker.setRoutes(NAME, [route("192.0.2.1/32", { med: 9 }), route("192.0.2.1/32", { med: 2 })]);
  lab.speaker.updateRoutes(NAME, {
    set: [route("192.0.2.1/32", { med: 3 })],
    withdraw: [prefix("192.0.2.1/32"), prefix("192.0.2.9/32")],
  });
  lab.settle();
  t.match(router.table.get("192.0.2.1/32"), /med 3/);
  t.equal(lab.status.routes, 1);
  t.end();
});

t.test("next hops: explicit, self, IPv6 over IPv4 without one, RFC 8950 where agreed", (t) => {
  const v4 = { afi: 1, address: 0xc0000201 } as const;
  const v6 = { afi: 2, address: 1n } as const;
  const routes = [
    { ...route("192.0.2.1/32"), nextHop: v4 },
    { ...route("192.0.2.2/32"), nextHop: v6 },
    route("2001:db8::1/128"),
    { ...route("2001:db8::2/128"), nextHop: v4 },
    { ...route("2001:db8::3/128"), nextHop: v6 },
  ];
  const families = { ipv4: true, ipv6: true };
  const lab = new Lab();
  const router = lab.establish({ families });
  lab.speaker.setRoutes(NAME, routes);
  lab.settle();
  t.same([...router.table.keys()], ["192.0.2.1/32", "2001:db8::3/128"]);
  t.match(router.table.get("192.0.2.1/32"), /^3221225985 /);
  t.same(
    lab.status.unsent.map(({ reason }) => reason),
    ["no-next-hop", "no-next-hop", "no-next-hop"],
  );
  t.match(lab.status, { routes: 5, advertised: 2 });
  t.equal(lab.count("unsent"), 1);

  const agreed = new Lab();
  const capability = { kind: "extended-next-hop", tuples: [{ afi: 1, safi: 1, nextHopAfi: 2 }] } as const;
  agreed.establish({ families, extendedNextHop: true }, withCapabilities(capability));
  agreed.speaker.setRoutes(NAME, routes);
  agreed.settle();
  t.equal(agreed.router.table.get("192.0.2.2/32"), "v6:1 [64512] med - pref -");
  t.equal(agreed.status.advertised, 3);
  t.end();
});

t.test("over IPv6 the session's address is the next hop, a link-local one in both places", (t) => {
  for (const [local, hop] of [
    ["2001:db8::2", 0x20010db8000000000000000000000002n],
    ["fe80::2%eth0", 0xfe800000000000000000000000000002n],
  ] as const) {
    const lab = new Lab();
    const router = lab.establish({ localAddress: local, families: { ipv4: true, ipv6: true } });
    lab.speaker.setRoutes(NAME, [route("2001:db8:1::/64"), route("192.0.2.1/32")]);
    lab.settle();
    t.equal(router.table.get("2001:db8:1::/64"), `v6:${hop} [64512] med - pref -`);
    t.same(lab.status.unsent, [{ prefix: prefix("192.0.2.1/32"), reason: "no-next-hop" }]);
    t.equal(router.updates[0]?.mpReach?.nextHop?.afi, 2);
  }
  t.end();
});

t.test("a family that was not agreed on is left unsent, and withdrawn of nobody", (t) => {
  const lab = new Lab();
  const router = lab.establish();
  lab.speaker.setRoutes(NAME, [route("2001:db8::1/128")]);
  lab.settle();
  t.match(lab.status.unsent, [{ reason: "family-not-negotiated" }]);
  lab.speaker.updateRoutes(NAME, { set: [], withdraw: [prefix("2001:db8::1/128")] });
  lab.settle();
  t.same(lab.status.unsent, []);
  t.equal(router.updates.length, 1);
  t.end();
});

t.test("attributes that fit no message are reported, and withdraw what was announced", (t) => {
  const lab = new Lab();
  const router = lab.establish();
  const long = { communities: Array.from({ length: 1020 }, (_, i) => i) };
  lab.speaker.setRoutes(NAME, [route("192.0.2.1/32"), route("192.0.2.2/32", long)]);
  lab.settle();
  t.same([...router.table.keys()], ["192.0.2.1/32"]);
  t.match(lab.status, { unsent: [{ reason: "attributes-too-long" }], advertised: 1 });
  lab.speaker.updateRoutes(NAME, { set: [route("192.0.2.1/32", long)], withdraw: [] });
  lab.settle();
  t.equal(router.table.size, 0);
  t.equal(lab.status.unsent.length, 2);
  lab.speaker.updateRoutes(NAME, { set: [route("192.0.2.1/32"), route("192.0.2.2/32")], withdraw: [] });
  lab.settle();
  t.equal(router.table.size, 2);
  t.match(lab.status, { unsent: [], advertised: 2 });
  t.end();
});

t.test("routes that cannot be put on the wire are refused where they are given", (t) => {
  const lab = new Lab();
  lab.establish();
  lab.speaker.setRoutes(NAME, hostRoutes(1));
  const bad = (one: Parameters<typeof lab.speaker.setRoutes>[1][number], text: RegExp): void => {
    t.throws(() => lab.speaker.setRoutes(NAME, [one]), text);
  };
  bad({ prefix: { afi: 1, address: -1, length: 32 }, attributes: {} }, /-1\/32 is not a prefix/);
  bad({ prefix: { afi: 1, address: 1, length: 33 }, attributes: {} }, /1\/33 is not a prefix/);
  bad({ prefix: { afi: 1, address: 1, length: 24 }, attributes: {} }, /0\.0\.0\.1\/24 has host bits set/);
  bad({ prefix: { afi: 2, address: 1n, length: 64 }, attributes: {} }, /::1\/64 has host bits set/);
  bad({ prefix: { afi: 2, address: 1n << 128n, length: 128 }, attributes: {} }, /is not a prefix/);
  bad(route("192.0.2.1/32", { communities: [-1] }), /route 192\.0\.2\.1\/32: communities/);
  bad({ ...route("192.0.2.1/32"), nextHop: { afi: 1, address: -5 } }, /nextHop/);
  t.throws(
    () => lab.speaker.updateRoutes(NAME, { set: [], withdraw: [{ afi: 1, address: 1, length: 8 }] }),
    /host bits/,
  );
  t.throws(() => lab.speaker.setRoutes("nobody", []), /peer nobody: there is none/);
  t.equal(lab.status.routes, 1);
  t.end();
});
