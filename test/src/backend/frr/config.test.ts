/** From what is to be said to the lines of bgpd, and from one configuration to another. */
import * as fc from "fast-check";
import t from "tap";
import { ModelFrr } from "../../../support/model-frr.ts";
import { matchesGolden } from "../../../support/golden.ts";
import { ip, net, peer } from "../../../support/plan-values.ts";
import type { DesiredPeer, DesiredRoute, DesiredState } from "../../../../src/backend/backend.ts";
import { RouteClasses } from "../../../../src/backend/daemon/classes.ts";
import type { Wanted } from "../../../../src/backend/daemon/daemon.ts";
import { change } from "../../../../src/backend/frr/change.ts";
import { difference, nothingOf } from "../../../../src/backend/frr/diff.ts";
import { readRunningConfig } from "../../../../src/backend/frr/read.ts";
import { render } from "../../../../src/backend/frr/render.ts";
import type { RouteAttributes } from "../../../../src/model/announcement.ts";
import { Secret } from "../../../../src/model/config.ts";
import type { Peer } from "../../../../src/model/config.ts";

const NODE = { routerId: 0xc0000201, nodeAddresses: [ip("192.0.2.1")], nodeName: "n1" };
const OPERATOR = [
  "router bgp 64500",
  "bgp cluster-id 192.0.2.9",
  "no bgp network import-check",
  "neighbor 192.0.2.77 remote-as 64777",
  "address-family ipv4 unicast",
  "network 198.51.100.200/32",
  "exit-address-family",
  "exit",
  "route-map mine permit 10",
  "set metric 5",
  "exit",
];

function route(prefix: string, standard: readonly number[] = [], localPref?: number): DesiredRoute {
  const attributes = { communities: { standard, large: [] }, ...(localPref !== undefined && { localPref }) };
  return { prefix: net(prefix), attributes };
}

function state(...peers: readonly DesiredPeer[]): DesiredState {
  return { ...NODE, peers };
}

function wanted({ peers, ...node }: DesiredState): Wanted {
  const classes = new RouteClasses();
  classes.replace(peers);
  return { node, peers: new Map(peers.map(({ peer }) => [peer.name, peer])), classes };
}

function rangePeer(
  name: string,
  { listenRange = { prefix: net("10.0.0.0/24"), limit: 100 }, ...more }: Partial<Peer>,
): Peer {
  const { address: _, ...rest } = peer(name, more);
  return { ...rest, listenRange };
}

/** Runs the difference in the model; answers its commands. */
function bring(model: ModelFrr, desired: DesiredState): string[] {
  const running = readRunningConfig(model.print());
  const commands = difference(running, render(wanted(desired), running).config);
  model.configure(...commands);
  return commands;
}

const TOR = peer("tor-1", { address: ip("192.0.2.254") });
const INNER = peer("inner", { address: ip("192.0.2.253"), peerAsn: "internal" });
const RANGE = rangePeer("racks", { listenRange: { prefix: net("198.18.0.0/24"), limit: 7 }, minimumHoldTime: 30 });
const ROUTES = [route("198.51.100.1/32", [0xffffff01, 4227072100]), route("2001:db8:1::1/128", [], 7)];

const RICH: RouteAttributes = {
  communities: {
    standard: [],
    large: [],
    // rt:64500:1, rt:192.0.2.1:5, rt:70000:3, soo:64500:7
    extended: [0x0002_fbf4_0000_0001n, 0x0102_c000_0201_0005n, 0x0202_0001_1170_0003n, 0x0003_fbf4_0000_0007n],
  },
  med: 5,
  asPathPrepend: 2,
  origin: "egp",
  nextHop: ip("192.0.2.9"),
  linkBandwidth: { bytesPerSecond: 375_000, transitivity: "non-transitive" },
};

const SCENARIOS: readonly { name: string; before?: readonly string[]; steps: readonly DesiredState[] }[] = [
  { name: "first", steps: [state({ peer: TOR, routes: ROUTES }, { peer: INNER, routes: ROUTES.slice(1) })] },
  {
    name: "terms",
    steps: [
      state({
        peer: peer("far", {
          address: ip("2001:db8::fe"),
          peerAsn: "external",
          localAsn: 64400,
          port: 1790,
          holdTime: 9,
          keepaliveTime: 2,
          connectTime: 3,
          sourceAddress: ip("2001:db8::1"),
          password: new Secret("a-key"),
          gracefulRestart: true,
          ebgpMultiHop: true,
          families: new Set([6] as const),
        }),
        routes: [],
      }),
    ],
  },
  {
    name: "other-attributes",
    steps: [
      state({ peer: TOR, routes: ROUTES }),
      state({ peer: TOR, routes: [route("198.51.100.1/32", [1]), route("2001:db8:1::1/128", [], 7)] }),
    ],
  },
  { name: "withdraw", steps: [state({ peer: TOR, routes: ROUTES }), state({ peer: TOR, routes: ROUTES.slice(1) })] },
  {
    name: "peer-changed",
    steps: [
      state({ peer: TOR, routes: ROUTES }),
      state({ peer: peer("tor-1", { address: ip("192.0.2.254"), holdTime: 30 }), routes: ROUTES }),
    ],
  },
  {
    name: "other-as",
    steps: [
      state({ peer: TOR, routes: ROUTES }),
      state({ peer: peer("tor-1", { address: ip("192.0.2.254"), myAsn: 64400 }), routes: ROUTES }),
    ],
  },
  {
    name: "policy",
    steps: [
      state(
        {
          peer: TOR,
          routes: [
            { prefix: net("198.51.100.1/32"), attributes: RICH },
            { prefix: net("2001:db8:1::1/128"), attributes: { communities: RICH.communities, asPathPrepend: 1 } },
          ],
        },
        { peer: INNER, routes: [{ prefix: net("198.51.100.1/32"), attributes: RICH }] },
      ),
    ],
  },
  {
    name: "session",
    steps: [
      state(
        {
          peer: peer("tor-1", {
            address: ip("192.0.2.254"),
            passive: true,
            ttlSecurity: true,
            sourceInterface: "eth1",
            maxReceivedPrefixes: 3,
            minimumHoldTime: 30,
          }),
          routes: ROUTES,
        },
        { peer: RANGE, routes: ROUTES },
      ),
      state({ peer: TOR, routes: ROUTES }, { peer: RANGE, routes: ROUTES }),
      state({ peer: peer("tor-1", { address: ip("192.0.2.254"), maxReceivedPrefixes: 5 }), routes: ROUTES }),
      state({ peer: TOR, routes: ROUTES }),
    ],
  },
  { name: "operator", before: OPERATOR, steps: [state({ peer: TOR, routes: ROUTES })] },
];

for (const { name, before = [], steps } of SCENARIOS) {
  t.test(`the commands of scenario ${name}`, (t) => {
    const model = new ModelFrr();
    model.configure(...before);
    const all = steps.map((step) => bring(model, step));
    const last = steps.at(-1);
    t.same(last && bring(model, last), [], "to say the same again is nothing");
    const running = readRunningConfig(model.print());
    const end = difference(running, nothingOf(running));
    matchesGolden(t, `backend/frr/${name}.txt`, [...all, end].map((list) => `${list.join("\n")}\n`).join("!\n"));
    model.configure(...end);
    const plain = new ModelFrr();
    plain.configure(...before);
    t.equal(model.print(), plain.print(), "all of it can be taken away again");
    t.end();
  });
}

const aRoute = fc.record({
  prefix: fc.constantFrom("198.51.100.1/32", "198.51.100.2/32", "198.51.100.0/24", "2001:db8:1::1/128"),
  communities: fc.subarray([1, 65536, 0xffffff01]),
  localPref: fc.option(fc.constantFrom(50, 200), { nil: undefined }),
});
const aPeer = fc.record({
  address: fc.constantFrom("192.0.2.10", "192.0.2.11", "2001:db8::12"),
  peerAsn: fc.constantFrom<Peer["peerAsn"]>("external", "internal", 64501),
  holdTime: fc.constantFrom(9, 90),
  families: fc.constantFrom(new Set([4] as const), new Set([4, 6] as const), new Set([6] as const)),
  password: fc.option(fc.constantFrom("one", "two"), { nil: undefined }),
  routes: fc.uniqueArray(aRoute, { selector: ({ prefix }) => prefix }),
});
const aState = fc.uniqueArray(aPeer, { selector: ({ address }) => address, maxLength: 3 }).map((peers) =>
  state(
    ...peers.map(({ address, routes, password, ...rest }, i) => ({
      peer: peer(`p${i}`, {
        address: ip(address),
        ...rest,
        ...(password !== undefined && { password: new Secret(password) }),
      }),
      routes: routes.map(({ prefix, communities, localPref }) => route(prefix, communities, localPref)),
    })),
  ),
);

t.test("the difference leads from any configuration to any other, past an operator's lines", (t) => {
  const run = (before: readonly string[], steps: readonly DesiredState[]): void => {
    const model = new ModelFrr();
    model.configure(...before);
    const plain = readRunningConfig(model.print());
    for (const step of steps) {
      bring(model, step);
      const running = readRunningConfig(model.print());
      const { config } = render(wanted(step), running);
      t.same(difference(running, config), []);
      t.same(running.neighbors.keys().toArray().sort(), config.neighbors.keys().toArray().sort());
      t.same(running.networks, config.networks);
      t.same(running.foreignNeighbors, plain.foreignNeighbors);
      t.same(running.foreignNetworks, plain.foreignNetworks);
    }
    const running = readRunningConfig(model.print());
    model.configure(...difference(running, nothingOf(running)));
    const untouched = new ModelFrr();
    untouched.configure(...before);
    if (model.print() !== untouched.print()) throw new Error(model.print());
  };
  fc.assert(fc.property(fc.constantFrom([], OPERATOR), fc.array(aState, { maxLength: 4 }), run), { numRuns: 60 });
  t.end();
});

t.test("what somebody changed in Herald's lines is set right, and only that", (t) => {
  const model = new ModelFrr();
  const desired = state({ peer: TOR, routes: ROUTES });
  bring(model, desired);
  const [origin = ""] = [...model.maps.keys()].filter((header) => header.includes("origin"));
  model.configure(
    "router bgp 64500",
    "neighbor 192.0.2.254 shutdown",
    "address-family ipv4 unicast",
    "no neighbor 192.0.2.254 activate",
    "no network 198.51.100.1/32",
    "exit-address-family",
    "exit",
    origin,
    "set metric 9",
    "exit",
  );
  const commands = bring(model, desired);
  t.match(commands, [origin, "no set metric 9", "exit"]);
  t.ok(commands.includes("no neighbor 192.0.2.254 shutdown"));
  t.ok(commands.includes("neighbor 192.0.2.254 activate"));
  t.notOk(commands.includes("no neighbor 192.0.2.254"), "the session stays");
  t.same(bring(model, desired), []);
  t.end();
});

function signed(password?: string): DesiredState {
  const one = peer("tor-1", password === undefined ? {} : { password: new Secret(password) });
  return state({ peer: one, routes: [] });
}

t.test("another password is set on the session there is", (t) => {
  const model = new ModelFrr();
  bring(model, signed("one"));
  t.same(bring(model, signed("two")), ["router bgp 64500", "neighbor 192.0.2.254 password two", "exit"]);
  t.same(bring(model, signed()), ["router bgp 64500", "no neighbor 192.0.2.254 password", "exit"]);
  t.end();
});

t.test("a peer that bgpd cannot have is refused with a reason, the others not", (t) => {
  const model = new ModelFrr();
  model.configure(...OPERATOR);
  const peers = [
    peer("none", { existing: true }),
    peer("vrf", { vrf: "red" }),
    peer("as", { myAsn: 64400 }),
    peer("password", { password: new Secret("two words") }),
    peer("theirs", { address: ip("192.0.2.77") }),
    peer("good"),
    peer("twin"),
  ];
  const running = readRunningConfig(model.print());
  const { verdict, config } = render(wanted(state(...peers.map((one) => ({ peer: one, routes: [] })))), running);
  t.match(Object.fromEntries(verdict.refused), {
    none: /bgpd has no neighbor 192\.0\.2\.254 of yours to use/,
    vrf: /VRF/,
    as: /bgpd runs as AS 64500, and this peer's myASN is 64400/,
    password: /visible ASCII/,
    theirs: /neighbor 192\.0\.2\.77 that is not Herald's/,
    twin: /peer good has 192\.0\.2\.254 too/,
  });
  t.same([...config.neighbors.keys()], ["192.0.2.254"]);
  const own = render(
    wanted(
      state(
        { peer: peer("one", { routerId: 1 }), routes: [] },
        { peer: peer("two", { routerId: 2, address: ip("192.0.2.3") }), routes: [] },
        { peer: peer("as", { myAsn: 64400 }), routes: [] },
      ),
    ),
    readRunningConfig(""),
  );
  t.match(Object.fromEntries(own.verdict.refused), { two: /one router ID/, as: /one AS, 64500/ });
  t.same(own.config.instance?.[0], "bgp router-id 0.0.0.1");
  t.end();
});

t.test("what holds for a whole instance is a warning where it is not Herald's, or where peers differ", (t) => {
  const asks = { minimumHoldTime: 9, maxReceivedPrefixes: 3 };
  const peers = [peer("tor-1", asks), rangePeer("racks", { minimumHoldTime: 30 }), rangePeer("rows", {})];
  const all = wanted(state(...peers.map((one) => ({ peer: one, routes: [] }))));
  const own = render(all, readRunningConfig(""));
  t.match(Object.fromEntries(own.verdict.warnings), {
    "tor-1": /^minimumHoldTime is not kept: .*differ; give all the same$/,
    racks: /minimumHoldTime .*; .*all listenRanges together: 200 of them at most/,
    rows: /^bgpd counts the peers of all listenRanges together/,
  });
  t.notOk(own.config.instance?.some((line) => line.includes("minimum-holdtime")));
  t.ok(own.config.instance?.includes("bgp listen limit 200"));
  t.match(own.config.neighbors.get("192.0.2.254")?.families[4], [
    /activate/,
    /herald-count in/,
    /out/,
    "maximum-prefix 3 restart 1",
  ]);
  const model = new ModelFrr();
  model.configure(...OPERATOR);
  const theirs = render(all, readRunningConfig(model.print()));
  t.match(theirs.verdict.warnings.get("tor-1"), /write "bgp minimum-holdtime" .*; maxReceivedPrefixes is not kept/);
  t.match(theirs.verdict.warnings.get("rows"), /^listenLimit is not kept/);
  t.notMatch(theirs.config.neighbors.get("192.0.2.254")?.families[4], [/maximum-prefix/]);
  const inner = peer("inner", { peerAsn: "internal", ttlSecurity: true });
  const refused = render(wanted(state({ peer: inner, routes: [] })), readRunningConfig("")).verdict.refused;
  t.match(refused.get("inner"), /no ttlSecurity with a peer of the own AS/);
  t.end();
});

t.test("what an operator's bgpd keeps from being announced is told, with the remedy", (t) => {
  const model = new ModelFrr();
  model.configure(...OPERATOR);
  const desired = state({ peer: TOR, routes: [route("198.51.100.200/32"), route("198.51.100.1/32")] });
  const theirs = render(wanted(desired), readRunningConfig(model.print()));
  t.match(
    [...theirs.verdict.blocked],
    [["198.51.100.200/32", /line "network 198\.51\.100\.200\/32" that is not Herald's/]],
  );
  t.same([...theirs.config.networks[4].keys()], ["198.51.100.1/32"]);
  const checked = render(wanted(desired), readRunningConfig(model.print().replace(/ no bgp network.*\n/, "")));
  t.match(checked.verdict.blocked.get("198.51.100.1/32"), /add "no bgp network import-check" under "router bgp 64500"/);
  t.end();
});

function familiesIn(text: readonly string[]): unknown {
  return readRunningConfig(text.join("\r\n")).neighbors.get("192.0.2.1")?.families;
}

t.test("families that are active by default are known to be", (t) => {
  const lines = ["router bgp 1", " neighbor 192.0.2.1 remote-as 2", " neighbor 192.0.2.1 description herald a 1"];
  const end = [" address-family ipv4 unicast", "  no neighbor 192.0.2.1 activate", " exit-address-family", "exit"];
  t.same(familiesIn(lines), { 4: ["activate"], 6: [] });
  t.same(familiesIn([...lines, " bgp default ipv6-unicast", ...end]), { 4: [], 6: ["activate"] });
  const other = [
    " address-family l2vpn evpn",
    "  advertise-all-vni",
    " exit-address-family",
    "exit",
    "router bgp 1 vrf x",
  ];
  t.match(readRunningConfig([...lines, ...other, " neighbor 192.0.2.9 remote-as 3"].join("\n")), {
    shared: true,
    foreignNeighbors: new Set(),
  });
  t.end();
});

t.test("a change of routes leads to what a whole rendering leads to", (t) => {
  const step = fc.record({
    peer: fc.constantFrom("tor-1", "inner"),
    prefix: fc.constantFrom("198.51.100.1/32", "198.51.100.2/32", "2001:db8:1::1/128"),
    tag: fc.option(fc.integer({ min: 1, max: 3 })),
  });
  const run = (steps: readonly { peer: string; prefix: string; tag: number | null }[]): void => {
    const model = new ModelFrr();
    const desired = wanted(state({ peer: TOR, routes: [] }, { peer: INNER, routes: ROUTES }));
    model.configure(...difference(readRunningConfig(""), render(desired, readRunningConfig("")).config));
    for (const { peer: name, prefix, tag } of steps) {
      const set = tag === null ? [] : [route(prefix, [tag])];
      const changed = desired.classes.update([{ peer: name, set, withdraw: tag === null ? [net(prefix)] : [] }]);
      const running = readRunningConfig(model.print());
      const { commands, done } = change(running, desired.classes, changed, desired.peers);
      model.configure(...commands);
      done();
      const now = readRunningConfig(model.print());
      t.same(difference(now, render(desired, now).config), []);
      t.same(difference(running, render(desired, now).config), [], "and so is what is known of it");
    }
  };
  fc.assert(fc.property(fc.array(step, { maxLength: 8 }), run), { numRuns: 60 });
  t.end();
});

t.test(
  "a neighbour of the operator's is used: the prefixes carry what it is to be told, ours take it off again",
  (t) => {
    const model = new ModelFrr();
    model.configure(...OPERATOR);
    const theirs = peer("theirs", { address: ip("192.0.2.77"), peerAsn: 64777, existing: true });
    const desired = state(
      { peer: theirs, routes: [route("198.51.100.1/32", [7])] },
      { peer: TOR, routes: [route("198.51.100.1/32")] },
    );
    const before = model
      .print()
      .split("\n")
      .filter((line) => line.includes("192.0.2.77"));
    bring(model, desired);
    t.same(
      model
        .print()
        .split("\n")
        .filter((line) => line.includes("192.0.2.77")),
      before,
      "its lines stay as they are",
    );
    const maps = Object.fromEntries(
      Array.from(model.maps, ([header, lines]) => [header.replace(/\d+/g, "N"), [...lines]]),
    );
    t.match(maps["route-map herald-origin-N permit N"], [/^set tag/, "set community 0:7"]);
    t.match(maps["route-map herald-out-tor-N permit N"], [/^match tag/, "set community none"]);
    t.same(bring(model, desired), []);
    t.end();
  },
);
