/** How the native backend translates; the sessions themselves are the compliance suite's. */
import t from "tap";
import type { Host, PeerConfig, PeerStatus, SpeakerEvent } from "@herald/bgp";
import { nativeBackend } from "../../../src/backend/native/index.ts";
import type { NativeOptions, NativeSpeaker } from "../../../src/backend/native/index.ts";
import type { Backend, BackendEvent, DesiredRoute, Feature } from "../../../src/backend/backend.ts";
import { Secret } from "../../../src/model/config.ts";
import type { Peer } from "../../../src/model/config.ts";
import type { Prefix } from "../../../src/model/address.ts";
import type { RouteAttributes } from "../../../src/model/announcement.ts";
import { ip, net, peer } from "../../support/plan-values.ts";

const NODE = { routerId: 7, nodeAddresses: [ip("fe80::1"), ip("192.0.2.1"), ip("2001:db8::1")], nodeName: "n1" };
const PLAIN: RouteAttributes = { communities: { standard: [], large: [] } };
const ALL = { md5: true, ttl: true, device: true };

type Call = { readonly [K in keyof NativeSpeaker]: readonly [K, ...Parameters<NativeSpeaker[K]>] }[keyof NativeSpeaker];

function notUsed(): never {
  throw new Error("the host is for the speaker");
}

const HOST: Host = {
  clock: { now: notUsed, wall: notUsed, setTimer: notUsed },
  random: notUsed,
  dialer: { dial: notUsed },
  log: { debug: notUsed, info: notUsed, warn: notUsed },
};

/** A backend on a speaker that notes its calls. */
function recorded(options: Partial<NativeOptions> = {}): {
  readonly backend: Backend;
  readonly calls: Call[];
  readonly emit: (event: SpeakerEvent) => void;
  readonly statuses: PeerStatus[];
} {
  const calls: Call[] = [];
  const statuses: PeerStatus[] = [];
  let emit: ((event: SpeakerEvent) => void) | undefined;
  const speaker: NativeOptions["speaker"] = ({ host, onEvent }) => {
    t.equal(host, HOST);
    emit = onEvent;
    return {
      setPeers: (configs, ranges) => void calls.push(["setPeers", configs, ranges]),
      setRoutes: (name, routes) => void calls.push(["setRoutes", name, routes]),
      updateRoutes: (name, change) => void calls.push(["updateRoutes", name, change]),
      setPath: (name, path) => void calls.push(["setPath", name, path]),
      status: () => statuses,
      adjRibOut: () => undefined,
      messages: () => [],
      close(how) {
        calls.push(["close", how]);
        return Promise.resolve();
      },
    };
  };
  const backend = nativeBackend({ host: HOST, speaker, ...options });
  return { backend, calls, statuses, emit: (event) => emit?.(event) };
}

function configOf(one: Peer, options: Partial<NativeOptions> = {}): PeerConfig | undefined {
  const { backend, calls } = recorded(options);
  backend.apply({ ...NODE, peers: [{ peer: one, routes: [] }] });
  const call = calls[0];
  return call?.[0] === "setPeers" ? call[1][0] : undefined;
}

t.test("BFD strict mode is asked of the session where BFD can run", (t) => {
  const strict = { ...peer("tor-1"), bfdStrict: true } as const;
  t.equal(configOf(strict, { sockets: { ...ALL, bfd: true } })?.bfdStrict, true);
  t.equal(configOf(strict, { sockets: ALL })?.bfdStrict, undefined);
  t.end();
});

t.test("a plain peer becomes a plain configuration", (t) => {
  t.same(configOf(peer("tor-1")), {
    name: "tor-1",
    remoteAddress: "192.0.2.254",
    remotePort: 179,
    localAs: 64500,
    remoteAs: 64501,
    bgpId: 7,
    holdTime: 90,
    connectRetryTime: 10,
    families: { ipv4: true, ipv6: true },
    hostName: "n1",
    extendedMessages: true,
  });
  t.end();
});

t.test("everything a peer can ask for is passed on", (t) => {
  const one = peer("tor-1", {
    address: ip("2001:db8::fe"),
    port: 1179,
    peerAsn: "internal",
    localAsn: 65001,
    sourceAddress: ip("2001:db8::1"),
    keepaliveTime: 3,
    holdTime: 9,
    routerId: 99,
    vrf: "red",
    password: new Secret("hush"),
    gracefulRestart: true,
    families: new Set([6] as const),
    maxReceivedPrefixes: 50,
  });
  t.same(configOf(one, { sockets: ALL, restartTime: 60, restarted: true, forwarding: true }), {
    extendedMessages: true,
    name: "tor-1",
    remoteAddress: "2001:db8::fe",
    remotePort: 1179,
    localAs: 65001,
    remoteAs: "internal",
    bgpId: 99,
    localAddress: "2001:db8::1",
    device: "red",
    holdTime: 9,
    keepaliveTime: 3,
    connectRetryTime: 10,
    families: { ipv4: false, ipv6: true },
    gracefulRestart: { restartTime: 60, restarted: true, forwarding: true, notification: true },
    md5Key: "hush",
    maxPrefixes: 50,
    ttl: 64,
    hostName: "n1",
  });
  t.end();
});

t.test("with tcpAO the password is a TCP-AO key, and no MD5 key", (t) => {
  const tcpAo = { sendId: 5, receiveId: 6, algorithm: "aes-128-cmac-96" } as const;
  const one = peer("tor-1", { password: new Secret("hush"), tcpAo });
  const config = configOf(one, { sockets: { ...ALL, ao: true } });
  t.same([config?.aoKey, config?.md5Key], [{ key: "hush", ...tcpAo }, undefined]);
  t.equal(configOf(one, { sockets: ALL }), undefined, "not where the host has none");
  t.end();
});

t.test("the TTL follows the kind of session, where the host can set it", (t) => {
  const ttl = (fields: Partial<Peer>, sockets = ALL): number | undefined =>
    configOf(peer("tor-1", fields), { sockets })?.ttl;
  t.equal(ttl({}), 1);
  t.equal(ttl({ peerAsn: "external" }), 1);
  t.equal(ttl({ ebgpMultiHop: true }), 255);
  t.equal(ttl({ peerAsn: 64500 }), 64);
  t.equal(ttl({ peerAsn: 64500, localAsn: 65001 }), 1, "the AS towards this peer counts");
  t.equal(configOf(peer("tor-1"))?.ttl, undefined);
  t.end();
});

t.test("it says yes to what it and the host can do", (t) => {
  const features: Feature[] = [
    "ipv6",
    "large-communities",
    "extended-communities",
    "other-extended-communities",
    "next-hop-ipv6",
    "link-bandwidth",
    "prefix-limit",
    "bfd",
    "vrf",
    "unnumbered",
    "graceful-restart",
    "dynamic-asn",
    "local-asn",
    "tcp-md5",
    "multihop",
  ];
  const yes = (options: Partial<NativeOptions>): Feature[] => {
    const { backend } = recorded(options);
    return features.filter((feature) => backend.supports(feature));
  };
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

t.test("routes carry what their kind of session does, and share what is equal", (t) => {
  const { backend, calls } = recorded();
  const attributes: RouteAttributes = { communities: { standard: [5], large: [[1, 2, 3]] }, localPref: 50 };
  const routes: DesiredRoute[] = [
    { prefix: net("198.51.100.1/32"), attributes },
    { prefix: net("198.51.100.2/32"), attributes: PLAIN },
  ];
  const kinds = [peer("e1"), peer("e2"), peer("i1", { peerAsn: 64500 })];
  backend.apply({ ...NODE, peers: kinds.map((one) => ({ peer: one, routes })) });
  const lists = calls.flatMap((call) => (call[0] === "setRoutes" ? [call[2]] : []));
  const carried = { communities: [5], largeCommunities: [{ global: 1, local1: 2, local2: 3 }] };
  t.same(
    lists.map((list) => list.map((one) => one.attributes)),
    [
      [carried, {}],
      [carried, {}],
      [{ ...carried, localPref: 50 }, { localPref: 100 }],
    ],
  );
  t.equal(lists[0]?.[0]?.attributes, lists[1]?.[0]?.attributes, "two peers of a kind share one object");
  backend.update([{ peer: "e1", set: [{ prefix: net("198.51.100.3/32"), attributes }], withdraw: [] }]);
  const last = calls.at(-1);
  t.equal(last?.[0] === "updateRoutes" && last[2].set[0]?.attributes, lists[0]?.[0]?.attributes);
  t.end();
});

function path(asn: number): object {
  return { asPath: [{ type: 2, asns: [asn, asn] }] };
}

function extended(bandwidth: bigint): object {
  return { extendedCommunities: [0x0002_fbf4_0000_0001n, bandwidth] };
}

t.test("what a route is to carry is on it, as its kind of session has it", (t) => {
  const { backend, calls } = recorded();
  const attributes: RouteAttributes = {
    communities: { standard: [], large: [], extended: [0x0002_fbf4_0000_0001n] },
    med: 5,
    asPathPrepend: 2,
    origin: "incomplete",
    nextHop: ip("192.0.2.9"),
    linkBandwidth: { bytesPerSecond: 125_000, transitivity: "transitive" },
  };
  const routes = [{ prefix: net("198.51.100.1/32"), attributes }];
  const kinds = [peer("e"), peer("i", { peerAsn: "internal" }), peer("l", { localAsn: 64999 })];
  backend.apply({ ...NODE, peers: kinds.map((one) => ({ peer: one, routes })) });
  const sent = calls.flatMap((call) => (call[0] === "setRoutes" ? call[2] : []));
  const common = { origin: 2, med: 5 };
  t.same(
    sent.map((one) => one.attributes),
    [
      { ...common, ...path(64500), ...extended(0x0004_fbf4_47f4_2400n) },
      { ...common, localPref: 100, ...extended(0x0004_fbf4_47f4_2400n) },
      { ...common, ...path(64999), ...extended(0x0004_fde7_47f4_2400n) },
    ],
  );
  t.same(
    sent.map(({ nextHop }) => nextHop),
    Array.from({ length: 3 }, () => ({ afi: 1, address: 0xc000_0209 })),
  );
  t.end();
});

t.test("a bandwidth that stays within the AS has its bit", (t) => {
  const { backend, calls } = recorded();
  const linkBandwidth = { bytesPerSecond: 250_000, transitivity: "non-transitive" } as const;
  const routes = [{ prefix: net("2001:db8:1::1/128"), attributes: { ...PLAIN, linkBandwidth } }];
  backend.apply({ ...NODE, peers: [{ peer: peer("e", { myAsn: 4_200_000_000 }), routes }] });
  const [sent] = calls.flatMap((call) => (call[0] === "setRoutes" ? call[2] : []));
  t.same(sent?.attributes.extendedCommunities, [0x4004_5ba0_4874_2400n], "AS_TRANS stands for the large AS number");
  t.end();
});

function gone(n: number): { withdraw: Prefix[] } {
  return { withdraw: [net(`198.51.100.${n}/32`)] };
}

t.test("peers of a kind that are told the same get the same arrays, others their own", (t) => {
  const { backend, calls } = recorded();
  const attributes: RouteAttributes = { communities: { standard: [5], large: [] } };
  const routes = (...last: number[]): DesiredRoute[] =>
    last.map((n) => ({ prefix: net(`198.51.100.${n}/32`), attributes }));
  const lists: readonly (readonly [Peer, DesiredRoute[]])[] = [
    [peer("e1"), routes(1, 2)],
    [peer("e2"), routes(1, 2)],
    [peer("more"), routes(1, 2, 3)],
    [peer("other"), routes(1, 3)],
    [peer("tagged"), routes(1, 2).map((one) => ({ ...one, attributes: PLAIN }))],
    [peer("i1", { peerAsn: "internal" }), routes(1, 2)],
    [peer("six", { address: ip("2001:db8::fe") }), routes(1, 2)],
  ];
  backend.apply({ ...NODE, peers: lists.map(([one, routes]) => ({ peer: one, routes })) });
  const set = calls.flatMap((call) => (call[0] === "setRoutes" ? [call[2]] : []));
  t.equal(set[0], set[1]);
  t.equal(new Set(set).size, 6);
  backend.update([
    { peer: "e1", set: routes(9), ...gone(1) },
    { peer: "e2", set: routes(9), ...gone(1) },
    { peer: "more", set: routes(9), ...gone(2) },
  ]);
  const updates = calls.flatMap((call) => (call[0] === "updateRoutes" ? [{ peer: call[1], ...call[2] }] : []));
  t.same(
    updates.map((update) => update.peer),
    ["e1", "e2", "more"],
  );
  const [e1, e2, more] = updates;
  t.ok(e1?.set === e2?.set && e1?.withdraw === e2?.withdraw);
  t.not(e1?.withdraw, more?.withdraw);
  t.end();
});

t.test("a route of the other family has the node's address as its next hop, where there is one", (t) => {
  const { backend, calls } = recorded();
  const routes = [net("198.51.100.1/32"), net("2001:db8:1::1/128")].map((prefix) => ({ prefix, attributes: PLAIN }));
  const peers = [peer("four"), peer("six", { address: ip("2001:db8::fe") })].map((one) => ({ peer: one, routes }));
  backend.apply({ ...NODE, peers });
  backend.apply({ ...NODE, nodeAddresses: [ip("fe80::1")], peers });
  const hops = calls.flatMap((call) => (call[0] === "setRoutes" ? [call[2].map(({ nextHop }) => nextHop)] : []));
  t.same(hops, [
    [undefined, { afi: 2, address: ip("2001:db8::1").value }],
    [{ afi: 1, address: 0xc0000201 }, undefined],
    [undefined, undefined],
    [undefined, undefined],
  ]);
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

t.test("what Herald adds to a peer reaches the session", (t) => {
  const listen = { port: 179 };
  const one = peer("tor-1", { ttlSecurity: true, passive: true, minimumHoldTime: 30, sourceInterface: "eth1" });
  t.match(configOf(one, { sockets: ALL, listen }), {
    ttl: 255,
    minTtl: 255,
    passive: true,
    minimumHoldTime: 30,
    device: "eth1",
  });
  const six = configOf(peer("tor-1", { address: ip("2001:db8::fe") }));
  t.equal(six?.extendedNextHop, true, "IPv4 routes over IPv6: with an IPv6 next hop where the peer takes it");
  t.equal(configOf(peer("tor-1"))?.extendedNextHop, undefined);
  t.end();
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
