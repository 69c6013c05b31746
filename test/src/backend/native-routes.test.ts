/** What routes become on the way to a session: attributes, next hops, lists that are shared. */
import t from "tap";
import type { DesiredRoute } from "../../../src/backend/backend.ts";
import type { Prefix } from "../../../src/model/address.ts";
import type { RouteAttributes } from "../../../src/model/announcement.ts";
import type { Peer } from "../../../src/model/config.ts";
import { ip, net, peer } from "../../support/plan-values.ts";
import { NODE, PLAIN, recorded } from "./native-calls.ts";

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
