import t from "tap";
import { createPlanner } from "../../../src/plan/index.ts";
import type { ServicePlan } from "../../../src/model/announcement.ts";
import type { BgpAdvertisement, Config } from "../../../src/model/config.ts";
import { formatPrefix } from "../../../src/model/address.ts";
import {
  advertisement,
  config,
  endpoint,
  labelled,
  net,
  node,
  peer,
  pool,
  routesOf,
  service,
  slice,
} from "../../support/plan-values.ts";

const ready = [slice("web", endpoint("n1"))];

function plan(
  conf: Config,
  addresses: readonly string[] = ["198.51.100.1"],
  labels: Record<string, string> = {},
): ServicePlan {
  return createPlanner(conf, node("n1", { labels: { rack: "1" } }), { supports: () => true }).plan(
    service("web", addresses, { labels }),
    ready,
  );
}

t.test("each address goes to each peer, as a host route", (t) => {
  const conf = config({ peers: [peer("b"), peer("a")], advertisements: [advertisement("all")] });
  const six = formatPrefix(net("2001:db8:1::1/128"));
  t.same(routesOf(plan(conf, ["198.51.100.1", "2001:db8:1::1"])), [
    "198.51.100.1/32 a",
    "198.51.100.1/32 b",
    `${six} a`,
    `${six} b`,
  ]);
  t.end();
});

t.test("aggregation lengths make prefixes, each family its own", (t) => {
  const conf = config({
    peers: [peer("a")],
    advertisements: [advertisement("all", { aggregationLength: 26, aggregationLengthV6: 120 })],
  });
  t.same(
    plan(conf, ["198.51.100.77", "2001:db8:1::1ff"]).announcements.map(({ prefix }) => prefix),
    [net("198.51.100.64/26"), net("2001:db8:1::100/120")],
  );
  t.end();
});

t.test("two addresses under one aggregate are one route", (t) => {
  const conf = config({ peers: [peer("a")], advertisements: [advertisement("all", { aggregationLength: 24 })] });
  t.same(routesOf(plan(conf, ["198.51.100.1", "198.51.100.2"])), ["198.51.100.0/24 a"]);
  t.end();
});

t.test("different lengths are different routes, with attributes of their own", (t) => {
  const conf = config({
    peers: [peer("a")],
    advertisements: [
      advertisement("host", { communities: [1] }),
      advertisement("net", { aggregationLength: 24, communities: [2], localPref: 50 }),
    ],
  });
  const { announcements, reasons } = plan(conf);
  t.same(
    announcements.map(({ prefix, attributes, advertisements }) => [prefix.length, attributes, advertisements]),
    [
      [32, { communities: { standard: [1], large: [] } }, ["host"]],
      [24, { communities: { standard: [2], large: [] }, localPref: 50 }, ["net"]],
    ],
  );
  t.same(reasons, []);
  t.end();
});

t.test("advertisements that meet in a prefix and peer unite their communities, sorted and each once", (t) => {
  const advertisements = [
    advertisement("b", { communities: [7, 3], large: [[1, 2, 3]] }),
    advertisement("a", {
      communities: [3, 5],
      large: [
        [1, 2, 3],
        [1, 2, 2],
        [1, 1, 9],
        [0, 9, 9],
      ],
    }),
    advertisement("c", { communities: [9], peers: ["y"] }),
  ];
  const large = [
    [0, 9, 9],
    [1, 1, 9],
    [1, 2, 2],
    [1, 2, 3],
  ];
  for (const order of [advertisements, [...advertisements].reverse()]) {
    const { announcements } = plan(config({ peers: [peer("x"), peer("y")], advertisements: order }));
    t.same(
      announcements.map(({ peer, attributes, advertisements }) => [peer, attributes.communities, advertisements]),
      [
        ["x", { standard: [3, 5, 7], large }, ["a", "b"]],
        ["y", { standard: [3, 5, 7, 9], large }, ["a", "b", "c"]],
      ],
    );
  }
  t.end();
});

t.test("Services under the same advertisements share one attributes object", (t) => {
  const conf = config({ peers: [peer("x"), peer("y")], advertisements: [advertisement("all", { communities: [1] })] });
  const planner = createPlanner(conf, node("n1"), { supports: () => true });
  const seen = ["198.51.100.1", "198.51.100.2"].flatMap((address) =>
    planner.plan(service("web", [address]), ready).announcements.map(({ attributes }) => attributes),
  );
  t.equal(new Set(seen).size, 1);
  t.end();
});

t.test("only the advertisements of the address's pool count", (t) => {
  const conf = config({
    pools: [pool("default", "198.51.100.0-198.51.100.9"), pool("other", "198.51.100.10-198.51.100.19")],
    peers: [peer("x")],
    advertisements: [
      advertisement("one", { communities: [1] }),
      advertisement("two", { pools: ["other"], communities: [2] }),
    ],
  });
  t.same(plan(conf, ["198.51.100.10"]).announcements[0]?.attributes.communities.standard, [2]);
  t.end();
});

t.test("an aggregate ends where its pool ends, even beside another pool", (t) => {
  const conf = config({
    pools: [pool("default", "198.51.100.1-198.51.100.9"), pool("other", "198.51.100.10-198.51.100.19")],
    peers: [peer("x")],
    advertisements: [advertisement("all", { aggregationLength: 29, pools: ["default", "other"] })],
  });
  const addresses = ["198.51.100.1", "198.51.100.3", "198.51.100.4", "198.51.100.9", "198.51.100.17"];
  t.same(routesOf(plan(conf, addresses)), [
    "198.51.100.1/32 x",
    "198.51.100.2/31 x",
    "198.51.100.4/30 x",
    "198.51.100.8/31 x",
    "198.51.100.16/30 x",
  ]);
  t.end();
});

t.test("service selectors choose among the advertisements of a pool", (t) => {
  const conf = config({
    peers: [peer("x")],
    advertisements: [
      advertisement("gold", { serviceSelectors: [labelled({ tier: "gold" })], localPref: 200 }),
      advertisement("rest", { serviceSelectors: [labelled({ tier: "tin" })], localPref: 50 }),
    ],
  });
  t.same(
    ["gold", "tin"].map((tier) => plan(conf, ["198.51.100.1"], { tier }).announcements[0]?.attributes.localPref),
    [200, 50],
  );
  t.end();
});

interface Conflict {
  readonly name: string;
  readonly pair: readonly [Parameters<typeof advertisement>[1], Parameters<typeof advertisement>[1]];
  readonly conflicts: boolean;
}

const here = [labelled({ rack: "1" })];
const there = [labelled({ rack: "2" })];

const CONFLICTS: readonly Conflict[] = [
  { name: "same peers, both all", pair: [{ localPref: 1 }, { localPref: 2 }], conflicts: true },
  { name: "the same localPref", pair: [{ localPref: 1 }, { localPref: 1 }], conflicts: false },
  { name: "set and not set", pair: [{ localPref: 1 }, {}], conflicts: true },
  { name: "neither set", pair: [{}, {}], conflicts: false },
  { name: "one peer of all", pair: [{ localPref: 1 }, { localPref: 2, peers: ["x"] }], conflicts: true },
  {
    name: "a subset of the peers",
    pair: [
      { localPref: 1, peers: ["x", "y"] },
      { localPref: 2, peers: ["y"] },
    ],
    conflicts: true,
  },
  {
    name: "disjoint peers",
    pair: [
      { localPref: 1, peers: ["x"] },
      { localPref: 2, peers: ["y"] },
    ],
    conflicts: false,
  },
  {
    name: "peers that meet on other nodes only",
    pair: [
      { localPref: 1, peers: ["x", "z"] },
      { localPref: 2, peers: ["y", "z"] },
    ],
    conflicts: false,
  },
  {
    name: "different aggregation lengths",
    pair: [{ localPref: 1 }, { localPref: 2, aggregationLength: 24 }],
    conflicts: false,
  },
  {
    name: "different lengths of the other family",
    pair: [{ localPref: 1 }, { localPref: 2, aggregationLengthV6: 64 }],
    conflicts: true,
  },
  {
    name: "nodes that overlap here",
    pair: [
      { localPref: 1, nodeSelectors: here },
      { localPref: 2, nodeSelectors: [...here, ...there] },
    ],
    conflicts: true,
  },
  {
    name: "one of them on other nodes only",
    pair: [{ localPref: 1 }, { localPref: 2, nodeSelectors: there }],
    conflicts: false,
  },
  {
    name: "one of them for other Services",
    pair: [{ localPref: 1 }, { localPref: 2, serviceSelectors: [labelled({ app: "db" })] }],
    conflicts: false,
  },
  {
    name: "other pools",
    pair: [{ localPref: 1 }, { localPref: 2, pools: ["other"] }],
    conflicts: false,
  },
];

for (const { name, pair, conflicts } of CONFLICTS) {
  t.test(`localPref of two advertisements, ${name}: ${conflicts ? "conflict" : "no conflict"}`, (t) => {
    const advertisements: BgpAdvertisement[] = [advertisement("a", pair[0]), advertisement("b", pair[1])];
    const conf = config({ peers: [peer("x"), peer("y")], advertisements });
    for (const order of [conf, { ...conf, bgpAdvertisements: [...advertisements].reverse() }]) {
      const { reasons } = plan(order);
      t.equal(
        reasons.some(({ code }) => code === "conflictingAdvertisements"),
        conflicts,
      );
    }
    t.end();
  });
}
