/** How the native backend translates; the sessions themselves are the compliance suite's. */
import t from "tap";
import type { BackendEvent, DesiredRoute, Feature } from "../../../src/backend/backend.ts";
import type { NativeOptions } from "../../../src/backend/native/index.ts";
import { Secret } from "../../../src/model/config.ts";
import type { Peer } from "../../../src/model/config.ts";
import { ip, net, peer } from "../../support/plan-values.ts";
import { ALL, NODE, PLAIN, recorded } from "./native-calls.ts";

t.test("it says yes to what it and the host can do", (t) => {
  const own: Feature[] = [
    "ipv6",
    "large-communities",
    "extended-communities",
    "other-extended-communities",
    "next-hop-ipv6",
    "link-bandwidth",
    "prefix-limit",
    "graceful-restart",
    "dynamic-asn",
    "local-asn",
  ];
  const features: Feature[] = [...own, "bfd", "vrf", "unnumbered", "tcp-md5", "multihop"];
  const yes = (options: Partial<NativeOptions>): Feature[] => {
    const { backend } = recorded(options);
    return features.filter((feature) => backend.supports(feature));
  };
  t.same(yes({}), own);
  t.same(new Set(yes({ sockets: ALL })), new Set([...own, "vrf", "tcp-md5", "multihop"]));
  t.end();
});

t.test("a peer it cannot do is reported, and the others run", (t) => {
  const { backend, calls } = recorded();
  const refused = [
    peer("wire", { interface: "eth1" }),
    peer("red", { vrf: "red" }),
    peer("safe", { password: new Secret("hush") }),
  ];
  const peers = [...refused, peer("tor-1")].map((one) => ({
    peer: one,
    routes: [{ prefix: net("198.51.100.1/32"), attributes: PLAIN }],
  }));
  backend.apply({ ...NODE, peers });
  backend.update([
    { peer: "red", set: [{ prefix: net("198.51.100.2/32"), attributes: PLAIN }], withdraw: [net("198.51.100.1/32")] },
  ]);
  t.same(
    calls.map(([name, first]) => (typeof first === "string" ? `${name} ${first}` : name)),
    ["setPeers", "setRoutes tor-1"],
  );
  const reports = backend.status().peers;
  t.same(
    reports.map(({ peer, state, routes, advertised }) => [peer, state, routes, advertised]),
    refused.map(({ name }) => [name, "Idle", 1, 0]),
  );
  t.match(
    reports.map(({ lastError }) => lastError),
    [/unnumbered/, /VRF/, /MD5/],
  );
  t.match(reports[1]?.unsent, [{ prefix: net("198.51.100.2/32"), reason: /VRF/ }]);
  t.end();
});

t.test("reports and events are told in the words of the contract", (t) => {
  const { backend, emit, statuses } = recorded();
  const events: BackendEvent[] = [];
  const stop = backend.subscribe((event) => events.push(event));
  const error = { direction: "received" as const, text: "Cease / Peer De-configured", at: 5 };
  const unsent = [
    { prefix: { afi: 2 as const, address: ip("2001:db8::1").value, length: 128 }, reason: "no-next-hop" as const },
    { prefix: { afi: 1 as const, address: 1, length: 32 }, reason: "family-not-negotiated" as const },
    { prefix: { afi: 1 as const, address: 2, length: 32 }, reason: "attributes-too-long" as const },
  ];
  const counters = { open: 0, update: 0, notification: 0, keepalive: 0, routeRefresh: 0, bytes: 0 };
  statuses.push({
    name: "tor-1",
    state: "Established",
    remoteAddress: "192.0.2.254",
    remotePort: 179,
    localAs: 64500,
    since: 4,
    receivedPrefixesExact: true,
    updateErrors: { discarded: 0, withdrawn: 0 },
    timers: {},
    buffered: 0,
    capabilitiesSent: [],
    capabilitiesReceived: [],
    sent: counters,
    received: counters,
    ups: 1,
    flaps: 0,
    routes: 5,
    advertised: 2,
    pending: 0,
    unsent,
    receivedPrefixes: 0,
    lastError: error,
  });
  const [report] = backend.status().peers;
  t.match(report, {
    peer: "tor-1",
    state: "Established",
    routes: 5,
    advertised: 2,
    since: 4,
    lastError: "the peer sent Cease / Peer De-configured",
  });
  t.same(
    report?.unsent.map(({ prefix }) => prefix),
    [net("2001:db8::1/128"), net("0.0.0.1/32"), net("0.0.0.2/32")],
  );
  t.match(
    report?.unsent.map(({ reason }) => reason),
    [/no IPv6 address/, /not agreed to IPv4/, /do not fit/],
  );
  emit({ type: "state", peer: "tor-1", from: "OpenConfirm", to: "Established" });
  emit({ type: "state", peer: "tor-1", from: "Established", to: "Idle", reason: "hold-timer-expired" });
  emit({ type: "synced", peer: "tor-1" });
  emit({ type: "error", peer: "tor-1", error });
  emit({ type: "unsent", peer: "tor-1", unsent });
  emit({ type: "unsent", peer: "tor-1", unsent: unsent.slice(1, 2) });
  emit({ type: "unsent", peer: "tor-1", unsent: [] });
  stop();
  emit({ type: "synced", peer: "tor-1" });
  t.same(events.slice(0, 4), [
    { type: "session", peer: "tor-1", state: "Established" },
    { type: "session", peer: "tor-1", state: "Idle", reason: "hold timer expired" },
    { type: "synced", peer: "tor-1" },
    { type: "error", peer: "tor-1", text: "the peer sent Cease / Peer De-configured" },
  ]);
  t.match(events.slice(4), [
    { type: "error", text: /^3 routes are not sent to tor-1: / },
    { type: "error", text: /^1 route is not sent to tor-1: / },
  ]);
  t.end();
});

t.test("to close passes on how to leave", async (t) => {
  const { backend, calls } = recorded();
  await backend.close("keep");
  t.same(calls, [["close", { mode: "keep" }]]);
});

t.test("peers of a range are told of as one, with its limit", (t) => {
  const { backend, calls } = recorded({ listen: { port: 179 } });
  const { address: _none, ...one } = peer("racks", { listenRange: { prefix: net("10.1.0.0/16"), limit: 5 } });
  const route: DesiredRoute = { prefix: net("2001:db8::5/128"), attributes: PLAIN };
  backend.apply({ ...NODE, peers: [{ peer: one, routes: [route] }] });
  t.match(calls, [
    ["setPeers", [], [{ name: "racks", prefix: { afi: 1, address: 0x0a010000, length: 16 }, limit: 5 }]],
    ["setRoutes", "racks", [{ nextHop: { afi: 2 } }]],
  ]);
  t.end();
});

t.test("what the host cannot do for a peer is said of it", (t) => {
  const rows: readonly (readonly [Partial<Peer>, RegExp])[] = [
    [{ ttlSecurity: true }, /ttlSecurity is not possible/],
    [{ sourceInterface: "eth1" }, /through a given interface are not possible/],
    [{ passive: true }, /does not listen; start it with --bgp-listen/],
    [{ listenRange: { prefix: net("10.1.0.0/16"), limit: 5 } }, /does not listen; start it with --bgp-listen/],
  ];
  for (const [fields, text] of rows) {
    const { backend } = recorded();
    backend.apply({ ...NODE, peers: [{ peer: peer("tor-1", fields), routes: [] }] });
    t.match(backend.status().peers, [{ peer: "tor-1", state: "Idle", lastError: text }]);
  }
  t.end();
});
