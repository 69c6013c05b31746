/** The backend on a gobgpd in memory, of version 3 and of version 4: what it does when, and what it tells. */
import t, { type Test } from "tap";
import { FakeClock } from "../../../support/fake-clock.ts";
import { ModelGobgp } from "../../../support/model-gobgp.ts";
import { ip, net, peer } from "../../../support/plan-values.ts";
import type { Backend, BackendEvent, DesiredRoute } from "../../../../src/backend/backend.ts";
import { gobgpBackend } from "../../../../src/backend/gobgp/index.ts";
import type { RouteAttributes } from "../../../../src/model/announcement.ts";
import { Secret } from "../../../../src/model/config.ts";
import { NODE, route, state, TOR } from "../daemon/desired.ts";
import { steps, type Steps } from "../daemon/steps.ts";

interface Setup extends Steps {
  readonly backend: Backend;
  readonly model: ModelGobgp;
  readonly clock: FakeClock;
  readonly events: BackendEvent[];
}

function setUp(t: Test, model = new ModelGobgp()): Setup {
  const clock = new FakeClock();
  const backend = gobgpBackend({ rpc: model, clock });
  const events: BackendEvent[] = [];
  backend.subscribe((event) => events.push(event));
  t.teardown(() => backend.close("keep"));
  return { backend, model, clock, events, ...steps(clock) };
}

function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** All that is configured, as one text. */
function configuration({ asn, peers, sets, policies, paths, assigned }: ModelGobgp): string {
  const maps = [peers, sets, policies, paths].map((map) => sorted<unknown>(map));
  return JSON.stringify([asn, ...maps, [...assigned]]);
}

for (const version of [3, 4] as const) {
  t.test(`an empty gobgpd ${version} is started, told, and left as it was`, async (t) => {
    const { backend, model, events, settle } = setUp(t, new ModelGobgp(version));
    const before = configuration(model);
    backend.apply(state([route("198.51.100.1/32", 0xffffff01), route("198.51.100.2/32")]));
    await settle();
    t.same(events, []);
    t.equal(model.asn, 64500);
    t.equal(model.routerId, "192.0.2.1");
    t.match([...model.peers.values()], [{ conf: { neighbor_address: "192.0.2.254", local_asn: 64500 } }]);
    t.match(
      [...model.assigned],
      [
        [1, ["herald-take"]],
        [2, ["herald-tell", "herald-hold", "herald-rest"]],
      ],
    );
    const [tell] = model.policies.get("herald-tell") ?? [];
    const shift = version - 3;
    t.match(tell?.actions, {
      route_action: 1,
      community: { type: 2 + shift, communities: ["65535:65281"] },
      large_community: { type: 1 + shift },
    });
    t.equal(model.paths.size, 2);
    await backend.close("withdraw");
    t.same(events, []);
    t.equal(configuration(model), before);
    t.ok(model.closed);
  });
}

t.test("an update is one stream of paths where its attributes are known", async (t) => {
  const { backend, model, settle } = setUp(t);
  backend.apply(state([route("198.51.100.1/32", 1)]));
  await settle();
  model.calls.length = 0;
  backend.update([{ peer: "tor-1", set: [route("198.51.100.2/32", 1), route("198.51.100.3/32", 1)], withdraw: [] }]);
  await settle();
  t.same(model.calls, ["AddPathStream"]);
  t.equal(model.paths.size, 3);
  model.calls.length = 0;
  backend.update([{ peer: "tor-1", set: [route("198.51.100.1/32", 2)], withdraw: [net("198.51.100.2/32")] }]);
  await settle();
  t.same(model.calls, ["AddDefinedSet", "AddPolicy", "AddPathStream"], "policy before the path that needs it");
  model.calls.length = 0;
  backend.update([{ peer: "tor-1", set: [route("198.51.100.3/32", 2)], withdraw: [] }]);
  await settle();
  t.same(model.calls, ["AddPathStream", "DeletePolicy", "DeleteStatement", "DeleteDefinedSet"], "and it goes after");
  t.throws(() => backend.update([{ peer: "x", set: [], withdraw: [] }]), /BUG: peer x/);
});

t.test("what is the operator's stays, and comes after Herald's policy", async (t) => {
  const { backend, model, events, settle } = setUp(t);
  Object.assign(model, { asn: 64500, routerId: "192.0.2.1" });
  model.policies.set("theirs", []);
  model.assigned.set(2, ["theirs"]);
  model.peers.set("192.0.2.77", { conf: { neighbor_address: "192.0.2.77", peer_asn: 64777 } });
  model.paths.set("theirs", { family: { afi: 1, safi: 1 }, nlri_binary: Uint8Array.of(32, 10, 0, 0, 1) });
  const before = configuration(model);
  backend.apply({
    ...NODE,
    peers: [
      { peer: TOR, routes: [route("10.0.0.1/32"), route("10.0.0.2/32")] },
      { peer: peer("theirs", { address: ip("192.0.2.77") }), routes: [route("10.0.0.3/32")] },
    ],
  });
  await settle();
  t.match(events, [
    { type: "error", text: /^10\.0\.0\.1\/32 is not announced: gobgpd has a path of its own/ },
    { type: "error", peer: "theirs", text: /gobgpd has a neighbor 192\.0\.2\.77 that is not Herald's/ },
  ]);
  t.same(model.assigned.get(2), ["herald-tell", "herald-hold", "herald-rest", "theirs"]);
  t.equal(model.paths.size, 2, "the operator's and one of ours: who has no session is told nothing");
  await backend.close("withdraw");
  t.equal(configuration(model), before);
});

t.test("sessions are told as they come and go", async (t) => {
  const { backend, model, events, settle, after } = setUp(t);
  backend.apply(state([route("198.51.100.1/32")]));
  await settle();
  await after(0);
  t.ok(model.watched);
  events.length = 0;
  model.advertised = 1;
  model.set("192.0.2.254", true);
  await after(0);
  t.same(events, [
    { type: "session", peer: "tor-1", state: "Established" },
    { type: "synced", peer: "tor-1" },
  ]);
  t.match(backend.status().peers, [
    { state: "Established", address: "192.0.2.254:179", advertised: 1, since: 1_700_000_000_000, unsent: [] },
  ]);
  model.set("192.0.2.254", false);
  await after(0);
  t.match(events.at(-1), { type: "session", peer: "tor-1", state: "Active" });
});

t.test("a neighbour without graceful restart is told everything once its session is up", async (t) => {
  const { backend, model, settle, after } = setUp(t);
  backend.apply(
    state([route("198.51.100.1/32")], peer("tor-1", { address: ip("192.0.2.254"), gracefulRestart: true })),
  );
  await settle();
  await after(0);
  model.set("192.0.2.254", true);
  await after(0);
  await after(1_000);
  t.equal(model.calls.filter((call) => call === "ResetPeer").length, 1);
});

t.test("a gobgpd that starts anew gets everything again", async (t) => {
  const { backend, model, events, settle, after } = setUp(t);
  backend.apply(state([route("198.51.100.1/32", 1)]));
  await settle();
  await after(0);
  const before = configuration(model);
  model.down = new Error("gobgpd is gone");
  model.restart();
  await settle();
  t.match(events.at(-2), { type: "error", text: "the connection was lost" });
  t.match(backend.status().peers, [{ state: "Idle", lastError: "the connection was lost" }]);
  model.down = undefined;
  await after(250);
  t.equal(configuration(model), before);
});

t.test("what others take away is made again at the next look", async (t) => {
  const { backend, model, settle, after } = setUp(t);
  backend.apply(state([route("198.51.100.1/32", 1)]));
  await settle();
  await after(0);
  const before = configuration(model);
  model.paths.clear();
  model.policies.get("herald-tell")?.splice(0);
  await after(30_000);
  t.equal(configuration(model), before);
  model.peers.clear();
  await after(1_000);
  await after(200);
  t.equal(configuration(model), before, "a neighbour even before");
});

t.test("a refusal is told in GoBGP's words and tried again, the agent goes on", async (t) => {
  const { backend, model, events, settle, after } = setUp(t);
  model.refuse = /AddPeer/;
  backend.apply(state([route("198.51.100.1/32", 1)], peer("tor-1", { password: new Secret("the-key") })));
  await settle();
  t.same(events, [{ type: "error", text: "gobgpd refused: AddPeer failed: no" }]);
  model.refuse = undefined;
  await after(5_000);
  t.match([...model.peers.values()], [{ conf: { auth_password: "the-key" } }]);
  t.notMatch(JSON.stringify(backend.status().peers.map(({ lastError }) => lastError)), /the-key/);
});

t.test("a peer with other terms is a new session, one with the same stays", async (t) => {
  const { backend, model, settle } = setUp(t);
  backend.apply(state([route("198.51.100.1/32")]));
  await settle();
  model.calls.length = 0;
  backend.apply(state([route("198.51.100.1/32")]));
  await settle();
  t.same(model.calls, []);
  backend.apply(state([route("198.51.100.1/32")], peer("tor-1", { address: ip("192.0.2.254"), holdTime: 9 })));
  await settle();
  t.same(
    model.calls.filter((call) => call.endsWith("Peer") && call !== "ListPeer"),
    ["DisablePeer", "DeletePeer", "AddPeer"],
  );
});

t.test("what is to be a last resort is one within the AS too", async (t) => {
  const { backend, model, settle } = setUp(t);
  const inner = peer("inner", { address: ip("192.0.2.253"), peerAsn: "internal" });
  const one = route("198.51.100.1/32");
  backend.apply(state([{ ...one, attributes: { ...one.attributes, localPref: 0 } }], inner));
  await settle();
  t.equal(model.policies.get("herald-tell")?.[0]?.actions?.local_pref, undefined, "GoBGP's policy takes 0 for none");
  t.match(attributesIn(model), ["40010100", "40050400000000", /^400304/, /^c0200c/], "so the path has it");
});

/** The attributes of the one path there is, in hex. */
function attributesIn(model: ModelGobgp): string[] {
  const [path] = model.paths.values();
  return (path?.pattrs_binary ?? []).map((bytes) => Buffer.from(bytes).toString("hex"));
}

t.test("what a route carries is in its policy, and what policy cannot set in its path", async (t) => {
  const { backend, model, events, settle } = setUp(t);
  const attributes: RouteAttributes = {
    communities: { standard: [], large: [], extended: [0x0002_fbf4_0000_0001n] },
    med: 5,
    asPathPrepend: 2,
    origin: "egp",
    nextHop: ip("192.0.2.9"),
    linkBandwidth: { bytesPerSecond: 125_000, transitivity: "non-transitive" },
  };
  const inner = peer("inner", { address: ip("192.0.2.253"), peerAsn: "internal" });
  const routes = [{ prefix: net("198.51.100.1/32"), attributes }];
  backend.apply({ ...NODE, peers: [TOR, inner].map((one) => ({ peer: one, routes })) });
  await settle();
  t.same(events, []);
  const [toInner, toTor] = model.policies.get("herald-tell") ?? [];
  t.match(toTor?.actions, {
    med: { type: 1, value: 5 },
    as_prepend: { asn: 64500, repeat: 2 },
    nexthop: { address: "192.0.2.9" },
  });
  t.match(toInner?.actions, { local_pref: { value: 100 }, nexthop: { address: "192.0.2.9" } });
  t.notOk(toInner?.actions?.as_prepend, "within the AS the path stays as it is");
  // ORIGIN; rt:64500:1, and 125,000 as a number of IEEE 754 from AS 64500.
  t.match(attributesIn(model), ["40010101", "d01000100002fbf4000000014004fbf447f42400", /^400304/, /^c0200c/]);
});

t.test("a route of which peers are to be told different origins is not announced, with the reason", async (t) => {
  const { backend, model, events, settle } = setUp(t);
  const prefix = net("198.51.100.1/32");
  const none = { standard: [], large: [] };
  const other = peer("other", { address: ip("192.0.2.253") });
  const egp: DesiredRoute = { prefix, attributes: { communities: none, origin: "egp" } };
  backend.apply({
    ...NODE,
    peers: [
      { peer: TOR, routes: [route("198.51.100.1/32")] },
      { peer: other, routes: [egp] },
    ],
  });
  await settle();
  t.match(events, [
    { type: "error", text: /^198\.51\.100\.1\/32 is not announced: .*let all advertisements of it agree/ },
  ]);
  t.equal(model.paths.size, 0);
  backend.update([{ peer: "tor-1", set: [egp], withdraw: [] }]);
  await settle();
  t.equal(model.paths.size, 1, "once they agree it is");
  t.same(
    backend.status().peers.map(({ unsent }) => unsent),
    [[], []],
  );
});

t.test("what GoBGP cannot do is a reason of the peer", async (t) => {
  const { backend, events, settle } = setUp(t);
  const six = new Set([4, 6] as const);
  const peers = [
    peer("device", { interface: "eth0" }),
    peer("any", { peerAsn: "external" }),
    peer("id", { routerId: 7, address: ip("192.0.2.3") }),
    peer("id2", { routerId: 8, address: ip("192.0.2.4") }),
    peer("both", { address: ip("192.0.2.5"), families: six }),
    peer("twin", { address: ip("192.0.2.5") }),
  ].map((one) => ({ peer: one, routes: [route("2001:db8::1/128")] }));
  const { address: _, ...device } = peers[0]?.peer ?? TOR;
  backend.apply({ ...NODE, peers: [{ peer: device, routes: [] }, ...peers.slice(1)] });
  await settle();
  const reasons = Object.fromEntries(events.map((event) => [event.peer, event.type === "error" ? event.text : ""]));
  t.match(reasons, {
    device: /unnumbered/,
    any: /spec\.peerASN instead of dynamicASN/,
    id2: /one router ID, 0\.0\.0\.7/,
    twin: /peer both has 192\.0\.2\.5 too/,
  });
  const both = backend.status().peers.find((one) => one.peer === "both");
  t.match(both?.unsent, [{ reason: /this node has no IPv6 address to be the next hop/ }]);
});

t.test("peers of one route are told different route targets, and none, by the policy towards each", async (t) => {
  const { backend, model, events, settle } = setUp(t);
  const prefix = net("198.51.100.1/32");
  const other = peer("other", { address: ip("192.0.2.253") });
  const told = (linkBandwidth: number, ...extended: bigint[]): DesiredRoute => ({
    prefix,
    attributes: {
      communities: { standard: [], large: [], extended },
      linkBandwidth: { bytesPerSecond: linkBandwidth, transitivity: "non-transitive" },
    },
  });
  // rt:64500:1, rt:192.0.2.1:5, soo:70000:3
  const mixed = told(125_000, 0x0002_fbf4_0000_0001n, 0x0102_c000_0201_0005n, 0x0203_0001_1170_0003n);
  backend.apply({
    ...NODE,
    peers: [
      { peer: TOR, routes: [mixed] },
      { peer: other, routes: [route("198.51.100.1/32")] },
    ],
  });
  await settle();
  t.same(events, []);
  const actions = model.policies.get("herald-tell")?.map((one) => one.actions?.ext_community?.communities);
  t.same(actions, [undefined, ["rt:64500:1", "rt:192.0.2.1:5", "soo:1.4464:3", "lb:64500:125000"]]);
  t.match(attributesIn(model), ["40010100", /^400304/, /^c0200c/], "the path itself has none");
  backend.update([{ peer: "other", set: [told(1, 0x030b_0000_0000_0007n)], withdraw: [] }]);
  await settle();
  t.match(events, [{ text: /is not announced: .*but for rt, soo and non-transitive bandwidth/ }], "a color it cannot");
  t.equal(model.paths.size, 0);
});

t.test(
  "a neighbour of the operator's is used: told its routes and no others, and the last word is the operator's",
  async (t) => {
    const { backend, model, events, settle } = setUp(t);
    Object.assign(model, { asn: 64500, routerId: "192.0.2.1" });
    model.peers.set("192.0.2.77", { conf: { neighbor_address: "192.0.2.77", peer_asn: 64777 } });
    const before = configuration(model);
    const theirs = peer("theirs", { address: ip("192.0.2.77"), peerAsn: 64777, existing: true });
    const gone = peer("gone", { address: ip("192.0.2.78"), existing: true });
    backend.apply({
      ...NODE,
      peers: [
        { peer: theirs, routes: [route("198.51.100.1/32", 7)] },
        { peer: TOR, routes: [route("198.51.100.2/32")] },
        { peer: gone, routes: [] },
      ],
    });
    await settle();
    t.match(events, [{ peer: "gone", text: /gobgpd has no neighbor 192\.0\.2\.78 of yours to use/ }]);
    t.same([...model.peers.keys()], ["192.0.2.77", "192.0.2.254"]);
    const told = model.policies.get("herald-tell")?.find(({ actions }) => actions?.community !== undefined);
    t.equal(told?.actions?.route_action, undefined, "neither accepted nor rejected: what follows decides");
    t.same(told?.actions?.community?.communities, ["0:7"]);
    t.same(model.sets.get("herald-used")?.list, ["255.255.255.255/32", "192.0.2.77/32"]);
    t.same(model.sets.get("herald-peers")?.list, ["255.255.255.255/32", "192.0.2.254/32"]);
    t.match(model.policies.get("herald-hold"), [
      {
        conditions: { neighbor_set: { name: "herald-used" }, large_community_set: { name: "herald-marks" } },
        actions: { route_action: 2 },
      },
    ]);
    await backend.close("withdraw");
    t.equal(configuration(model), before);
  },
);

t.test("a session is asked for as its peer says; one that a limit ended is let up again after a minute", async (t) => {
  const { backend, model, events, settle, after } = setUp(t);
  const asks = { passive: true, ttlSecurity: true, sourceInterface: "eth1", maxReceivedPrefixes: 3 };
  backend.apply(state([], peer("tor-1", asks)));
  await settle();
  t.equal(model.listens, true, "a GoBGP that Herald starts takes connections where a peer is to make one");
  t.match(
    [...model.peers.values()],
    [
      {
        transport: { passive_mode: true, bind_interface: "eth1" },
        ttl_security: { enabled: true, ttl_min: 255 },
        afi_safis: [{ prefix_limits: { family: { afi: 1 }, max_prefixes: 3 } }, {}],
      },
    ],
  );
  model.overLimit.add("192.0.2.254");
  await after(200);
  for (let second = 0; second < 59; second += 1) await after(1_000);
  t.notOk(model.calls.includes("EnablePeer"));
  for (let second = 0; second < 3; second += 1) await after(1_000);
  t.equal(model.calls.filter((call) => call === "EnablePeer").length, 1);
  t.notOk(events.some(({ type }) => type === "error"));
  const quiet = setUp(t);
  Object.assign(quiet.model, { asn: 64500, routerId: "192.0.2.1", listens: false });
  quiet.backend.apply(state([], peer("tor-1", { passive: true })));
  await quiet.settle();
  t.match(quiet.events, [{ peer: "tor-1", text: /gobgpd takes no connections; give its global a listen port/ }]);
});
