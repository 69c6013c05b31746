import t from "tap";
import { parseObject } from "../../../src/api/parse.ts";
import { compile } from "../../../src/intent/compile.ts";
import type { Config, Peer } from "../../../src/model/config.ts";
import { advertisement, compiled, lines, parsed, peer, pool, raw } from "../../support/objects.ts";
import type { Written } from "../../support/objects.ts";

function good(...written: Written[]): Config {
  const { config, lines: told } = compiled(written);
  t.same(told, [], "no problems");
  return config;
}

function onePeer(spec: object, ...more: Written[]): Peer {
  const compiledPeer = good(peer("a", spec), ...more).peers.get("a");
  if (compiledPeer === undefined) throw new Error("the peer has no effect");
  return compiledPeer;
}

t.test("nothing compiles to nothing", (t) => {
  const empty = { pools: new Map(), bgpAdvertisements: [], l2Advertisements: [], peers: new Map() };
  t.same(compile([]), { config: empty, problems: [] });
  t.end();
});

t.test("objects that are no configuration have no effect", (t) => {
  const objects = [
    parsed({ kind: "Service", spec: {} }),
    parsed({ kind: "Node", metadata: { name: "n1" } }),
    parsed({ kind: "ConfigurationState" }),
  ];
  t.same(compile(objects, { namespace: "metallb-system" }).problems, []);
  t.end();
});

t.test("a peer has the defaults of its protocol", (t) => {
  t.same(onePeer({}), {
    name: "a",
    myAsn: 64500,
    peerAsn: 64501,
    address: { family: 4, value: 0xc0000201n },
    port: 179,
    holdTime: 90,
    keepaliveTime: 30,
    connectTime: 2,
    nodeSelectors: [],
    gracefulRestart: true,
    ebgpMultiHop: false,
    families: new Set([4]),
  });
  t.end();
});

t.test("a peer has what was written", (t) => {
  const all = onePeer({
    localASN: 64600,
    sourceAddress: "192.0.2.100",
    peerPort: 1179,
    holdTime: "1m30s",
    keepaliveTime: "10s",
    connectTime: "10s",
    routerID: "192.0.2.7",
    ebgpMultiHop: true,
    enableGracefulRestart: false,
    vrf: "red",
    password: "hunter2",
  });
  t.match(all, {
    localAsn: 64600,
    sourceAddress: { family: 4, value: 0xc0000264n },
    port: 1179,
    holdTime: 90,
    keepaliveTime: 10,
    connectTime: 10,
    routerId: 0xc0000207,
    ebgpMultiHop: true,
    gracefulRestart: false,
    vrf: "red",
  });
  t.equal(all.password?.reveal(), "hunter2");
  t.end();
});

t.test("timers that are left out follow the one that is written", (t) => {
  const rows: readonly (readonly [object, number, number])[] = [
    [{ holdTime: "9s" }, 9, 3],
    [{ holdTime: "10s" }, 10, 3],
    [{ keepaliveTime: "20s" }, 60, 20],
    [{ holdTime: "0s" }, 0, 0],
    [{ holdTime: "0", keepaliveTime: "0" }, 0, 0],
    [{ keepaliveTime: "0s" }, 0, 0],
    [{ holdTime: "3s", keepaliveTime: "3s" }, 3, 3],
  ];
  for (const [spec, holdTime, keepaliveTime] of rows) t.match(onePeer(spec), { holdTime, keepaliveTime });
  t.end();
});

t.test("a session carries the family of its address, or both", (t) => {
  t.same(onePeer({ peerAddress: "2001:db8::1" }).families, new Set([6]));
  t.same(onePeer({ dualStackAddressFamily: true }).families, new Set([4, 6]));
  const unnumbered = onePeer({ peerAddress: undefined, interface: "eth0" });
  t.same(unnumbered.families, new Set([4, 6]));
  t.equal(unnumbered.interface, "eth0");
  t.notOk("address" in unnumbered);
  t.equal(onePeer({ existing: true }).existing, true);
  t.notOk("existing" in onePeer({}));
  t.end();
});

t.test("an AS number that the peer tells may be inside or outside", (t) => {
  t.equal(onePeer({ peerASN: undefined, dynamicASN: "external" }).peerAsn, "external");
  t.equal(onePeer({ peerASN: 0, dynamicASN: "internal" }).peerAsn, "internal");
  t.end();
});

t.test("empty texts are as good as absent", (t) => {
  const same = onePeer({ interface: "", vrf: "", bfdProfile: "", password: "", passwordSecret: { namespace: "x" } });
  t.same(same, onePeer({}));
  t.end();
});

t.test("a peer takes its password from a Secret and its intervals from a BFD profile", (t) => {
  const type = "kubernetes.io/basic-auth";
  const secret = { kind: "Secret", metadata: { name: "s" }, type, stringData: { password: "hunter2" } };
  const profile = { kind: "BFDProfile", metadata: { name: "p" }, spec: { echoMode: true } };
  const both = onePeer({ passwordSecret: { name: "s" }, bfdProfile: "p" }, secret, profile);
  t.equal(both.password?.reveal(), "hunter2");
  t.same(both.bfdProfile, {
    name: "p",
    receiveInterval: 300,
    transmitInterval: 300,
    detectMultiplier: 3,
    echoInterval: 50,
    echoMode: true,
    passiveMode: false,
    minimumTtl: 254,
  });
  t.equal(both.bfdStrict, undefined);
  t.equal(onePeer({ bfdStrictMode: true, bfdProfile: "p" }, profile).bfdStrict, true);
  t.end();
});

t.test("echo is left out only where it is asked for and IPv6 is in play", (t) => {
  const both = [pool("p", ["10.0.0.0/24", "2001:db8:1::/64"]), advertisement("x")];
  const plain = { kind: "BFDProfile", metadata: { name: "plain" }, spec: {} };
  const echo = { kind: "BFDProfile", metadata: { name: "echo" }, spec: { echoMode: true } };
  onePeer({ bfdProfile: "plain", peerAddress: "2001:db8::1" }, plain, ...both);
  t.equal(onePeer({ bfdProfile: "echo" }, echo, ...both).bfdProfile?.echoMode, true, "its session carries IPv4 only");
  const { config } = compiled([peer("a", { bfdProfile: "echo", dualStackAddressFamily: true }), echo, ...both]);
  t.equal(config.peers.get("a")?.bfdProfile?.echoMode, false);
  t.end();
});

t.test("an advertisement covers the pools it names, those it selects, or all", (t) => {
  const pools = [
    pool("a", ["10.0.0.0/24"], {}, { labels: { x: "1" } }),
    pool("b", ["10.1.0.0/24"]),
    pool("c", ["10.2.0.0/24"]),
  ];
  const selector = [{ matchLabels: { x: "1" } }];
  const { bgpAdvertisements } = good(
    ...pools,
    advertisement("all"),
    advertisement("both", { ipAddressPools: ["c"], ipAddressPoolSelectors: selector }),
    advertisement("named", { ipAddressPools: ["b"] }),
    advertisement("selected", { ipAddressPoolSelectors: selector }),
  );
  t.same(
    bgpAdvertisements.map(({ name, pools }) => [name, [...pools].join()]),
    [
      ["all", "a,b,c"],
      ["both", "a,c"],
      ["named", "b"],
      ["selected", "a"],
    ],
  );
  t.end();
});

t.test("an advertisement that names only unknown pools or peers is not one of all of them", (t) => {
  const { config } = compiled([
    pool("a", ["10.0.0.0/24"]),
    advertisement("x", { ipAddressPools: ["b"], peers: ["p"] }),
  ]);
  t.same(config.bgpAdvertisements[0]?.pools, new Set());
  t.same(config.bgpAdvertisements[0]?.peers, new Set(["p"]));
  t.end();
});

t.test(
  "communities are numbers, names of Community objects, and well-known names, which an object may redefine",
  (t) => {
    const names = {
      kind: "Community",
      spec: {
        communities: [
          { name: "vpn", value: "1:2" },
          { name: "blackhole", value: "large:1:2:3" },
        ],
      },
    };
    const { bgpAdvertisements } = good(
      pool("a", ["10.0.0.0/24"]),
      names,
      advertisement("x", { communities: ["no-export", "vpn", "1:1", "blackhole", "large:1:2:0", "nopeer"] }),
    );
    t.same(bgpAdvertisements[0]?.communities, {
      standard: [0x10001, 0x10002, 0xffffff01, 0xffffff04],
      large: [
        [1, 2, 0],
        [1, 2, 3],
      ],
    });
    t.end();
  },
);

t.test("an object that is written more than once has effect once, as in the first file and line", (t) => {
  const places = [
    { file: "a.yaml", line: 3 },
    { file: "a.yaml", line: 9 },
    { file: "b.yaml", line: 1 },
  ];
  const objects = places
    .toReversed()
    .flatMap((origin) => parseObject(raw(pool("a", ["10.0.0.0/24"]), origin)).object ?? []);
  const what = 'metadata.name: the name "a" is taken by IPAddressPool metallb-system/a (a.yaml:3)';
  const told = lines(compile([...objects, parsed(advertisement("x"))]).problems);
  t.same(
    told.toSorted(),
    ["a.yaml:9", "b.yaml:1"].map(
      (place) =>
        `error IPAddressPool metallb-system/a: ${what}; give each a name of its own, also across namespaces (${place})`,
    ),
  );
  t.end();
});

t.test("an external peer under another AS number of this side may be several hops away", (t) => {
  t.equal(onePeer({ peerASN: 64500, localASN: 64600, ebgpMultiHop: true }).ebgpMultiHop, true);
  t.end();
});

t.test("only objects in the operator's namespace have effect where it is known", (t) => {
  const written = [
    pool("a", ["10.0.0.0/24"]),
    advertisement("x"),
    pool("b", ["10.1.0.0/24"], {}, { namespace: "default" }),
    { kind: "Secret", metadata: { name: "s", namespace: "default" } },
  ];
  const { config, lines: told } = compiled(written, { namespace: "metallb-system" });
  t.same([...config.pools.keys()], ["a"]);
  t.same(told, [
    'error IPAddressPool default/b: metadata.namespace: "default" is not the namespace that Herald reads; create the object in metallb-system',
  ]);
  t.same([...good(...written).pools.keys()], ["a", "b"], "any namespace will do in a folder");
  t.end();
});

t.test("with tcpAO the password is a TCP-AO key; one KeyID serves both ways unless another is written", (t) => {
  const { password, tcpAo } = onePeer({ password: "hush", tcpAO: { keyID: 5 } });
  t.equal(password?.reveal(), "hush");
  t.same(tcpAo, { sendId: 5, receiveId: 5, algorithm: "hmac-sha-1-96" });
  const other = { keyID: 5, receiveKeyID: 0, algorithm: "aes-128-cmac-96" };
  t.same(onePeer({ password: "hush", tcpAO: other }).tcpAo, {
    sendId: 5,
    receiveId: 0,
    algorithm: "aes-128-cmac-96",
  });
  t.end();
});

t.test("who may not see Secrets does not miss the key of TCP-AO in one", (t) => {
  const spec = { passwordSecret: { name: "key" }, tcpAO: { keyID: 5 } };
  const { config, problems } = compile([parsed(peer("a", spec))], { secrets: "unseen" });
  t.same(problems, []);
  t.match(config.peers.get("a"), { tcpAo: { sendId: 5 } });
  t.end();
});
