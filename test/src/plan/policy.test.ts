/** What advertisements and peers say of routes: attributes, more specifics, weights, gates, and what may be told at all. */
import * as fc from "fast-check";
import t from "tap";
import type { Feature } from "../../../src/backend/backend.ts";
import { contains, isWithin, rangeOf } from "../../../src/model/address.ts";
import type { ServicePlan } from "../../../src/model/announcement.ts";
import type { BgpAdvertisement, Config, Peer } from "../../../src/model/config.ts";
import type { EndpointSliceView, ServiceView } from "../../../src/model/service.ts";
import { createPlanner } from "../../../src/plan/index.ts";
import {
  advertisement,
  config,
  endpoint,
  ip,
  net,
  node,
  peer,
  pool,
  routesOf,
  service,
  slice,
} from "../../support/plan-values.ts";

const READY = [slice("web", endpoint("n1"))];
const LOCAL = { externalTrafficPolicy: "Local", healthCheckNodePort: 30_123 } as const;
const BOTH = ["198.51.100.1", "2001:db8:1::1"];

interface Case {
  readonly service?: ServiceView;
  readonly slices?: readonly EndpointSliceView[];
  readonly lacks?: readonly Feature[];
}

function plan(
  conf: Config,
  { service: of = service("web", BOTH), slices = READY, lacks = [] }: Case = {},
): ServicePlan {
  return createPlanner(conf, node("n1"), { supports: (feature) => !lacks.includes(feature) }).plan(of, slices);
}

function one(fields: Parameters<typeof advertisement>[1], peers: readonly Peer[] = [peer("a")]): Config {
  return config({ peers, advertisements: [advertisement("all", fields)] });
}

function textsOf({ reasons }: ServicePlan): string[] {
  return reasons.map(({ text }) => text);
}

t.test("a route carries what its advertisement says, each family its own next hop", (t) => {
  const nextHops = { 4: ip("192.0.2.9"), 6: ip("2001:db8::9") };
  const terms = { med: 5, asPathPrepend: 2, origin: "egp", localPref: 7 } as const;
  const { announcements } = plan(one({ ...terms, nextHops, extended: [1n] }));
  const communities = { standard: [], large: [], extended: [1n] };
  t.same(
    announcements.map(({ attributes }) => attributes),
    [
      { communities, ...terms, nextHop: nextHops[4] },
      { communities, ...terms, nextHop: nextHops[6] },
    ],
  );
  t.end();
});

/** The plan where two advertisements are of one route. */
function meet(first: Partial<BgpAdvertisement>, second: Partial<BgpAdvertisement>): ServicePlan {
  const advertisements = [
    { ...advertisement("x"), ...first },
    { ...advertisement("y"), ...second },
  ];
  return plan(config({ peers: [peer("a")], advertisements }));
}

t.test("advertisements that meet complete each other, and where they contradict there is no route", (t) => {
  t.match(meet({ med: 5 }, { origin: "egp", asPathPrepend: 1 }).announcements[0]?.attributes, {
    med: 5,
    origin: "egp",
    asPathPrepend: 1,
  });
  const hops = meet({ nextHops: { 4: ip("192.0.2.8") } }, { nextHops: { 4: ip("192.0.2.9") } });
  t.same(routesOf(hops), ["2001:db8:1::1/128 a"]);
  t.same(textsOf(hops), [
    "198.51.100.1/32 is not announced to a: BGPAdvertisements x (192.0.2.8) and y (192.0.2.9) disagree on nextHop",
  ]);
  t.match(textsOf(meet({ med: 5 }, { med: 6 })), [/x \(5\) and y \(6\) disagree on med/, /disagree on med/]);
  t.end();
});

t.test("communities that the backend cannot say keep a route back", (t) => {
  const target = 0x0002_fbf4_0000_0001n;
  t.match(textsOf(plan(one({ extended: [target] }), { lacks: ["extended-communities"] })), [
    /^198\.51\.100\.1\/32 is not announced to a: the extended communities of BGPAdvertisement all are more than the backend can do$/,
    /^2001/,
  ]);
  t.equal(plan(one({ extended: [target] }), { lacks: ["other-extended-communities"] }).announcements.length, 2);
  t.match(textsOf(plan(one({ extended: [target, 1n] }), { lacks: ["other-extended-communities"] })), [
    /the extended communities other than rt and soo of BGPAdvertisement all/,
    /./,
  ]);
  t.end();
});

t.test("a next hop that the backend cannot set keeps back the routes of its family alone", (t) => {
  const nextHops = { 4: ip("192.0.2.9"), 6: ip("2001:db8::9") };
  const planned = plan(one({ nextHops }), { lacks: ["next-hop-ipv6"] });
  t.same(routesOf(planned), ["198.51.100.1/32 a"]);
  t.match(textsOf(planned), [/the IPv6 next hops of BGPAdvertisement all are more than the backend can do$/]);
  t.end();
});

t.test("more specifics", (t) => {
  const aggregate = { aggregationLength: 24, aggregationLengthV6: 120 };
  const hosts = advertisement("hosts");
  const routes = (moreSpecifics: BgpAdvertisement["moreSpecifics"], ...others: readonly BgpAdvertisement[]): string[] =>
    routesOf(
      plan(
        config({
          peers: [peer("a"), peer("b")],
          advertisements: [
            { ...advertisement("net", aggregate), ...(moreSpecifics && { moreSpecifics }), peers: new Set(["a"]) },
            ...others,
          ],
        }),
      ),
    );
  t.same(routes(undefined), ["198.51.100.0/24 a", "2001:db8:1::/120 a"], "an aggregate stands alone");
  t.same(
    routes("announce"),
    ["198.51.100.0/24 a", "198.51.100.1/32 a", "2001:db8:1::/120 a", "2001:db8:1::1/128 a"],
    "or beside the host routes",
  );
  t.same(
    routes("suppress", hosts),
    ["198.51.100.1/32 b", "198.51.100.0/24 a", "2001:db8:1::1/128 b", "2001:db8:1::/120 a"],
    "or keeps back those of others, towards the peers that are told of it",
  );
  t.end();
});

t.test("an aggregate that is not announced keeps nothing back", (t) => {
  const conf = config({
    peers: [peer("a", { allowedPrefixes: [net("198.51.100.0/25")] })],
    advertisements: [
      advertisement("hosts"),
      advertisement("net", { aggregationLength: 24, moreSpecifics: "suppress" }),
    ],
  });
  t.same(routesOf(plan(conf, { service: service("web", ["198.51.100.1"]) })), ["198.51.100.1/32 a"]);
  t.end();
});

t.test("a peer is told only of prefixes within those it is allowed", (t) => {
  const allowedPrefixes = [net("198.51.100.0/26"), net("2001:db8:2::/48")];
  const conf = one({}, [peer("a", { allowedPrefixes }), peer("b")]);
  const planned = plan(conf, { service: service("web", ["198.51.100.1", "198.51.100.64", "2001:db8:1::1"]) });
  t.same(routesOf(planned), ["198.51.100.1/32 a", "198.51.100.1/32 b", "198.51.100.64/32 b", "2001:db8:1::1/128 b"]);
  t.same(
    planned.reasons.map(({ code, text, peer: about }) => [code, text, about]),
    [
      [
        "prefixNotAllowed",
        "198.51.100.64/32 is not announced to a: it is in none of spec.allowedPrefixes of the BGPPeer",
        "a",
      ],
      [
        "prefixNotAllowed",
        "2001:db8:1::1/128 is not announced to a: it is in none of spec.allowedPrefixes of the BGPPeer",
        "a",
      ],
    ],
  );
  t.end();
});

const ADDRESS = fc.integer({ min: 0, max: 255 }).map((host) => `198.51.100.${host}`);
const LENGTH = fc.integer({ min: 20, max: 32 });

t.test("guard: whatever is written, nothing outside of a pool and of what a peer is allowed is announced", (t) => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 0, max: 255 }), { minLength: 2, maxLength: 8 }),
      fc.array(ADDRESS, { minLength: 1, maxLength: 4 }),
      fc.array(fc.record({ length: LENGTH, more: fc.constantFrom("announce", "suppress", undefined) }), {
        minLength: 1,
        maxLength: 3,
      }),
      fc.option(fc.array(fc.tuple(ADDRESS, LENGTH), { minLength: 1, maxLength: 3 }), { nil: undefined }),
      (edges, addresses, lengths, allowed) => {
        const sorted = edges.toSorted((a, b) => a - b);
        const pools = sorted.flatMap((first, index) => {
          const last = sorted[index + 1];
          return index % 2 === 0 && last !== undefined
            ? [pool(`p${index}`, `198.51.100.${first}-198.51.100.${last - 1}`)]
            : [];
        });
        const allowedPrefixes = allowed?.map(([address, length]) => net(`${address}/${length}`));
        const conf = config({
          pools,
          peers: [peer("a", allowedPrefixes === undefined ? {} : { allowedPrefixes })],
          advertisements: lengths.map(({ length, more }, index) =>
            advertisement(`ad${index}`, {
              pools: pools.map(({ name }) => name),
              aggregationLength: length,
              ...(more !== undefined && { moreSpecifics: more }),
            }),
          ),
        });
        const ranges = pools.flatMap((one) => one.ranges);
        return plan(conf, { service: service("web", addresses) }).announcements.every(({ prefix }) => {
          const { first, last } = rangeOf(prefix);
          const pooled = ranges.some((range) => contains(range, prefix) && range.first <= first && last <= range.last);
          const ours = addresses.some((address) => contains(rangeOf(prefix), ip(address)));
          return pooled && ours && (allowedPrefixes?.some((outer) => isWithin(prefix, outer)) ?? true);
        });
      },
    ),
    { numRuns: 500 },
  );
  t.end();
});

/** Of both addresses. */
function twice(endpoints: number): object[] {
  return Array.from({ length: 2 }, () => ({ bytesPerSecond: endpoints * 125_000, transitivity: "transitive" }));
}

t.test("weight", (t) => {
  const conf = one({ weightByEndpoints: "transitive" });
  const weigh = (slices: readonly EndpointSliceView[]): readonly unknown[] =>
    plan(conf, { service: service("web", BOTH, LOCAL), slices }).announcements.map(
      ({ attributes }) => attributes.linkBandwidth,
    );
  t.same(weigh([slice("web", endpoint("n1", "ready", "10.1.0.1"), endpoint("n2", "ready", "10.2.0.1"))]), twice(1));
  t.same(
    weigh([
      slice("web", endpoint("n1", "ready", "10.1.0.1"), endpoint("n1", "ready", "10.1.0.2")),
      slice("web", endpoint("n1", "ready", "fd00::1"), endpoint("n1", "ready", "fd00::2")),
    ]),
    twice(2),
    "a pod of both families counts once",
  );
  t.same(
    weigh([
      slice("web", endpoint("n1", "ready", "10.1.0.1"), endpoint("n1", "terminating", "10.1.0.2")),
      slice("web", endpoint("n1", "ready", "10.1.0.1"), endpoint("n1", "starting", "10.1.0.3")),
    ]),
    twice(1),
    "those that leave or start do not count, nor does one that is in two slices",
  );
  t.same(
    weigh([slice("web", endpoint("n1", "terminating", "10.1.0.2"), endpoint("n1", "terminating", "10.1.0.3"))]),
    twice(2),
    "but where nothing else serves",
  );
  t.end();
});

t.test("an aggregate has no weight, the host routes beside it have", (t) => {
  const conf = one({ weightByEndpoints: "non-transitive", aggregationLength: 24, moreSpecifics: "announce" });
  const { announcements } = plan(conf, { service: service("web", ["198.51.100.1"], LOCAL) });
  t.same(
    announcements.map(({ prefix, attributes }) => [prefix.length, attributes.linkBandwidth?.transitivity]),
    [
      [24, undefined],
      [32, "non-transitive"],
    ],
  );
  t.end();
});

t.test("where a weight cannot be, the route is announced without, and that is said", (t) => {
  const conf = one({ weightByEndpoints: "transitive" });
  const cluster = plan(conf);
  t.same(
    cluster.announcements.map(({ attributes }) => attributes.linkBandwidth),
    [undefined, undefined],
  );
  t.same(
    cluster.reasons.map(({ code, text }) => [code, text]),
    [
      [
        "notWeighted",
        "the routes of default/web carry no weight, which BGPAdvertisement all asks for: with externalTrafficPolicy Cluster each node takes traffic for all endpoints; write Local",
      ],
    ],
  );
  t.match(textsOf(plan(conf, { service: service("web", BOTH, LOCAL), lacks: ["link-bandwidth"] })), [
    /asks for: the backend cannot do link bandwidths$/,
  ]);
  const nowhere = config({ advertisements: [advertisement("all", { weightByEndpoints: "transitive" })] });
  t.same(
    plan(nowhere).reasons.map(({ code }) => code),
    ["noPeerOnNode", "noPeerOnNode"],
    "nothing is said of weights where there is no route",
  );
  t.end();
});

t.test("a gate is the Service's health check, with the longest wait of its advertisements", (t) => {
  const conf = config({
    peers: [peer("a")],
    advertisements: [
      advertisement("x", { healthCheckWait: 1_000 }),
      advertisement("y", { healthCheckWait: 5_000 }),
      advertisement("z"),
    ],
  });
  const gates = (of: ServiceView): readonly unknown[] =>
    plan(conf, { service: of }).announcements.map(({ gate }) => gate);
  t.same(gates(service("web", ["198.51.100.1"], LOCAL)), [{ port: 30_123, wait: 5_000 }]);
  t.same(gates(service("web", ["198.51.100.1"])), [undefined], "with externalTrafficPolicy Cluster there is none");
  t.same(textsOf(plan(conf)), []);
  const portless = service("web", ["198.51.100.1"], { externalTrafficPolicy: "Local" });
  t.same(gates(portless), [undefined]);
  t.same(textsOf(plan(conf, { service: portless })), [
    "default/web is announced without the health check that BGPAdvertisement x and y asks for: it has no spec.healthCheckNodePort",
  ]);
  t.end();
});
