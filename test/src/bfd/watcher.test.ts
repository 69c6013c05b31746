/** What follows for a peer's BGP session from what BFD says, on a clock that is moved by hand. */
import type { Path, PathConfig, SessionsEvent } from "@herald/bfd";
import t from "tap";
import { Watcher } from "../../../src/bfd/index.ts";
import type { BfdEngine, EngineHandlers, EngineStatus } from "../../../src/bfd/index.ts";
import type { BackendEvent } from "../../../src/backend/backend.ts";
import type { BfdProfile, Peer } from "../../../src/model/config.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { ip, peer } from "../../support/plan-values.ts";

const FAST: BfdProfile = {
  name: "fast",
  receiveInterval: 50,
  transmitInterval: 100,
  detectMultiplier: 3,
  echoInterval: 50,
  echoMode: false,
  passiveMode: false,
  minimumTtl: 250,
};
const TOR: Peer = { ...peer("tor"), address: ip("192.0.2.254"), bfdProfile: FAST };
const PATH: Path = { address: "192.0.2.254", multihop: false };

const EVENT: SessionsEvent = {
  from: "Init",
  to: "Up",
  diagnostic: 0,
  remoteState: "Up",
  remoteDiagnostic: 0,
  remoteControlPlaneIndependent: false,
  failure: false,
  path: PATH,
  users: ["tor"],
};

class Lab {
  readonly clock = new FakeClock();
  /** What the speaker and the engine were told, in order. */
  readonly told: string[] = [];
  readonly configs: PathConfig[] = [];
  readonly events: BackendEvent[] = [];
  readonly watcher: Watcher;
  status: EngineStatus | undefined;
  started = 0;
  forwards = true;
  /** Who is at the other end of each interface. */
  neighbor: string | undefined;
  #handlers: EngineHandlers | undefined;

  constructor(fails?: string) {
    const engine: BfdEngine = {
      set: (user, path, config) => {
        this.told.push(`set ${user} ${JSON.stringify(path)}`);
        this.configs.push(config);
      },
      remove: (user) => void this.told.push(`remove ${user}`),
      status: () => this.status,
      refresh: () => Promise.resolve(void this.told.push("refresh")),
      close: () => Promise.resolve(void this.told.push("close")),
    };
    this.watcher = new Watcher({
      clock: this.clock,
      engine: (handlers) => {
        this.started++;
        if (fails !== undefined) throw new Error(fails);
        this.#handlers = handlers;
        return engine;
      },
      isForwarding: () => this.forwards,
      neighbor: (device) => {
        if (this.neighbor === undefined) throw new Error(`nobody is heard on interface ${device} yet`);
        return `${this.neighbor}%${device}`;
      },
      isOnLink: (address) => address.startsWith("192.0.2."),
      setPath: (name, path) => void this.told.push(`${name} ${path}`),
      onEvent: (event) => void this.events.push(event),
    });
  }

  get handlers(): EngineHandlers {
    if (this.#handlers === undefined) throw new Error("the engine was not started");
    return this.#handlers;
  }

  hear(event: Partial<SessionsEvent>): this {
    this.handlers.onEvent({ ...EVENT, ...event });
    return this;
  }

  up(): this {
    return this.hear({ from: "Down", to: "Up" });
  }

  fail(): this {
    return this.hear({ from: "Up", to: "Down", diagnostic: 1, failure: true });
  }

  /** What was told since the last time. */
  heard(): string[] {
    return this.told.splice(0);
  }
}

function watching(): Lab {
  const lab = new Lab();
  lab.watcher.setPeers([TOR]);
  lab.heard();
  return lab;
}

t.test("nothing is started before a peer asks for it", (t) => {
  const lab = new Lab();
  lab.watcher.setPeers([peer("plain")]);
  t.equal(lab.started, 0);
  t.equal(lab.watcher.report("plain"), undefined);
  t.equal(lab.watcher.timers(), undefined);
  t.end();
});

t.test("a peer's path and profile, in microseconds; said once", (t) => {
  const lab = new Lab();
  lab.watcher.setPeers([TOR]);
  lab.watcher.setPeers([TOR]);
  t.same(lab.heard(), [`set tor ${JSON.stringify(PATH)}`]);
  t.same(lab.configs, [
    {
      profile: { desiredMinTx: 100_000, requiredMinRx: 50_000, detectMultiplier: 3 },
      passive: false,
      minimumTtl: 250,
    },
  ]);
  lab.watcher.setPeers([{ ...TOR, bfdProfile: { ...FAST, passiveMode: true, detectMultiplier: 5 } }]);
  t.match(lab.configs[1], { passive: true, profile: { detectMultiplier: 5 } });
  lab.watcher.setPeers([{ ...TOR, bfdProfile: { ...FAST, echoMode: true } }]);
  t.same(lab.configs[2]?.echo, { desiredMinTx: 50_000, requiredMinRx: 50_000 });
  lab.forwards = false;
  lab.watcher.setPeers([{ ...TOR, bfdProfile: { ...FAST, echoMode: true } }]);
  t.same(
    lab.configs[3]?.echo,
    { desiredMinTx: 50_000, requiredMinRx: 0 },
    "a node that forwards nothing returns nothing",
  );
  lab.heard();
  lab.watcher.setPeers([peer("tor")]);
  t.same(lab.heard(), ["remove tor"], "a peer without profile is not watched any more");
  lab.watcher.setPeers([TOR]);
  lab.watcher.setPeers([]);
  t.equal(lab.heard().at(-1), "remove tor");
  t.equal(lab.started, 1);
  t.end();
});

t.test("multihop is what says so, and an internal peer on no network of the node", (t) => {
  const cases: readonly (readonly [Partial<Peer>, Partial<Path>])[] = [
    [{ ebgpMultiHop: true }, { multihop: true }],
    [{ peerAsn: "internal" }, { multihop: false }],
    [
      { peerAsn: "internal", address: ip("198.51.100.1") },
      { multihop: true, address: "198.51.100.1" },
    ],
    [
      { address: ip("2001:db8::1"), sourceAddress: ip("2001:db8::2"), vrf: "red" },
      {
        address: "2001:db8::1",
        localAddress: "2001:db8::2",
        multihop: false,
        vrf: "red",
      },
    ],
  ];
  for (const [fields, path] of cases) {
    const lab = new Lab();
    lab.watcher.setPeers([{ ...TOR, ...fields }]);
    t.match(JSON.parse(lab.heard()[0]?.replace("set tor ", "") ?? ""), path);
  }
  t.end();
});

t.test("a failure ends the session, and the path alive again lets it begin at once", (t) => {
  const lab = watching().up();
  t.same(lab.heard(), ["tor up"]);
  lab.fail();
  t.same(lab.heard(), ["tor down"]);
  t.match(lab.events.at(-1), {
    type: "bfd",
    peer: "tor",
    state: "Down",
    diagnostic: "control detection time expired",
    failure: true,
  });
  lab.hear({ from: "Down", to: "Init" });
  t.same(lab.heard(), []);
  lab.up();
  t.same(lab.heard(), ["tor up"]);
  lab.clock.advance(100_000);
  t.same(lab.heard(), [], "and nothing else comes of it");
  t.end();
});

t.test("without a sign of life BGP is tried all the same after half a minute", (t) => {
  const lab = watching().up().fail();
  lab.heard();
  lab.clock.advance(29_999);
  t.same(lab.heard(), []);
  lab.clock.advance(1);
  t.same(lab.heard(), ["tor unwatched"]);
  lab.up();
  t.same(lab.heard(), ["tor up"]);
  t.end();
});

t.test("what goes down on purpose ends nothing, here or there", (t) => {
  const lab = watching().up();
  lab.heard();
  lab.hear({ from: "Up", to: "Down", diagnostic: 3, remoteState: "AdminDown", remoteDiagnostic: 7 });
  t.same(lab.heard(), ["tor unwatched"]);
  t.match(lab.events.at(-1), { failure: false, remoteDiagnostic: "administratively down" });
  lab.up().hear({ from: "Up", to: "Down", diagnostic: 3, remoteState: "Down", remoteDiagnostic: 3 });
  t.same(lab.heard(), ["tor up", "tor unwatched"], "nor what a peer takes away without to say AdminDown");
  lab.up().fail();
  lab.heard();
  lab.hear({ from: "Init", to: "Down", diagnostic: 3, remoteState: "AdminDown" });
  t.same(lab.heard(), ["tor unwatched"], "after a failure too: the peer has stopped to watch");
  t.end();
});

t.test("a path that fails again and again has to be up for longer and longer", (t) => {
  const lab = watching();
  for (let i = 0; i < 2; i++) lab.up().fail();
  lab.up();
  t.equal(lab.heard().at(-1), "tor up");
  lab.fail().up();
  t.equal(lab.heard().at(-1), "tor down");
  lab.clock.advance(999);
  t.same(lab.heard(), []);
  lab.clock.advance(1);
  t.same(lab.heard(), ["tor up"]);
  lab.fail().up();
  lab.clock.advance(1500);
  lab.fail();
  lab.clock.advance(20_000);
  t.notOk(lab.heard().includes("tor up"), "a wait ends with the path");
  lab.up();
  lab.hear({ from: "Up", to: "Down", diagnostic: 3 });
  lab.clock.advance(29_000);
  t.same(lab.heard(), []);
  lab.clock.advance(1000);
  t.same(lab.heard(), ["tor unwatched"]);
  t.end();
});

t.test("peers of one path share its fate; a peer that is gone has none", (t) => {
  const lab = watching();
  lab.watcher.setPeers([TOR, { ...TOR, name: "second", port: 1790 }]);
  lab.heard();
  lab
    .hear({ users: ["tor", "second"] })
    .hear({ users: ["tor", "second", "gone"], from: "Up", to: "Down", failure: true });
  t.same(lab.heard(), ["tor up", "second up", "tor down", "second down"]);
  lab.watcher.setPeers([{ ...TOR, name: "second", port: 1790 }]);
  t.same(lab.heard(), ["remove tor", "tor unwatched"], "BGP is not held for what nobody watches");
  t.end();
});

t.test("where there can be no engine the reason is on the peer, and said once", (t) => {
  const lab = new Lab("linux is not here");
  lab.watcher.setPeers([TOR]);
  lab.watcher.setPeers([TOR]);
  t.equal(lab.started, 1);
  t.same(lab.watcher.report("tor"), {
    profile: "fast",
    address: "192.0.2.254",
    reason: "linux is not here",
  });
  t.match(lab.events, [{ type: "error", text: /BFD is not possible here: linux is not here/ }]);
  t.end();
});

function linkPath(address: string, device: string): string {
  return JSON.stringify({ address, multihop: false, interface: device });
}

t.test("a peer that is named by an interface is watched as soon as it is heard, and where it is now", (t) => {
  const lab = new Lab();
  const { address: _address, ...rest } = TOR;
  const links = ["eth1", "eth2"].map((device) => ({ ...rest, name: device, interface: device }));
  lab.watcher.setPeers(links);
  t.match(lab.watcher.report("eth1"), { reason: "nobody is heard on interface eth1 yet" });
  t.same(lab.heard(), []);
  lab.neighbor = "fe80::1";
  lab.clock.advance(1000);
  t.same(
    lab.heard(),
    ["eth1", "eth2"].map((device) => `set ${device} ${linkPath("fe80::1", device)}`),
    "the same address over two links is two paths",
  );
  t.match(lab.watcher.report("eth1"), { address: "fe80::1", state: "Down" });
  t.equal(lab.watcher.report("eth1")?.reason, undefined);
  lab.neighbor = undefined;
  lab.clock.advance(60_000);
  t.same(lab.heard(), [], "one that is not heard of is watched on");
  t.equal(lab.watcher.report("eth1")?.reason, undefined);
  lab.neighbor = "fe80::2";
  lab.clock.advance(1000);
  t.same(lab.heard()[0], `set eth1 ${linkPath("fe80::2", "eth1")}`);
  lab.watcher.setPeers([]);
  t.equal(lab.clock.pending, 0);
  t.end();
});

t.test("a configuration that is refused is a reason", (t) => {
  const lab = new Lab();
  lab.watcher.setPeers([TOR]);
  lab.handlers.refused("tor", { field: "authentication", text: "it differs" });
  lab.handlers.refused("gone", { field: "x", text: "y" });
  t.match(lab.watcher.report("tor"), { reason: "authentication: it differs" });
  t.match(lab.events, [{ type: "error", peer: "tor", text: /it differs/ }]);
  t.end();
});

t.test("an engine that ends by itself makes nobody suspect", (t) => {
  const lab = watching().up();
  lab.watcher.setPeers([TOR, { ...TOR, name: "held" }]);
  lab.hear({ users: ["held"] }).hear({ users: ["held"], from: "Up", to: "Down", failure: true });
  lab.heard();
  lab.handlers.lost("out of memory");
  t.same(lab.heard(), ["tor unwatched", "held unwatched"]);
  t.match(lab.events.at(-1), { type: "error", text: /out of memory/ });
  t.match(lab.watcher.report("tor"), { state: "Down" });
  t.end();
});

t.test("the report is what the engine says, in the words of the contract", async (t) => {
  const lab = watching().up();
  t.same(
    lab.watcher.report("tor"),
    {
      profile: "fast",
      address: "192.0.2.254",
      state: "Up",
      since: lab.clock.wall(),
      diagnostic: "none",
      remoteState: "Up",
      remoteDiagnostic: "none",
    },
    "before it was asked",
  );
  const lateness = { fired: 9, buckets: [], sum: 1, p99: 2, p9999: 3, worst: 4 };
  lab.status = {
    scheduling: "nice -20",
    dropped: { ttl: 4 },
    lateness,
    sessions: [
      {
        path: { ...PATH, vrf: "red" },
        users: ["tor"],
        sourcePort: 50_000,
        unsolicited: false,
        state: "Up",
        diagnostic: 0,
        remoteState: "Up",
        remoteDiagnostic: 31,
        remoteControlPlaneIndependent: false,
        localDiscriminator: 1,
        remoteDiscriminator: 2,
        transmitInterval: 50_000,
        detectionTime: 150_000,
        polling: false,
        counters: {
          sent: 1,
          received: 2,
          ups: 3,
          downs: 4,
          failures: 5,
          echoSent: 8,
          echoReceived: 7,
          dropped: { ttl: 6 },
        },
        trouble: "send: no route",
      },
    ],
  };
  await lab.watcher.refresh();
  t.match(lab.watcher.report("tor"), {
    address: "192.0.2.254",
    vrf: "red",
    transmitInterval: 50,
    detectionTime: 150,
    remoteDiagnostic: "diagnostic 31",
    reason: "send: no route",
    counters: { sent: 1, received: 2, ups: 3, downs: 4, failures: 5, dropped: { ttl: 6 } },
  });
  t.same(lab.watcher.timers(), { scheduling: "nice -20", dropped: { ttl: 4 }, ...lateness });
  t.end();
});

t.test("closing tells the peers, and no wait is left", async (t) => {
  const lab = watching().up().fail();
  await lab.watcher.close();
  t.equal(lab.heard().at(-1), "close");
  t.equal(lab.clock.pending, 0);
  await new Lab().watcher.close();
  await new Lab().watcher.refresh();
});
