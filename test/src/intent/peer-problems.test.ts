import { advertisement, peer, pool } from "../../support/objects.ts";
import { compileTable } from "../../support/problem-tables.ts";

compileTable("who the peer is", [
  {
    name: "AS number 0, of this side",
    written: [peer("a", { myASN: 0 })],
    told: ["error BGPPeer metallb-system/a: spec.myASN: 0 is not an AS number; write a number from 1 to 4294967295"],
  },
  {
    name: "AS number 0, of the peer",
    written: [peer("a", { peerASN: 0 })],
    told: ["error BGPPeer metallb-system/a: spec.peerASN: is missing; write the AS number of the peer, or dynamicASN"],
  },
  {
    name: "no AS number of the peer",
    written: [peer("a", { peerASN: undefined })],
    told: ["error BGPPeer metallb-system/a: spec.peerASN: is missing; write the AS number of the peer, or dynamicASN"],
  },
  {
    name: "both peerASN and dynamicASN",
    written: [peer("a", { dynamicASN: "internal" })],
    told: [
      'error BGPPeer metallb-system/a: spec.dynamicASN: "internal" and peerASN 64501 are both given; write one of the two',
    ],
  },
  {
    name: "both an address and an interface",
    written: [peer("a", { interface: "eth0" })],
    told: [
      'error BGPPeer metallb-system/a: spec.interface: "eth0" and peerAddress are both given; write one of the two',
    ],
  },
  {
    name: "neither an address nor an interface",
    written: [peer("a", { peerAddress: undefined })],
    told: ["error BGPPeer metallb-system/a: spec.peerAddress: is missing; write the address of the peer, or interface"],
  },
  {
    name: "a source address of the other family",
    written: [peer("a", { sourceAddress: "2001:db8::1" })],
    told: [
      "error BGPPeer metallb-system/a: spec.sourceAddress: is an IPv6 address, and peerAddress an IPv4 one; write an IPv4 address of the node",
    ],
  },
  {
    name: "GTSM and multi-hop",
    written: [peer("a", { ttlSecurity: true, ebgpMultiHop: true })],
    told: [
      "error BGPPeer metallb-system/a: spec.ttlSecurity: and ebgpMultiHop are both true: packets of a direct neighbour alone are taken, ebgpMultiHop is ignored; remove one of the two",
    ],
  },
  {
    name: "a password of a range: the key holds for the prefix",
    written: [peer("a", { peerAddress: undefined, listenRange: "10.1.0.0/16", password: "key" })],
    told: [],
  },
  {
    name: "a range beside an address",
    written: [peer("a", { listenRange: "10.1.0.0/16" })],
    told: ["error BGPPeer metallb-system/a: spec.listenRange: is given beside peerAddress; write one of the two"],
  },
  {
    name: "the range of another peer",
    written: ["a", "b"].map((name) => peer(name, { peerAddress: undefined, listenRange: "10.1.0.0/16" })),
    told: [
      "error BGPPeer metallb-system/b: spec.listenRange: range 10.1.0.0/16 is also that of BGPPeer metallb-system/a on the same nodes, which comes first by name and keeps it; let nodeSelectors choose different nodes, or remove one of the two",
    ],
  },
  {
    name: "a least hold time that no session has",
    written: [peer("a", { minimumHoldTime: "2s" })],
    told: [
      "error BGPPeer metallb-system/a: spec.minimumHoldTime: 2000ms is not a hold time that a session can have; any is accepted; write whole seconds from 3s to 65535s",
    ],
  },
  {
    name: "a source interface of an unnumbered peer",
    written: [peer("a", { peerAddress: undefined, interface: "eth0", sourceInterface: "eth1" })],
    told: [
      "warning BGPPeer metallb-system/a: spec.sourceInterface: has no effect beside interface, which is where the peer is; remove it",
    ],
  },
  {
    name: "TCP-AO without a key",
    written: [peer("a", { tcpAO: { keyID: 1 } })],
    told: [
      "error BGPPeer metallb-system/a: spec.tcpAO: is without a key; write passwordSecret, whose password is the key",
    ],
  },
  {
    name: "TCP-AO where the peer connects",
    written: [peer("a", { tcpAO: { keyID: 1 }, password: "hush", passive: true })],
    told: [
      "error BGPPeer metallb-system/a: spec.tcpAO: is for sessions that the speaker opens, and with passive the peer does; remove one of the two",
    ],
  },
  {
    name: "BFD for peers that are not known before they connect",
    written: [
      peer("a", { peerAddress: undefined, listenRange: "10.0.0.0/29", bfdProfile: "fast", bfdStrictMode: true }),
    ],
    told: [
      "warning BGPPeer metallb-system/a: spec.bfdProfile: has no effect beside listenRange: BFD watches an address, and whoever connects is not known before; write a BGPPeer with peerAddress for each peer that BFD is to watch",
      "warning BGPPeer metallb-system/a: spec.bfdStrictMode: has no effect without bfdProfile; name a profile, or remove it",
    ],
  },
  {
    name: "multi-hop to an internal peer, and a deprecated field",
    written: [peer("a", { ebgpMultiHop: true, peerASN: 64500, disableMP: true })],
    told: [
      "warning BGPPeer metallb-system/a: spec.disableMP: is deprecated and has no effect; remove it",
      "warning BGPPeer metallb-system/a: spec.ebgpMultiHop: has no effect on an internal peer, which may be any number of hops away; remove it, or write another peerASN",
    ],
  },
  {
    name: "multi-hop to any internal peer",
    written: [peer("a", { ebgpMultiHop: true, peerASN: undefined, dynamicASN: "internal" })],
    told: [
      "warning BGPPeer metallb-system/a: spec.ebgpMultiHop: has no effect on an internal peer, which may be any number of hops away; remove it, or write another peerASN",
    ],
  },
  {
    name: "a node selector repeated",
    written: [peer("a", { nodeSelectors: [{}, {}] })],
    told: ["warning BGPPeer metallb-system/a: spec.nodeSelectors[1]: repeats spec.nodeSelectors[0]; remove it"],
  },
]);

compileTable("timers", [
  {
    name: "a hold time of 2 s",
    written: [peer("a", { holdTime: "2s" })],
    told: [
      "error BGPPeer metallb-system/a: spec.holdTime: 2s is out of range; write 0s, or a hold time from 3s to 65535s",
    ],
  },
  {
    name: "a hold time of a day",
    written: [peer("a", { holdTime: "24h" })],
    told: [
      "error BGPPeer metallb-system/a: spec.holdTime: 86400s is out of range; write 0s, or a hold time from 3s to 65535s",
    ],
  },
  {
    name: "a keepalive time beyond the hold time",
    written: [peer("a", { holdTime: "30s", keepaliveTime: "40s" })],
    told: [
      "error BGPPeer metallb-system/a: spec.keepaliveTime: 40s is longer than the hold time of 30s; write 10s or remove it",
    ],
  },
  {
    name: "a keepalive time beyond no hold time",
    written: [peer("a", { holdTime: "0s", keepaliveTime: "1s" })],
    told: ["error BGPPeer metallb-system/a: spec.keepaliveTime: 1s is longer than the hold time of 0s; remove it"],
  },
  {
    name: "no keepalives, yet a hold time",
    written: [peer("a", { holdTime: "30s", keepaliveTime: "0s" })],
    told: [
      "warning BGPPeer metallb-system/a: spec.keepaliveTime: 0s would let the session end after the hold time of 30s; 10s is used; write 10s or remove it",
    ],
  },
  {
    name: "a hold time of 10.5 s",
    written: [peer("a", { holdTime: "10500ms" })],
    told: [
      "warning BGPPeer metallb-system/a: spec.holdTime: 10500ms is not whole seconds, which is what BGP counts in; 10s is used; write 10s",
    ],
  },
  {
    name: "a keepalive time of half a second",
    written: [peer("a", { keepaliveTime: "500ms" })],
    told: ["error BGPPeer metallb-system/a: spec.keepaliveTime: 500ms is less than a second; write whole seconds"],
  },
  {
    name: "a keepalive time that asks for too much",
    written: [peer("a", { keepaliveTime: "30000s" })],
    told: [
      "error BGPPeer metallb-system/a: spec.keepaliveTime: asks for a hold time of 90000s; write 0s, or a hold time from 3s to 65535s",
    ],
  },
]);

compileTable("references of a peer", [
  {
    name: "strict mode of a BFD that is not asked for",
    written: [peer("a", { bfdStrictMode: true })],
    told: [
      "warning BGPPeer metallb-system/a: spec.bfdStrictMode: has no effect without bfdProfile; name a profile, or remove it",
    ],
  },
  {
    name: "a BFD profile misspelt",
    written: [peer("a", { bfdProfile: "fsat" }), { kind: "BFDProfile", metadata: { name: "fast" }, spec: {} }],
    told: [
      'error BGPPeer metallb-system/a: spec.bfdProfile: "fsat" names no BFDProfile in effect; the session runs without BFD; did you mean fast?',
    ],
  },
  {
    name: "a BFD profile that does not exist",
    written: [peer("a", { bfdProfile: "fast" })],
    told: [
      'error BGPPeer metallb-system/a: spec.bfdProfile: "fast" names no BFDProfile in effect; the session runs without BFD; create that profile, or remove the field',
    ],
  },
  {
    name: "echo to an IPv6 peer",
    written: [
      peer("a", { bfdProfile: "e", peerAddress: "2001:db8::1" }),
      { kind: "BFDProfile", metadata: { name: "e" }, spec: { echoMode: true } },
    ],
    told: [
      'warning BGPPeer metallb-system/a: spec.bfdProfile: "e" has echoMode, which is for one IPv4 hop only, and the peer has an IPv6 address; it runs without echo; name a profile without echoMode',
    ],
  },
  {
    name: "echo to an unnumbered peer",
    written: [
      peer("a", { bfdProfile: "e", peerAddress: undefined, interface: "eth1" }),
      { kind: "BFDProfile", metadata: { name: "e" }, spec: { echoMode: true } },
    ],
    told: [
      'warning BGPPeer metallb-system/a: spec.bfdProfile: "e" has echoMode, which is for one IPv4 hop only, and the peer of an interface is found by its IPv6 address; it runs without echo; name a profile without echoMode',
    ],
  },
  {
    name: "echo over several hops",
    written: [
      peer("a", { bfdProfile: "e", ebgpMultiHop: true }),
      { kind: "BFDProfile", metadata: { name: "e" }, spec: { echoMode: true } },
    ],
    told: [
      'warning BGPPeer metallb-system/a: spec.bfdProfile: "e" has echoMode, which is for one IPv4 hop only, and the peer has ebgpMultiHop; it runs without echo; name a profile without echoMode',
    ],
  },
  {
    name: "echo to a peer that is told IPv6 addresses",
    written: [
      peer("a", { bfdProfile: "e", dualStackAddressFamily: true }),
      { kind: "BFDProfile", metadata: { name: "e" }, spec: { echoMode: true } },
      pool("six", ["2001:db8::/64"]),
      advertisement("x"),
    ],
    told: [
      'warning BGPPeer metallb-system/a: spec.bfdProfile: "e" has echoMode, which is for one IPv4 hop only, and the peer is told of IPv6 addresses of IPAddressPool six; it runs without echo; name a profile without echoMode',
    ],
  },
  {
    name: "echo to a peer that is told IPv4 addresses",
    written: [
      peer("a", { bfdProfile: "e", dualStackAddressFamily: true }),
      { kind: "BFDProfile", metadata: { name: "e" }, spec: { echoMode: true } },
      pool("four", ["10.0.0.0/24"]),
      advertisement("x"),
    ],
    told: [],
  },
  {
    name: "echo, where IPv6 addresses are for other peers and other nodes",
    written: [
      peer("a", { bfdProfile: "e", dualStackAddressFamily: true, nodeSelectors: [{ matchLabels: { rack: "1" } }] }),
      peer("b", { peerAddress: "192.0.2.2" }),
      { kind: "BFDProfile", metadata: { name: "e" }, spec: { echoMode: true } },
      pool("six", ["2001:db8::/64"]),
      advertisement("x", { peers: ["b"] }),
      advertisement("y", { nodeSelectors: [{ matchLabels: { rack: "2" } }] }),
    ],
    told: [],
  },
  {
    name: "a Secret that does not exist",
    written: [peer("a", { passwordSecret: { name: "s" } })],
    told: [
      "error BGPPeer metallb-system/a: spec.passwordSecret.name: there is no Secret metallb-system/s, and the session does not start without its password; create it with type kubernetes.io/basic-auth and the key password",
    ],
  },
  {
    name: "a Secret of another type, sought elsewhere",
    written: [
      peer("a", { passwordSecret: { name: "s", namespace: "other" } }),
      { kind: "Secret", metadata: { name: "s" }, type: "Opaque", stringData: { password: "hunter2" } },
    ],
    told: [
      "error BGPPeer metallb-system/a: spec.passwordSecret.name: Secret metallb-system/s has type Opaque; create it again with type kubernetes.io/basic-auth",
      'warning BGPPeer metallb-system/a: spec.passwordSecret.namespace: "other" is not looked into, only the namespace of the peer; write metallb-system, and keep the Secret there',
    ],
  },
  {
    name: "a Secret without the key",
    written: [
      peer("a", { passwordSecret: { name: "s" } }),
      {
        kind: "Secret",
        metadata: { name: "s" },
        type: "kubernetes.io/basic-auth",
        stringData: { passwort: "hunter2" },
      },
    ],
    told: [
      "error BGPPeer metallb-system/a: spec.passwordSecret.name: Secret metallb-system/s has no key password; write the password under that key",
    ],
  },
  {
    name: "a password beside a Secret",
    written: [peer("a", { password: "hunter2", passwordSecret: { name: "s" } })],
    told: ["error BGPPeer metallb-system/a: spec.passwordSecret: is given beside password; remove password"],
  },
  {
    name: "a password too long for TCP-MD5",
    written: [peer("a", { password: "p".repeat(81) })],
    told: [
      "error BGPPeer metallb-system/a: spec.password: the password (not shown) is longer than TCP-MD5 takes; choose one of at most 80 bytes",
    ],
  },
]);

compileTable("peers that share nodes", [
  {
    name: "one address, all nodes",
    written: [peer("a"), peer("b")],
    told: [
      "error BGPPeer metallb-system/b: spec.peerAddress: 192.0.2.1 port 179 is also that of BGPPeer metallb-system/a on the same nodes, which comes first by name and keeps it; let nodeSelectors choose different nodes, or remove one of the two",
    ],
  },
  {
    name: "one address, the older one stays",
    written: [
      peer("b", {}, { creationTimestamp: "2026-01-01T00:00:00Z" }),
      peer("a", {}, { creationTimestamp: "2026-01-02T00:00:00Z" }),
    ],
    told: [
      "error BGPPeer metallb-system/a: spec.peerAddress: 192.0.2.1 port 179 is also that of BGPPeer metallb-system/b on the same nodes, which is older and keeps it; let nodeSelectors choose different nodes, or remove one of the two",
    ],
  },
  {
    name: "one address, different nodes",
    written: [
      peer("a", { nodeSelectors: [{ matchLabels: { rack: "1" } }] }),
      peer("b", { nodeSelectors: [{ matchLabels: { rack: "2" } }] }),
    ],
    told: [],
  },
  {
    name: "one address, nodes that may meet",
    written: [
      peer("a", { nodeSelectors: [{ matchLabels: { rack: "1" } }] }),
      peer("b", { nodeSelectors: [{ matchLabels: { zone: "1" } }] }),
    ],
    told: [
      "warning BGPPeer metallb-system/b: spec.peerAddress: 192.0.2.1 port 179 is also that of BGPPeer metallb-system/a; a node that both select has two sessions with it; let nodeSelectors choose different nodes, or remove one of the two",
    ],
  },
  {
    name: "one address, different ports or VRFs",
    written: [peer("a"), peer("b", { peerPort: 1179 }), peer("c", { vrf: "red" })],
    told: [],
  },
  {
    name: "one address in one VRF",
    written: [peer("a", { vrf: "red" }), peer("b", { vrf: "red" })],
    told: [
      "error BGPPeer metallb-system/b: spec.peerAddress: 192.0.2.1 port 179 in VRF red is also that of BGPPeer metallb-system/a on the same nodes, which comes first by name and keeps it; let nodeSelectors choose different nodes, or remove one of the two",
    ],
  },
  {
    name: "one interface",
    written: [
      peer("a", { peerAddress: undefined, interface: "eth0" }),
      peer("b", { peerAddress: undefined, interface: "eth0" }),
    ],
    told: [
      "error BGPPeer metallb-system/b: spec.interface: interface eth0 is also that of BGPPeer metallb-system/a on the same nodes, which comes first by name and keeps it; let nodeSelectors choose different nodes, or remove one of the two",
    ],
  },
  {
    name: "two router IDs",
    written: [
      peer("a", { routerID: "192.0.2.10" }),
      peer("b", { peerAddress: "192.0.2.2", routerID: "192.0.2.20" }),
      peer("c", { peerAddress: "192.0.2.3" }),
    ],
    told: [
      "warning BGPPeer metallb-system/b: spec.routerID: 192.0.2.20 differs from 192.0.2.10 of BGPPeer metallb-system/a on the same nodes; write one identifier for all peers of a node, as RFC 4271 wants",
    ],
  },
  {
    name: "two AS numbers of this side",
    written: [peer("a"), peer("b", { peerAddress: "192.0.2.2", myASN: 64512 })],
    told: [],
  },
]);
