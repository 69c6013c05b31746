/** The backend on a bgpd in memory: what it does when, and what it tells. */
import t from "tap";
import { ModelFrr } from "../../../support/model-frr.ts";
import { net, peer } from "../../../support/plan-values.ts";
import { Secret } from "../../../../src/model/config.ts";
import { NODE, route, state } from "../daemon/desired.ts";
import { neighbor, setUp } from "./stand.ts";

t.test("nothing is asked of bgpd before the first apply", async (t) => {
  const { backend, model, settle } = setUp(t);
  model.down = new Error("not asked");
  await settle();
  t.same(backend.status(), { backend: "frr", peers: [] });
  await backend.close("withdraw");
  t.ok(model.closed);
});

t.test("an update is one line of bgpd where its attributes are known", async (t) => {
  const { backend, model, settle } = setUp(t);
  backend.apply(state([route("198.51.100.1/32", 1)]));
  await settle();
  const before = model.taken.length;
  backend.update([{ peer: "tor-1", set: [route("198.51.100.2/32", 1)], withdraw: [] }]);
  await settle();
  const [one, two, network = "", ...rest] = model.taken.slice(before);
  t.same([one, two], ["router bgp 64500", "address-family ipv4 unicast"]);
  t.match(network, /^network 198\.51\.100\.2\/32 route-map herald-origin-\d+$/);
  t.same(rest, ["exit-address-family"]);
  backend.update([{ peer: "tor-1", set: [], withdraw: [net("198.51.100.1/32"), net("198.51.100.2/32")] }]);
  await settle();
  t.same([...(model.instance?.families.ipv4.networks ?? [])], []);
  t.throws(() => backend.update([{ peer: "x", set: [], withdraw: [] }]), /BUG: peer x/);
});

t.test("changes while bgpd works are done together after", async (t) => {
  const { backend, model, settle } = setUp(t);
  backend.apply(state([]));
  for (let n = 0; n < 100; n += 1) {
    backend.update([{ peer: "tor-1", set: [route(`198.51.100.${n}/32`)], withdraw: [] }]);
  }
  await settle();
  t.equal(model.instance?.families.ipv4.networks.size, 100);
  t.equal(model.taken.filter((line) => line === "router bgp 64500").length, 1);
});

t.test("sessions are told as they come and go", async (t) => {
  const { backend, model, events, settle, after } = setUp(t);
  backend.apply(state([route("198.51.100.1/32"), route("2001:db8:1::1/128")]));
  await settle();
  model.neighborsJson = neighbor({ bgpState: "Active", lastResetDueTo: "Waiting for peer OPEN" });
  await after(0);
  model.neighborsJson = neighbor({});
  await after(200);
  t.notOk(events.some(({ type }) => type === "synced"));
  model.neighborsJson = neighbor({}, [1, 0]);
  await after(200);
  t.same(events, [
    { type: "session", peer: "tor-1", state: "Active" },
    { type: "session", peer: "tor-1", state: "Established" },
    { type: "synced", peer: "tor-1" },
  ]);
  t.match(backend.status().peers, [
    {
      state: "Established",
      routes: 2,
      advertised: 1,
      since: 1_700_000_000_000,
      unsent: [{ prefix: net("2001:db8:1::1/128"), reason: "the peer has not agreed to IPv6 routes" }],
    },
  ]);
  events.length = 0;
  model.neighborsJson = neighbor({ connectionsEstablished: 2, lastNotificationReason: "Cease/Reset" }, [1, 0]);
  await after(1000);
  t.match(events, [{ state: "Idle", reason: "Cease/Reset" }, { state: "Established" }, { type: "synced" }]);
  events.length = 0;
  model.neighborsJson = neighbor({ connectionsEstablished: 2, nbrDesc: "herald tor-1 0000000f" }, [1, 0]);
  await after(1000);
  t.match(
    events,
    [{ state: "Idle" }, { state: "Established" }, { type: "synced" }],
    "another neighbor, another session",
  );
  events.length = 0;
  model.neighborsJson = neighbor({ bgpState: "Idle", lastResetDueTo: "Peer closed the session" });
  await after(1000);
  t.match(events, [{ type: "session", state: "Idle", reason: "Peer closed the session" }]);
  t.match(backend.status().peers, [{ advertised: 0, lastError: "Peer closed the session", unsent: [] }]);
  events.length = 0;
  backend.apply({ ...NODE, peers: [] });
  await settle();
  t.same(events, []);
  t.same(backend.status().peers, []);
});

t.test("a bgpd that starts anew gets everything again", async (t) => {
  const { backend, model, events, lose, settle, after } = setUp(t);
  backend.apply(state([route("198.51.100.1/32", 1)]));
  await settle();
  const before = model.print();
  model.neighborsJson = neighbor({}, [1, 0]);
  await after(0);
  events.length = 0;
  model.instance = undefined;
  model.maps.clear();
  model.down = new Error("bgpd is gone");
  lose();
  t.match(events, [
    { type: "error", text: "bgpd is gone" },
    { type: "session", peer: "tor-1", state: "Idle", reason: "bgpd is gone" },
  ]);
  t.match(backend.status().peers, [{ state: "Idle", lastError: "bgpd is gone", advertised: 0 }]);
  backend.update([{ peer: "tor-1", set: [], withdraw: [] }]);
  for (const wait of [250, 500, 1000, 2000, 4000]) await after(wait);
  t.equal(events.length, 2, "it is told once");
  model.down = undefined;
  await after(5000);
  t.equal(model.print(), before);
  await after(200);
  t.match(backend.status().peers, [{ state: "Established", advertised: 1 }]);
});

t.test("what others change in Herald's lines is set right", async (t) => {
  const { backend, model, settle, after } = setUp(t);
  backend.apply(state([route("198.51.100.1/32")]));
  await settle();
  const before = model.print();
  model.neighborsJson = neighbor({}, [1, 0]);
  await after(0);
  model.configure("router bgp 64500", "address-family ipv4 unicast", "no network 198.51.100.1/32");
  await after(30_000);
  t.equal(model.print(), before, "at the next look");
  model.configure("router bgp 64500", "no neighbor 192.0.2.254");
  model.neighborsJson = "{}";
  await after(1000);
  await after(200);
  t.match(model.print(), /neighbor 192\.0\.2\.254 remote-as/, "at the next question where a neighbour is not there");
});

t.test("a refused line is told without its password, and the rest is done", async (t) => {
  const { backend, model, events, settle, after } = setUp(t);
  model.refuse = /password/;
  backend.apply(state([route("198.51.100.1/32")], peer("tor-1", { password: new Secret("the-key") })));
  await settle();
  t.same(events, [{ type: "error", text: 'bgpd refused "neighbor 192.0.2.254 password [secret]": Malformed' }]);
  t.equal(model.instance?.families.ipv4.networks.size, 1);
  backend.update([{ peer: "tor-1", set: [], withdraw: [net("198.51.100.1/32")] }]);
  await settle();
  t.equal(model.instance?.families.ipv4.networks.size, 0, "a withdrawal does not wait");
  model.refuse = undefined;
  await after(5000);
  t.match(model.print(), /password the-key/);
  t.equal(events.length, 1);
});

t.test("a peer that cannot be is reported, with its routes", async (t) => {
  const { backend, model, events, settle } = setUp(t);
  model.configure("router bgp 64999", "no bgp network import-check");
  const before = model.print();
  backend.apply(state([route("198.51.100.1/32")]));
  await settle();
  const reason = /bgpd runs as AS 64999, and this peer's myASN is 64500/;
  t.match(events, [{ type: "error", peer: "tor-1", text: reason }]);
  t.match(backend.status().peers, [
    {
      state: "Idle",
      routes: 1,
      advertised: 0,
      lastError: reason,
      unsent: [{ prefix: net("198.51.100.1/32"), reason }],
    },
  ]);
  t.equal(model.print(), before);
});

t.test("an operator's network of the same prefix is told, and the peer is in step without it", async (t) => {
  const { backend, model, events, settle, after } = setUp(t);
  model.configure(
    "router bgp 64500",
    "no bgp network import-check",
    "address-family ipv4 unicast",
    "network 10.0.0.1/32",
  );
  backend.apply(state([route("10.0.0.1/32")]));
  await settle();
  model.neighborsJson = neighbor({}, [0, 0]);
  await after(0);
  t.match(events, [
    { type: "error", text: /^10\.0\.0\.1\/32 is not announced: bgpd has a line/ },
    { type: "session", state: "Established" },
    { type: "synced" },
  ]);
  t.match(backend.status().peers, [{ unsent: [{ prefix: net("10.0.0.1/32") }] }]);
});

t.test("to close with withdraw takes Herald's lines away, with keep it leaves them", async (t) => {
  const kept = setUp(t);
  kept.backend.apply(state([route("198.51.100.1/32")]));
  await kept.settle();
  const before = kept.model.print();
  await kept.backend.close("keep");
  t.equal(kept.model.print(), before);
  t.ok(kept.model.closed);

  const gone = setUp(t);
  gone.backend.apply(state([route("198.51.100.1/32")]));
  await gone.backend.close("withdraw");
  await gone.backend.close("withdraw");
  t.equal(gone.model.print(), new ModelFrr().print());
  t.equal(gone.clock.pending, 0, "no timer is left");

  const deaf = setUp(t);
  deaf.backend.apply(state([]));
  await deaf.settle();
  deaf.model.down = new Error("bgpd is gone");
  await deaf.backend.close("withdraw");
  t.match(deaf.events, [{ type: "error", text: "what Herald wrote may be left in frr: bgpd is gone" }]);
});

t.test("peers are told why Herald leaves them, after their routes are withdrawn", async (t) => {
  const { backend, model, settle } = setUp(t);
  backend.apply(state([route("198.51.100.1/32")]));
  await settle();
  model.taken.length = 0;
  await backend.close("withdraw", "node n1 is being deleted");
  const at = (line: string): number => model.taken.indexOf(line);
  const told = at("neighbor 192.0.2.254 shutdown message node n1 is being deleted");
  t.ok(at("no network 198.51.100.1/32") < told);
  t.equal(at("no neighbor 192.0.2.254"), told + 1);
});

t.test("a neighbour of the operator's that is told nothing, for want of a policy, is a reason", async (t) => {
  const { backend, model, events, settle, after } = setUp(t);
  model.configure("router bgp 64500", "no bgp network import-check", "neighbor 192.0.2.254 remote-as 64501");
  backend.apply(state([route("198.51.100.1/32")], peer("tor-1", { existing: true })));
  await settle();
  const ipv4Unicast = { outboundEbgpRequiresPolicy: "Outbound updates discarded due to missing policy" };
  model.neighborsJson = neighbor({ addressFamilyInfo: { ipv4Unicast } });
  await after(0);
  t.match(events[1], {
    type: "error",
    peer: "tor-1",
    text: /it has no outbound policy; give it one, or write "no bgp ebgp/,
  });
  t.match(backend.status().peers, [{ state: "Established", advertised: 0, lastError: /no outbound policy/ }]);
  t.notOk(events.some(({ type }) => type === "synced"));
});

t.test("whoever comes from a range is a peer of its own, until its connection ends", async (t) => {
  const { backend, model, events, after } = setUp(t);
  const { address: _, ...rest } = peer("racks");
  const range = { ...rest, listenRange: { prefix: net("192.0.2.0/24"), limit: 9 } };
  const came = { peerGroup: "herald-racks", peerSubnetRangeGroup: "192.0.2.0/24" };
  backend.apply(state([route("198.51.100.1/32")], range));
  await after(0);
  t.same(backend.status().peers, [], "nobody yet");
  model.neighborsJson = neighbor(came);
  await after(1_000);
  t.match(backend.status().peers, [
    { peer: "racks 192.0.2.254", address: "192.0.2.254:179", state: "Established", routes: 1, advertised: 0 },
  ]);
  model.neighborsJson = neighbor(came, [1, 0]);
  await after(1_000);
  t.match(events, [
    { type: "session", peer: "racks 192.0.2.254", state: "Established" },
    { type: "synced", peer: "racks 192.0.2.254" },
  ]);
  model.neighborsJson = neighbor({ peerGroup: "mine", peerSubnetRangeGroup: "192.0.2.0/24" });
  await after(1_000);
  t.match(events.at(-1), { type: "session", peer: "racks 192.0.2.254", state: "Idle", reason: "the connection ended" });
  t.same(backend.status().peers, [], "one of the operator's ranges is none of ours");
  t.equal(events.length, 3);
});
