/** BFD of the peers on a bfdd in memory: profiles, and what is told of the sessions. */
import t from "tap";
import { peer } from "../../../support/plan-values.ts";
import { route, state } from "../daemon/desired.ts";
import { neighbor, setUp } from "./stand.ts";

const PROFILE = {
  name: "fast",
  receiveInterval: 50,
  transmitInterval: 60,
  detectMultiplier: 3,
  echoInterval: 50,
  echoMode: false,
  passiveMode: true,
  minimumTtl: 254,
};

t.test("a BFD profile is made in bfdd before bgpd names it, and goes after", async (t) => {
  const { backend, model, bfdd, settle } = setUp(t);
  backend.apply(state([], peer("tor-1", { bfdProfile: PROFILE })));
  await settle();
  const [name = ""] = bfdd.profiles.keys();
  t.match(name, /^herald-fast-[0-9a-f]{8}$/);
  t.ok(bfdd.profiles.get(name)?.includes("transmit-interval 60"));
  t.ok(bfdd.profiles.get(name)?.includes("passive-mode"));
  t.match(model.print(), `neighbor 192.0.2.254 bfd profile ${name}`);
  backend.apply(state([], peer("tor-1", { bfdProfile: { ...PROFILE, detectMultiplier: 5 } })));
  await settle();
  t.equal(bfdd.profiles.size, 1);
  t.notOk(bfdd.profiles.has(name), "another content has another name");
  await backend.close("withdraw");
  t.equal(bfdd.profiles.size, 0);
});

t.test("a bfdd that goes takes no session with it", async (t) => {
  const { backend, model, bfdd, events, settle, after } = setUp(t);
  backend.apply(state([route("198.51.100.1/32")], peer("tor-1", { bfdProfile: PROFILE })));
  await settle();
  model.neighborsJson = neighbor({}, [1, 0]);
  await after(0);
  events.length = 0;
  bfdd.down = new Error("bfdd.vty is not there");
  backend.apply(state([route("198.51.100.1/32"), route("198.51.100.2/32")]));
  await settle();
  t.same(events, []);
  t.equal(model.instance?.families.ipv4.networks.size, 2);
  t.notMatch(model.print(), /bfd/);
});

t.test("without bfdd the session goes on, and the peer says what it lacks", async (t) => {
  const { backend, model, bfdd, events, settle, after } = setUp(t);
  bfdd.down = new Error("bfdd.vty is not there");
  backend.apply(state([], peer("tor-1", { bfdProfile: PROFILE })));
  await settle();
  t.match(model.print(), /neighbor 192\.0\.2\.254 remote-as/);
  t.same(events, [{ type: "error", peer: "tor-1", text: "the session has no BFD: bfdd.vty is not there" }]);
  t.match(backend.status().peers, [{ lastError: "the session has no BFD: bfdd.vty is not there" }]);
  bfdd.down = undefined;
  model.neighborsJson = neighbor({});
  await after(0);
  await after(30_000);
  t.equal(bfdd.profiles.size, 1, "at the next look it is there");
});

t.test("a peer's BFD session is reported as bfdd tells of it", async (t) => {
  const { backend, model, bfdd, clock, settle, after } = setUp(t);
  backend.apply(state([], peer("tor-1", { bfdProfile: PROFILE })));
  await settle();
  model.neighborsJson = neighbor({});
  await after(0);
  t.same(backend.status().peers[0]?.bfd, { profile: "fast", reason: "bfdd has no session for this peer yet" });
  const session = {
    peer: "192.0.2.254",
    multihop: false,
    interface: "eth1",
    id: 7,
    "remote-id": 9,
    status: "up",
    diagnostic: "ok",
    "remote-diagnostic": "path down",
    "receive-interval": 50,
    "transmit-interval": 60,
    "remote-receive-interval": 100,
    "remote-transmit-interval": 20,
    "remote-detect-multiplier": 5,
  };
  bfdd.sessionsJson = JSON.stringify([session]);
  await after(1_000);
  const report = {
    profile: "fast",
    state: "Up",
    address: "192.0.2.254",
    multihop: false,
    diagnostic: "none",
    remoteDiagnostic: "path down",
    localDiscriminator: 7,
    remoteDiscriminator: 9,
  };
  t.same(backend.status().peers[0]?.bfd, {
    ...report,
    transmitInterval: 100,
    detectionTime: 250,
    since: clock.wall(),
  });
  bfdd.sessionsJson = JSON.stringify([{ ...session, status: "down", diagnostic: "control detection time expired" }]);
  await after(1_000);
  t.same(backend.status().peers[0]?.bfd, {
    ...report,
    state: "Down",
    diagnostic: "control detection time expired",
    since: clock.wall(),
  });
  bfdd.down = new Error("bfdd.vty is not there");
  await after(1_000);
  t.same(backend.status().peers[0]?.bfd, { profile: "fast", reason: "bfdd.vty is not there" });
});

t.test("bfdd's sessions have counters and times, and what happens to them is told", async (t) => {
  const { backend, model, bfdd, clock, events, settle, after } = setUp(t);
  const said = () => events.splice(0).filter(({ type }) => type === "bfd");
  backend.apply(state([], peer("tor-1", { bfdProfile: { ...PROFILE, echoMode: true } })));
  await settle();
  model.neighborsJson = neighbor({});
  const session = { peer: "192.0.2.254", multihop: false, diagnostic: "ok", "remote-diagnostic": "ok" };
  const echo = { "remote-echo-receive-interval": 80, "echo-transmit-interval": 50 };
  const show = (more: object, ups: number): void => {
    bfdd.sessionsJson = JSON.stringify([{ ...session, ...more }]);
    const counters = { "control-packet-input": 40, "control-packet-output": 41, "session-up": ups, "session-down": 1 };
    const all = { ...session, ...counters, "echo-packet-input": 7, "echo-packet-output": 8 };
    bfdd.countersJson = JSON.stringify([all]);
  };
  show({ status: "up", uptime: 90, ...echo }, 1);
  await after(0);
  const up = { type: "bfd", peer: "tor-1", state: "Up", diagnostic: "none", remoteDiagnostic: "none", failure: false };
  t.same(said(), [up]);
  const since = clock.wall() - 90_000;
  t.match(backend.status().peers[0]?.bfd, {
    since,
    echoInterval: 80,
    counters: { sent: 41, received: 40, ups: 1, downs: 1, echoSent: 8, echoReceived: 7 },
  });
  await after(1_000);
  t.same(said(), [], "once");
  t.equal(backend.status().peers[0]?.bfd?.since, since, "bfdd's seconds are coarse");
  show({ status: "down", downtime: 0, diagnostic: "control detection time expired" }, 1);
  await after(1_000);
  t.match(said(), [{ ...up, state: "Down", diagnostic: "control detection time expired", failure: true }]);
  show({ status: "up", uptime: 0 }, 2);
  await after(1_000);
  t.same(said(), [up]);
  show({ status: "up", uptime: 0 }, 3);
  await after(1_000);
  t.match(said(), [{ ...up, state: "Down", failure: true }, up], "also what went and came back between two looks");
  show({ status: "down", "remote-diagnostic": "administratively down" }, 3);
  await after(1_000);
  t.match(said(), [{ ...up, state: "Down", remoteDiagnostic: "administratively down", failure: false }]);
});
