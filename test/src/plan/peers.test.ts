import t from "tap";
import { createPlanner, peerReasons, peersForNode } from "../../../src/plan/index.ts";
import type { Feature } from "../../../src/backend/backend.ts";
import { Secret } from "../../../src/model/config.ts";
import type { Peer } from "../../../src/model/config.ts";
import {
  advertisement,
  config,
  endpoint,
  ip,
  labelled,
  net,
  node,
  peer,
  service,
  slice,
} from "../../support/plan-values.ts";

const bfdProfile = {
  name: "fast",
  receiveInterval: 50,
  transmitInterval: 50,
  detectMultiplier: 3,
  echoInterval: 50,
  echoMode: false,
  passiveMode: false,
  minimumTtl: 254,
};

t.test("the peers of a node are those whose selectors match its labels, by name", (t) => {
  const conf = config({
    peers: [
      peer("c"),
      peer("a", { nodeSelectors: [labelled({ rack: "1" }), labelled({ rack: "2" })] }),
      peer("b", { nodeSelectors: [labelled({ rack: "3" })] }),
    ],
  });
  const names = (labels: Record<string, string>): string[] =>
    peersForNode(conf, node("n1", { labels })).map(({ name }) => name);
  t.same(names({ rack: "2" }), ["a", "c"]);
  t.same(names({ rack: "3" }), ["b", "c"]);
  t.same(names({}), ["c"]);
  t.end();
});

interface Lack {
  readonly feature: Feature;
  readonly fields: Partial<Peer>;
  readonly leftOut: boolean;
  readonly text: RegExp;
}

const LACKS: readonly Lack[] = [
  {
    feature: "unnumbered",
    fields: { interface: "eth1" },
    leftOut: true,
    text: /an unnumbered session on interface eth1/,
  },
  {
    feature: "existing-neighbor",
    fields: { existing: true },
    leftOut: true,
    text: /a neighbour that a routing daemon has already \(existing\)/,
  },
  { feature: "vrf", fields: { vrf: "red" }, leftOut: true, text: /a session in VRF red/ },
  {
    feature: "dynamic-asn",
    fields: { peerAsn: "external" },
    leftOut: true,
    text: /any external peer AS \(dynamicASN\)/,
  },
  { feature: "local-asn", fields: { localAsn: 65000 }, leftOut: true, text: /local AS 65000/ },
  {
    feature: "ttl-security",
    fields: { ttlSecurity: true },
    leftOut: true,
    text: /packets of a direct neighbour alone \(ttlSecurity\)/,
  },
  {
    feature: "passive",
    fields: { passive: true },
    leftOut: true,
    text: /the peer opens \(passive; needs --bgp-listen\)/,
  },
  {
    feature: "listen-range",
    fields: { listenRange: { prefix: net("10.1.0.0/16"), limit: 5 } },
    leftOut: true,
    text: /peers that connect from a prefix \(listenRange; needs --bgp-listen\)/,
  },
  {
    feature: "source-interface",
    fields: { sourceInterface: "eth1" },
    leftOut: true,
    text: /a session through interface eth1/,
  },
  {
    feature: "minimum-hold-time",
    fields: { minimumHoldTime: 30 },
    leftOut: false,
    text: /a hold time of at least 30s, .*: it runs with any/,
  },
  { feature: "tcp-md5", fields: { password: new Secret("hush") }, leftOut: true, text: /a TCP MD5 password/ },
  {
    feature: "tcp-ao",
    fields: { password: new Secret("hush"), tcpAo: { sendId: 1, receiveId: 1, algorithm: "hmac-sha-1-96" } },
    leftOut: true,
    text: /a TCP-AO key \(tcpAO\)/,
  },
  { feature: "ipv6", fields: { families: new Set([6]) }, leftOut: true, text: /IPv6 routes only/ },
  { feature: "ipv6", fields: { address: ip("2001:db8::1") }, leftOut: true, text: /a session over IPv6/ },
  { feature: "ipv6", fields: {}, leftOut: false, text: /IPv6 routes, .*: it runs with IPv4 routes only/ },
  { feature: "bfd", fields: { bfdProfile }, leftOut: false, text: /BFD \(profile fast\), .*: it runs without/ },
  {
    feature: "graceful-restart",
    fields: { gracefulRestart: true },
    leftOut: false,
    text: /graceful restart, .*: it runs/,
  },
  {
    feature: "multihop",
    fields: { ebgpMultiHop: true },
    leftOut: false,
    text: /eBGP multihop, .*: it runs with the TTL/,
  },
];

for (const { feature, fields, leftOut, text } of LACKS) {
  t.test(`without ${feature} a peer ${leftOut ? "is left out" : "runs with a warning"}: ${text.source}`, (t) => {
    const one = peer("tor-1", fields);
    const conf = config({
      peers: [one, peer("plain", { families: new Set([4]) })],
      advertisements: [advertisement("x")],
    });
    const planner = createPlanner(conf, node("n1"), { supports: (asked) => asked !== feature });
    t.same(
      planner.peerReasons.map(({ code, peer, feature, leftOut }) => [code, peer, feature, leftOut]),
      [["unsupportedByBackend", "tor-1", feature, leftOut]],
    );
    t.match(planner.peerReasons[0]?.text, text);
    t.notMatch(planner.peerReasons[0]?.text, /hush/);
    t.same(
      planner.peers.map(({ name }) => name),
      leftOut ? ["plain"] : ["plain", "tor-1"],
    );
    const { announcements } = planner.plan(service("web", ["198.51.100.1"]), [slice("web", endpoint("n1"))]);
    t.same(
      announcements.map(({ peer }) => peer),
      leftOut ? ["plain"] : ["plain", "tor-1"],
    );
    t.same(
      peerReasons([one], () => true),
      [],
    );
    t.end();
  });
}

t.test("without IPv6, IPv6 addresses are not announced and told", (t) => {
  const conf = config({ peers: [peer("tor-1")], advertisements: [advertisement("x")] });
  const planner = createPlanner(conf, node("n1"), { supports: (feature) => feature !== "ipv6" });
  const plan = planner.plan(service("web", ["2001:db8:1::1"]), [slice("web", endpoint("n1"))]);
  t.same(plan.announcements, []);
  t.equal(plan.reasons[0]?.code, "peerFamilyNotCarried");
  t.end();
});
