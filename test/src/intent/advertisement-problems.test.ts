import { advertisement, peer, pool } from "../../support/objects.ts";
import { compileTable } from "../../support/problem-tables.ts";

compileTable("references of an advertisement", [
  {
    name: "a pool's name misspelt and repeated",
    written: [pool("first", ["10.0.0.0/24"]), advertisement("x", { ipAddressPools: ["frist", "first", "first"] })],
    told: [
      'warning BGPAdvertisement metallb-system/x: spec.ipAddressPools[0]: "frist" names no IPAddressPool in effect; did you mean first?',
      "warning BGPAdvertisement metallb-system/x: spec.ipAddressPools[2]: repeats spec.ipAddressPools[1]; remove it",
    ],
  },
  {
    name: "a pool that does not exist",
    written: [
      pool("first", ["10.0.0.0/24"]),
      { kind: "L2Advertisement", spec: {} },
      advertisement("x", { ipAddressPools: ["production"] }),
    ],
    told: [
      'warning BGPAdvertisement metallb-system/x: spec.ipAddressPools[0]: "production" names no IPAddressPool in effect; create that pool, or mend it where it has errors',
    ],
  },
  {
    name: "a pool selector repeated",
    written: [
      pool("a", ["10.0.0.0/24"]),
      {
        kind: "L2Advertisement",
        spec: {
          ipAddressPoolSelectors: [{}, {}],
          nodeSelectors: [{}, {}],
          serviceSelectors: [{}, {}],
          interfaces: ["eth0", "eth0"],
        },
      },
    ],
    told: [
      "warning L2Advertisement metallb-system/a: spec.interfaces[1]: repeats spec.interfaces[0]; remove it",
      "warning L2Advertisement metallb-system/a: spec.ipAddressPoolSelectors[1]: repeats spec.ipAddressPoolSelectors[0]; remove it",
      "warning L2Advertisement metallb-system/a: spec.nodeSelectors[1]: repeats spec.nodeSelectors[0]; remove it",
      "warning L2Advertisement metallb-system/a: spec.serviceSelectors[1]: repeats spec.serviceSelectors[0]; remove it",
    ],
  },
  {
    name: "a peer misspelt and repeated",
    written: [pool("a", ["10.0.0.0/24"]), advertisement("x", { peers: ["tor-1", "tor-1", "spine"] }), peer("tor-2")],
    told: [
      'warning BGPAdvertisement metallb-system/x: spec.peers[0]: "tor-1" names no BGPPeer in effect; did you mean tor-2?',
      "warning BGPAdvertisement metallb-system/x: spec.peers[1]: repeats spec.peers[0]; remove it",
      'warning BGPAdvertisement metallb-system/x: spec.peers[2]: "spine" names no BGPPeer in effect; create that peer, or mend it where it has errors',
    ],
  },
  {
    name: "communities without a definition",
    written: [pool("a", ["10.0.0.0/24"]), advertisement("x", { communities: ["vpn", "no-exprt"] }), advertisement("y")],
    told: [
      'error BGPAdvertisement metallb-system/x: spec.communities[0]: no Community object defines "vpn", and nothing is announced without it; define it in a Community object, or write the number',
      'error BGPAdvertisement metallb-system/x: spec.communities[1]: no Community object defines "no-exprt", and nothing is announced without it; did you mean no-export?',
    ],
  },
  {
    name: "communities repeated, by name and by number",
    written: [
      pool("a", ["10.0.0.0/24"]),
      advertisement("x", { communities: ["no-export", "65535:65281", "large:1:2:3", "large:1:2:3"] }),
    ],
    told: [
      "warning BGPAdvertisement metallb-system/x: spec.communities[1]: repeats a community before it; remove it",
      "warning BGPAdvertisement metallb-system/x: spec.communities[3]: repeats a community before it; remove it",
    ],
  },
]);

compileTable("aggregation", [
  {
    name: "wider than the pool",
    written: [
      pool("a", ["10.0.0.0/24", "10.0.1.0/26"]),
      advertisement("x", { aggregationLength: 25 }),
      advertisement("y"),
    ],
    told: [
      'error BGPAdvertisement metallb-system/x: spec.aggregationLength: a /25 reaches beyond "10.0.1.0/26" of IPAddressPool a, which this does not announce; write 26 or more, or leave that pool out',
    ],
  },
  {
    name: "wider than the widest prefix in a range, in both families",
    written: [
      pool("a", ["192.168.9.1-192.168.9.5", "2001:db8::/64"]),
      advertisement("x", { aggregationLength: 30, aggregationLengthV6: 48 }),
      advertisement("y"),
    ],
    told: [
      'error BGPAdvertisement metallb-system/x: spec.aggregationLength: a /30 reaches beyond "192.168.9.1-192.168.9.5" of IPAddressPool a, which this does not announce; write 31 or more, or leave that pool out',
      'error BGPAdvertisement metallb-system/x: spec.aggregationLengthV6: a /48 reaches beyond "2001:db8::/64" of IPAddressPool a, which this does not announce; write 64 or more, or leave that pool out',
    ],
  },
  {
    name: "as wide as the pool",
    written: [pool("a", ["10.0.0.0/24", "10.0.2.0-10.0.3.255"]), advertisement("x", { aggregationLength: 24 })],
    told: [],
  },
  {
    name: "for some Services only",
    written: [
      pool("a", ["10.0.0.0/24"]),
      advertisement("x", { serviceSelectors: [{}], aggregationLength: 24 }),
      advertisement("y"),
    ],
    told: [
      "error BGPAdvertisement metallb-system/x: spec.serviceSelectors: an aggregate cannot be announced for some Services only; leave out serviceSelectors, or aggregationLength and aggregationLengthV6",
    ],
  },
]);

compileTable("localPref", [
  {
    name: "two of them for one route",
    written: [
      pool("a", ["10.0.0.0/24"]),
      advertisement("x", { localPref: 100 }),
      advertisement("y", { localPref: 200 }),
    ],
    told: [
      "error BGPAdvertisement metallb-system/y: spec.localPref: 200 for IPAddressPool a contradicts 100 of BGPAdvertisement metallb-system/x, which comes first by name and keeps it; write the same localPref, or let the two differ in peers, nodes or aggregation length",
    ],
  },
  {
    name: "one of them not set",
    written: [pool("a", ["10.0.0.0/24"]), advertisement("x"), advertisement("y", { localPref: 200 })],
    told: [
      "error BGPAdvertisement metallb-system/y: spec.localPref: 200 for IPAddressPool a contradicts none of BGPAdvertisement metallb-system/x, which comes first by name and keeps it; write the same localPref, or let the two differ in peers, nodes or aggregation length",
    ],
  },
  {
    name: "different pools",
    written: [
      pool("a", ["10.0.0.0/24"]),
      pool("b", ["10.1.0.0/24"]),
      advertisement("x", { localPref: 100, ipAddressPools: ["a"] }),
      advertisement("y", { localPref: 200, ipAddressPools: ["b"] }),
    ],
    told: [],
  },
  {
    name: "different lengths",
    written: [
      pool("a", ["10.0.0.0/24"]),
      advertisement("x", { localPref: 100, aggregationLength: 24 }),
      advertisement("y", { localPref: 200 }),
    ],
    told: [],
  },
  {
    name: "different lengths in the other family only",
    written: [
      pool("a", ["10.0.0.0/24"]),
      advertisement("x", { localPref: 100, aggregationLengthV6: 64 }),
      advertisement("y", { localPref: 200 }),
    ],
    told: [
      "error BGPAdvertisement metallb-system/y: spec.localPref: 200 for IPAddressPool a contradicts 100 of BGPAdvertisement metallb-system/x, which comes first by name and keeps it; write the same localPref, or let the two differ in peers, nodes or aggregation length",
    ],
  },
  {
    name: "different peers",
    written: [
      pool("a", ["10.0.0.0/24"]),
      peer("p"),
      peer("q", { peerAddress: "192.0.2.2" }),
      advertisement("x", { localPref: 100, peers: ["p"] }),
      advertisement("y", { localPref: 200, peers: ["q"] }),
    ],
    told: [],
  },
  {
    name: "all peers and one of them",
    written: [
      pool("a", ["10.0.0.0/24"]),
      peer("p"),
      advertisement("x", { localPref: 100, peers: ["p"] }),
      advertisement("y", { localPref: 200 }),
    ],
    told: [
      "error BGPAdvertisement metallb-system/y: spec.localPref: 200 for IPAddressPool a contradicts 100 of BGPAdvertisement metallb-system/x, which comes first by name and keeps it; write the same localPref, or let the two differ in peers, nodes or aggregation length",
    ],
  },
  {
    name: "different nodes",
    written: [
      pool("a", ["10.0.0.0/24"]),
      advertisement("x", { localPref: 100, nodeSelectors: [{ matchLabels: { rack: "1" } }] }),
      advertisement("y", { localPref: 200, nodeSelectors: [{ matchLabels: { rack: "2" } }] }),
    ],
    told: [],
  },
  {
    name: "Services that may differ: left to the plan",
    written: [
      pool("a", ["10.0.0.0/24"]),
      advertisement("x", { localPref: 100, serviceSelectors: [{ matchLabels: { a: "b" } }] }),
      advertisement("y", { localPref: 200 }),
    ],
    told: [],
  },
]);

compileTable("communities with names", [
  {
    name: "a name twice in one object",
    written: [
      {
        kind: "Community",
        metadata: { name: "c" },
        spec: {
          communities: [
            { name: "v", value: "1:1" },
            { name: "v", value: "1:1" },
            { name: "v", value: "1:2" },
          ],
        },
      },
    ],
    told: [
      'warning Community metallb-system/c: spec.communities[1].name: "v" is already defined by spec.communities[0]; remove one of the two',
      'error Community metallb-system/c: spec.communities[2].name: "v" is already 1:1 by spec.communities[0], which comes first and keeps it; choose another name',
    ],
  },
  {
    name: "a name in two objects",
    written: [
      { kind: "Community", metadata: { name: "c" }, spec: { communities: [{ name: "v", value: "1:1" }] } },
      { kind: "Community", metadata: { name: "d" }, spec: { communities: [{ name: "v", value: "1:2" }] } },
    ],
    told: [
      'error Community metallb-system/d: spec.communities[0].name: "v" is already 1:1 by spec.communities[0] of Community metallb-system/c, which comes first by name and keeps it; choose another name',
    ],
  },
]);
