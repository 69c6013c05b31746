import t from "tap";
import { advertisement, compiled, peer, pool } from "../../support/objects.ts";
import { compileTable } from "../../support/problem-tables.ts";

const POOL = pool("a", ["10.0.0.0/24"]);
const X = "BGPAdvertisement metallb-system/x";

t.test("what an advertisement says of its routes is in the configuration", (t) => {
  const { config, lines } = compiled([
    pool("a", ["10.0.0.0/24", "2001:db8::/64"]),
    peer("tor"),
    advertisement("x", {
      aggregationLength: 24,
      extendedCommunities: ["soo:64500:7", "rt:64500:1"],
      med: 0,
      asPathPrepend: 2,
      origin: "incomplete",
      nextHop: "192.0.2.9",
      nextHopV6: "2001:db8:1::9",
      weightByEndpoints: "transitive",
      moreSpecifics: "announce",
      waitForHealthCheck: "1m",
    }),
  ]);
  t.same(lines, []);
  t.match(config.bgpAdvertisements[0], {
    communities: { extended: [0x0002_fbf4_0000_0001n, 0x0003_fbf4_0000_0007n] },
    med: 0,
    asPathPrepend: 2,
    origin: "incomplete",
    nextHops: { 4: { family: 4, value: 0xc000_0209n }, 6: { family: 6, value: (0x2001_0db8_0001n << 80n) | 9n } },
    weightByEndpoints: "transitive",
    moreSpecifics: "announce",
    healthCheckWait: 60_000,
  });
  t.end();
});

compileTable("a prepended path", [
  {
    name: "to internal peers only",
    written: [POOL, peer("one", { peerASN: 64500 }), advertisement("x", { asPathPrepend: 2 })],
    told: [
      `error ${X}: spec.asPathPrepend: has no effect towards internal peers, which would take our own AS in a path for a loop: one; remove it, and prefer among internal routes by localPref or med`,
    ],
  },
  {
    name: "to internal peers too",
    written: [
      POOL,
      peer("one", { dynamicASN: "internal", peerASN: undefined }),
      peer("two", { peerAddress: "192.0.2.2" }),
      advertisement("x", { asPathPrepend: 2 }),
    ],
    told: [
      `warning ${X}: spec.asPathPrepend: has no effect towards internal peers, which would take our own AS in a path for a loop: one; name the external peers in spec.peers`,
    ],
  },
  {
    name: "to external peers that are named, or of nodes that it is for",
    written: [
      POOL,
      peer("one", { peerASN: 64500 }),
      peer("two", { peerAddress: "192.0.2.2" }),
      peer("three", { peerASN: 64500, peerAddress: "192.0.2.3", nodeSelectors: [{ matchLabels: { rack: "3" } }] }),
      advertisement("x", { asPathPrepend: 2, peers: ["two"] }),
      advertisement("y", {
        asPathPrepend: 2,
        peers: ["two", "three"],
        nodeSelectors: [{ matchLabels: { rack: "2" } }],
      }),
    ],
    told: [],
  },
]);

t.test("a prepended path that no peer would take is left out, and the rest of its advertisement stays", (t) => {
  const { config } = compiled([
    POOL,
    peer("one", { peerASN: 64500 }),
    advertisement("x", { asPathPrepend: 2, med: 5 }),
  ]);
  t.equal(config.bgpAdvertisements[0]?.asPathPrepend, undefined);
  t.equal(config.bgpAdvertisements[0]?.med, 5);
  t.end();
});

compileTable("a next hop", [
  {
    name: "in a pool, of whichever advertisement",
    written: [
      POOL,
      pool("b", ["2001:db8::/64"]),
      advertisement("x", { nextHop: "10.0.0.9", nextHopV6: "2001:db8::9" }),
    ],
    told: [
      `error ${X}: spec.nextHop: "10.0.0.9" is an address of IPAddressPool a, so that its routes would lead to themselves, and nothing is announced with it; write the address of the node, or of a router before it`,
      `error ${X}: spec.nextHopV6: "2001:db8::9" is an address of IPAddressPool b, so that its routes would lead to themselves, and nothing is announced with it; write the address of the node, or of a router before it`,
      "warning IPAddressPool metallb-system/a: gives addresses that nobody announces; add a BGPAdvertisement or an L2Advertisement",
      "warning IPAddressPool metallb-system/b: gives addresses that nobody announces; add a BGPAdvertisement or an L2Advertisement",
    ],
  },
  {
    name: "that is a peer which is told of it",
    written: [POOL, peer("tor"), advertisement("x", { nextHop: "192.0.2.1" }), advertisement("y")],
    told: [
      `error ${X}: spec.nextHop: "192.0.2.1" is an address of BGPPeer tor, which takes no route that leads to itself, and nothing is announced with it; write the address of the node, or of a router before it`,
    ],
  },
  {
    name: "that is a peer which is told nothing of it",
    written: [
      POOL,
      peer("tor"),
      peer("other", { peerAddress: "192.0.2.2" }),
      advertisement("x", { nextHop: "192.0.2.1", peers: ["other"] }),
    ],
    told: [],
  },
  {
    name: "that nobody can reach, or of the other family",
    written: [
      POOL,
      advertisement("x", { nextHop: "127.0.0.2", nextHopV6: "fe80::1" }),
      advertisement("y", { nextHop: "2001:db8::1", nextHopV6: "::1" }),
      { kind: "L2Advertisement", spec: {} },
    ],
    told: [
      `error ${X}: spec.nextHop: "127.0.0.2" is no address that others can reach; write an IPv4 address that the routers can reach`,
      `error ${X}: spec.nextHopV6: "fe80::1" is no address that others can reach; write an IPv6 address that the routers can reach`,
      'error BGPAdvertisement metallb-system/y: spec.nextHop: "2001:db8::1" is an IPv6 address; write an IPv4 address that the routers can reach',
      'error BGPAdvertisement metallb-system/y: spec.nextHopV6: "::1" is no address that others can reach; write an IPv6 address that the routers can reach',
    ],
  },
]);

compileTable("weight by endpoints", [
  {
    name: "of aggregates alone",
    written: [POOL, advertisement("x", { weightByEndpoints: "transitive", aggregationLength: 24 })],
    told: [
      `error ${X}: spec.weightByEndpoints: has no effect on aggregates, which are not of one Service; leave out aggregationLength and aggregationLengthV6, or write moreSpecifics: announce`,
    ],
  },
  {
    name: "of host routes in one family, or beside the aggregate",
    written: [
      pool("a", ["10.0.0.0/24", "2001:db8::/64"]),
      advertisement("x", { ipAddressPools: ["a"], weightByEndpoints: "transitive", aggregationLength: 24 }),
      pool("b", ["10.1.0.0/24"]),
      advertisement("y", {
        ipAddressPools: ["b"],
        weightByEndpoints: "non-transitive",
        aggregationLength: 24,
        moreSpecifics: "announce",
      }),
    ],
    told: [],
  },
  {
    name: "beside a bandwidth that is written",
    written: [
      POOL,
      advertisement("x", {
        weightByEndpoints: "transitive",
        extendedCommunities: ["rt:64500:1", "link-bandwidth:64500:125000"],
      }),
    ],
    told: [
      `error ${X}: spec.weightByEndpoints: is given beside the bandwidth of extendedCommunities[1]; write one of the two`,
    ],
  },
]);

compileTable("what cannot be read, or means nothing", [
  {
    name: "extended communities",
    written: [POOL, advertisement("x", { extendedCommunities: ["64500:1"] }), advertisement("y")],
    told: [
      `error ${X}: spec.extendedCommunities[0]: "64500:1" is not an extended community; write rt:64500:1, soo:64500:1, color:0:100, link-bandwidth:64500:125000 (bytes per second), or 0x and 16 hexadecimal digits`,
    ],
  },
  {
    name: "an extended community twice",
    written: [POOL, advertisement("x", { extendedCommunities: ["rt:64500:1", "0x0002fbf400000001"] })],
    told: [`warning ${X}: spec.extendedCommunities[1]: repeats spec.extendedCommunities[0]; remove it`],
  },
  {
    name: "a wait of no time or too long",
    written: [
      POOL,
      advertisement("x", { waitForHealthCheck: "0s" }),
      advertisement("y", { waitForHealthCheck: "11m" }),
      advertisement("z"),
    ],
    told: [
      `error ${X}: spec.waitForHealthCheck: "0s" is out of range; write more than 0s, and not more than 10m`,
      'error BGPAdvertisement metallb-system/y: spec.waitForHealthCheck: "11m" is out of range; write more than 0s, and not more than 10m',
    ],
  },
  {
    name: "more specifics without an aggregate",
    written: [POOL, advertisement("x", { moreSpecifics: "suppress" })],
    told: [
      `warning ${X}: spec.moreSpecifics: has no effect without an aggregate; write aggregationLength or aggregationLengthV6, or remove it`,
    ],
  },
  {
    name: "a number that does not fit, and a word that is none",
    written: [POOL, advertisement("x", { med: -1, asPathPrepend: 21, origin: "IGP" }), advertisement("y")],
    told: [
      `error ${X}: spec.med: -1 is too small; write a whole number from 0 to 4294967295`,
      `error ${X}: spec.asPathPrepend: 21 is too large; write a whole number from 1 to 20`,
      `error ${X}: spec.origin: "IGP" is not allowed here; write igp, egp or incomplete`,
    ],
  },
]);

const KEEPS = `of ${X}, which comes first by name and keeps it`;

compileTable("terms of two advertisements of one route", [
  {
    name: "that differ",
    written: [
      pool("a", ["10.0.0.0/24"]),
      pool("b", ["2001:db8::/64"]),
      advertisement("x", { med: 5, nextHopV6: "2001:db8:1::1", ipAddressPools: ["a", "b"] }),
      advertisement("y", { med: 6, ipAddressPools: ["a"] }),
      advertisement("z", { nextHopV6: "2001:db8:1::2", ipAddressPools: ["b"] }),
    ],
    told: [
      `error BGPAdvertisement metallb-system/y: spec.med: 6 for IPAddressPool a contradicts 5 ${KEEPS}; write the same med, or let the two differ in peers, nodes or aggregation length`,
      `error BGPAdvertisement metallb-system/z: spec.nextHopV6: 2001:db8:1::2 for IPAddressPool b contradicts 2001:db8:1::1 ${KEEPS}; write the same nextHopV6, or let the two differ in peers, nodes or aggregation length`,
    ],
  },
  {
    name: "of which one says nothing",
    written: [
      POOL,
      advertisement("x", { med: 5, weightByEndpoints: "transitive" }),
      advertisement("y", { origin: "egp" }),
    ],
    told: [],
  },
  {
    name: "that differ for the other family only",
    written: [
      POOL,
      advertisement("x", { nextHopV6: "2001:db8:1::1" }),
      advertisement("y", { nextHopV6: "2001:db8:1::2" }),
    ],
    told: [],
  },
]);

compileTable("policy of a peer", [
  {
    name: "prefixes that are none, or stand twice",
    written: [
      peer("tor", { allowedPrefixes: ["10.0.0.0/24", "10.0.0.9/24"] }),
      peer("two", { peerAddress: "192.0.2.2", allowedPrefixes: ["10.0.0.0", "2001:db8::/129"] }),
    ],
    told: [
      'error BGPPeer metallb-system/two: spec.allowedPrefixes[0]: "10.0.0.0" has no valid prefix length; write a length from 0 to 32 after the / for IPv4',
      'error BGPPeer metallb-system/two: spec.allowedPrefixes[1]: "2001:db8::/129" has no valid prefix length; write a length from 0 to 128 after the / for IPv6',
      "warning BGPPeer metallb-system/tor: spec.allowedPrefixes[1]: repeats spec.allowedPrefixes[0]; remove it",
    ],
  },
  {
    name: "a limit of none",
    written: [peer("tor", { maxReceivedPrefixes: 0 })],
    told: [
      "error BGPPeer metallb-system/tor: spec.maxReceivedPrefixes: 0 is too small; write a whole number from 1 to 4294967295",
    ],
  },
  {
    name: "a password for a peer without an address",
    written: [peer("tor", { peerAddress: undefined, interface: "eth0", password: "not-to-be-seen" })],
    told: [
      "error BGPPeer metallb-system/tor: spec.password: is bound to the address of the peer (TCP-MD5), and an unnumbered peer has none; write peerAddress in place of interface, or leave the password out",
    ],
  },
]);

t.test("the policy of a peer is in the configuration", (t) => {
  const { config } = compiled([peer("tor", { allowedPrefixes: ["10.0.0.9/24"], maxReceivedPrefixes: 7 })]);
  const { allowedPrefixes, maxReceivedPrefixes } = config.peers.get("tor") ?? {};
  t.same(allowedPrefixes, [{ family: 4, value: 0x0a00_0000n, length: 24 }]);
  t.equal(maxReceivedPrefixes, 7);
  t.end();
});
