import t from "tap";
import { createPlanner } from "../../../src/plan/index.ts";
import type { PlannerOptions } from "../../../src/plan/index.ts";
import type { Config } from "../../../src/model/config.ts";
import type { ReasonCode } from "../../../src/model/announcement.ts";
import type { EndpointSliceView, NodeView, ServiceView } from "../../../src/model/service.ts";
import type { Feature } from "../../../src/backend/backend.ts";
import {
  advertisement,
  config,
  endpoint,
  ip,
  labelled,
  node,
  peer,
  pool,
  service,
  slice,
} from "../../support/plan-values.ts";

interface Case {
  readonly name: string;
  readonly config?: Config;
  readonly node?: NodeView;
  readonly service?: ServiceView;
  readonly slices?: readonly EndpointSliceView[];
  readonly options?: Partial<PlannerOptions>;
  readonly lacks?: readonly Feature[];
  /** The routes expected, as "prefix peer"; none by default. */
  readonly routes?: readonly string[];
  /** Codes and texts expected; none by default. */
  readonly reasons?: readonly (readonly [ReasonCode, string])[];
}

const simple = config({ advertisements: [advertisement("all")], peers: [peer("tor-1")] });
const web = service("web", ["198.51.100.1"]);
const local = service("web", ["198.51.100.1"], { externalTrafficPolicy: "Local" });
const ready = [slice("web", endpoint("n1"))];
const EXCLUDE = "node.kubernetes.io/exclude-from-external-load-balancers";
const routed = ["198.51.100.1/32 tor-1"];

const CASES: readonly Case[] = [
  { name: "a Service with an address and an endpoint is announced", routes: routed },
  {
    name: "a Service of another type is not",
    service: service("web", ["198.51.100.1"], { type: "NodePort" }),
    reasons: [["notLoadBalancer", "default/web is of type NodePort, not LoadBalancer"]],
  },
  {
    name: "nor one that is being deleted",
    service: service("web", ["198.51.100.1"], { deleting: true }),
    reasons: [["serviceDeleting", "default/web is being deleted"]],
  },
  {
    name: "nor one of a class, for an agent without",
    service: service("web", ["198.51.100.1"], { loadBalancerClass: "example.com/lb" }),
    reasons: [
      [
        "foreignLoadBalancerClass",
        "default/web has spec.loadBalancerClass example.com/lb; this agent is for Services without one",
      ],
    ],
  },
  {
    name: "nor one without a class, for an agent of a class",
    options: { loadBalancerClass: "example.com/lb" },
    reasons: [
      ["foreignLoadBalancerClass", "default/web has no spec.loadBalancerClass; this agent is for class example.com/lb"],
    ],
  },
  {
    name: "one of the agent's class is",
    service: service("web", ["198.51.100.1"], { loadBalancerClass: "example.com/lb" }),
    options: { loadBalancerClass: "example.com/lb" },
    routes: routed,
  },
  {
    name: "one without an address is not",
    service: service("web", []),
    reasons: [["noIPAllocated", "default/web has no address in status.loadBalancer.ingress"]],
  },
  {
    name: "an address of no pool is not announced, the other address is",
    service: service("web", ["203.0.113.9", "198.51.100.1"]),
    routes: routed,
    reasons: [["ipNotAllowed", "203.0.113.9 is in no IPAddressPool"]],
  },
  {
    name: "a pool that is only for the LAN is told with what it has",
    config: {
      ...config({ peers: [peer("tor-1")], advertisements: [] }),
      l2Advertisements: [
        {
          name: "lan",
          pools: new Set(["default"]),
          nodeSelectors: [],
          serviceSelectors: [],
          interfaces: [],
          preferredNodeSelectors: [],
        },
        {
          name: "other",
          pools: new Set(["other"]),
          nodeSelectors: [],
          serviceSelectors: [],
          interfaces: [],
          preferredNodeSelectors: [],
        },
      ],
    },
    reasons: [
      [
        "noMatchingAdvertisement",
        "no BGPAdvertisement covers pool default (198.51.100.1); L2Advertisement lan does, and BGP alone is spoken so far",
      ],
    ],
  },
  {
    name: "a pool without an advertisement is told",
    config: config({ peers: [peer("tor-1")], advertisements: [advertisement("other", { pools: ["other"] })] }),
    reasons: [["noMatchingAdvertisement", "no BGPAdvertisement covers pool default (198.51.100.1)"]],
  },
  {
    name: "advertisements that select other nodes are told",
    config: config({
      peers: [peer("tor-1")],
      advertisements: [
        advertisement("b", { nodeSelectors: [labelled({ rack: "2" })] }),
        advertisement("a", { nodeSelectors: [labelled({ rack: "3" })] }),
      ],
    }),
    reasons: [["notOwner", "no BGPAdvertisement of pool default (198.51.100.1) selects node n1: a and b"]],
  },
  {
    name: "advertisements that select other Services are told",
    config: config({
      peers: [peer("tor-1")],
      advertisements: [advertisement("gold", { serviceSelectors: [labelled({ tier: "gold" })] })],
    }),
    reasons: [
      [
        "noMatchingAdvertisement",
        "no BGPAdvertisement of pool default (198.51.100.1) on node n1 selects the labels of default/web: gold",
      ],
    ],
  },
  {
    name: "an advertisement that selects this Service announces it",
    config: config({
      peers: [peer("tor-1")],
      advertisements: [
        advertisement("gold", { serviceSelectors: [labelled({ tier: "gold" }), labelled({ tier: "silver" })] }),
      ],
    }),
    service: service("web", ["198.51.100.1"], { labels: { tier: "silver" } }),
    routes: routed,
  },
  {
    name: "a node without a network announces nothing",
    node: node("n1", { networkUnavailable: true }),
    reasons: [["nodeNetworkUnavailable", "the network of node n1 is unavailable (its condition)"]],
  },
  {
    name: "nor does a node with the exclude label, whatever its value",
    node: node("n1", { labels: { [EXCLUDE]: "false" } }),
    reasons: [["nodeLabeledExcludeBalancers", `node n1 has the label ${EXCLUDE}`]],
  },
  {
    name: "unless the label is to be ignored",
    node: node("n1", { labels: { [EXCLUDE]: "" } }),
    options: { ignoreExcludeLabel: true },
    routes: routed,
  },
  {
    name: "the node is told before the endpoints",
    node: node("n1", { networkUnavailable: true }),
    slices: [],
    reasons: [["nodeNetworkUnavailable", "the network of node n1 is unavailable (its condition)"]],
  },
  {
    name: "Cluster: no endpoints at all",
    slices: [],
    reasons: [["noEndpoints", "no endpoint of default/web serves: it has no endpoints"]],
  },
  {
    name: "Cluster: endpoints that do not serve",
    slices: [slice("web", endpoint("n1", "starting"), endpoint("node-2", "gone"))],
    reasons: [["noEndpoints", "no endpoint of default/web serves: 1 endpoint that does not serve on n1"]],
  },
  {
    name: "Cluster: endpoints elsewhere that do not serve",
    slices: [slice("web", endpoint("node-2", "starting"), endpoint("node-03", "gone"))],
    reasons: [["noEndpoints", "no endpoint of default/web serves: 2 endpoints that do not serve"]],
  },
  { name: "Cluster: an endpoint on another node will do", slices: [slice("web", endpoint("n2"))], routes: routed },
  { name: "Cluster: an endpoint without a node will do", slices: [slice("web", endpoint(""))], routes: routed },
  { name: "Local: an endpoint on this node will do", service: local, routes: routed },
  {
    name: "Local: endpoints on other nodes will not",
    service: local,
    slices: [slice("web", endpoint("node-3")), slice("web", endpoint("n2"))],
    reasons: [
      [
        "noLocalEndpoints",
        "no endpoint of default/web on node n1 serves (externalTrafficPolicy Local): 2 endpoints, on n2 and node-3",
      ],
    ],
  },
  {
    name: "Local: an endpoint without a node is no use",
    service: local,
    slices: [slice("web", endpoint(""), endpoint("n1", "starting"))],
    reasons: [
      [
        "noLocalEndpoints",
        "no endpoint of default/web on node n1 serves (externalTrafficPolicy Local): 1 endpoint without a node name; 1 endpoint that does not serve on n1",
      ],
    ],
  },
  {
    name: "Local: an endpoint that terminates and still serves will do",
    service: local,
    slices: [slice("web", endpoint("n1", "terminating"))],
    routes: routed,
  },
  {
    name: "Local: an endpoint that is ready though it does not serve will do",
    service: local,
    slices: [
      slice("web", { addresses: ["10.0.0.1"], nodeName: "n1", ready: true, serving: false, terminating: false }),
    ],
    routes: routed,
  },
  {
    name: "Local: a serving endpoint wins over one of the same address that does not serve",
    service: local,
    slices: [
      slice("web", endpoint("n1", "starting", "10.244.0.9")),
      slice("web", endpoint("n1", "ready", "10.244.0.9")),
    ],
    routes: routed,
  },
  {
    name: "a node that no peer selects is told",
    config: config({
      peers: [peer("tor-1", { nodeSelectors: [labelled({ rack: "2" })] })],
      advertisements: [advertisement("all")],
    }),
    reasons: [["noPeerOnNode", "no BGPPeer selects node n1 (198.51.100.1)"]],
  },
  {
    name: "an advertisement for peers of other nodes is told",
    config: config({ peers: [peer("tor-1")], advertisements: [advertisement("rack-2", { peers: ["tor-2"] })] }),
    reasons: [["noPeerOnNode", "BGPAdvertisement rack-2 names no peer of node n1 (198.51.100.1): its peers are tor-1"]],
  },
  {
    name: "an advertisement for one peer goes to that one",
    config: config({
      peers: [peer("tor-1"), peer("tor-2")],
      advertisements: [advertisement("rack-1", { peers: ["tor-1"] })],
    }),
    routes: routed,
  },
  {
    name: "a family that no session carries is told, the other one is announced",
    config: config({
      peers: [peer("tor-1", { families: new Set([4] as const) })],
      advertisements: [advertisement("all")],
    }),
    service: service("web", ["198.51.100.1", "2001:db8:1::1"]),
    routes: routed,
    reasons: [["peerFamilyNotCarried", /no session of node n1 carries IPv6 routes \(.*\): tor-1/.source]],
  },
  {
    name: "a peer that the backend cannot do is told, where it is the only one",
    config: config({ peers: [peer("tor-1", { interface: "eth1" })], advertisements: [advertisement("all")] }),
    lacks: ["unnumbered"],
    reasons: [["unsupportedByBackend", "no session of node n1 for 198.51.100.1: the backend cannot do tor-1"]],
  },
  {
    name: "a peer that the backend cannot do does not hurt the others",
    config: config({
      peers: [peer("tor-1"), peer("tor-2", { vrf: "red" })],
      advertisements: [advertisement("all")],
    }),
    lacks: ["vrf"],
    routes: routed,
  },
  {
    name: "large communities that the backend cannot send hold the route back",
    config: config({
      peers: [peer("tor-1")],
      advertisements: [advertisement("plain"), advertisement("tagged", { large: [[64500, 1, 2]] })],
    }),
    lacks: ["large-communities"],
    reasons: [
      [
        "unsupportedByBackend",
        "198.51.100.1/32 is not announced to tor-1: the large communities of BGPAdvertisement tagged are more than the backend can do",
      ],
    ],
  },
  {
    name: "advertisements that disagree on localPref conflict where they meet: same peer, same prefix",
    config: config({
      peers: [peer("tor-1"), peer("tor-2"), peer("tor-3")],
      advertisements: [
        advertisement("a", { localPref: 100, peers: ["tor-1", "tor-2"] }),
        advertisement("b", { peers: ["tor-2", "tor-3"] }),
      ],
    }),
    routes: ["198.51.100.1/32 tor-1", "198.51.100.1/32 tor-3"],
    reasons: [
      [
        "conflictingAdvertisements",
        "198.51.100.1/32 is not announced to tor-2: BGPAdvertisements a (100) and b (not set) disagree on localPref",
      ],
    ],
  },
];

t.test("a conflict towards several peers is one reason", (t) => {
  const advertisements = [advertisement("a", { localPref: 1 }), advertisement("b", { localPref: 2 })];
  const conf = config({ peers: [peer("tor-1"), peer("tor-2")], advertisements });
  const planner = createPlanner(conf, node("n1"), { supports: () => true });
  const { reasons } = planner.plan(service("web", ["198.51.100.1", "198.51.100.2"]), ready);
  t.same(
    reasons.map(({ text, peer }) => [text, peer]),
    ["198.51.100.1/32", "198.51.100.2/32"].map((prefix) => [
      `${prefix} is not announced to tor-1 and tor-2: BGPAdvertisements a (1) and b (2) disagree on localPref`,
      undefined,
    ]),
  );
  t.end();
});

for (const one of CASES) {
  t.test(one.name, (t) => {
    const planner = createPlanner(one.config ?? simple, one.node ?? node("n1"), {
      supports: (feature) => one.lacks?.includes(feature) !== true,
      ...one.options,
    });
    const plan = planner.plan(one.service ?? web, one.slices ?? ready);
    t.same(
      plan.announcements.map(
        ({ prefix, peer }) => `${prefix.length === 32 ? "198.51.100.1" : prefix.value}/32 ${peer}`,
      ),
      one.routes ?? [],
    );
    t.equal(plan.reasons.length, one.reasons?.length ?? 0, "as many reasons");
    for (const [i, [code, text]] of (one.reasons ?? []).entries()) {
      t.equal(plan.reasons[i]?.code, code);
      if (text.includes("\\")) t.match(plan.reasons[i]?.text, new RegExp(text));
      else t.equal(plan.reasons[i]?.text, text);
    }
    t.ok(plan.announcements.every((route) => route.service === "default/web"));
    t.end();
  });
}

t.test("a reason about one address names it, and one about a peer the peer", (t) => {
  const advertisements = [advertisement("a", { localPref: 1 }), advertisement("b", { localPref: 2 })];
  const planner = createPlanner(config({ peers: [peer("tor-1")], advertisements }), node("n1"), {
    supports: () => true,
  });
  const { reasons } = planner.plan(service("web", ["203.0.113.9", "198.51.100.1"]), ready);
  t.same(
    reasons.map(({ address, peer }) => [address, peer]),
    [
      [ip("203.0.113.9"), undefined],
      [ip("198.51.100.1"), "tor-1"],
    ],
  );
  t.end();
});

t.test("an address below, between and above the ranges of pools is in none", (t) => {
  const pools = [
    pool("b", "198.51.100.10-198.51.100.19", "198.51.100.40-198.51.100.49"),
    pool("a", "198.51.100.30-198.51.100.39"),
  ];
  const advertisements = [advertisement("x", { pools: ["a", "b"] })];
  const planner = createPlanner(config({ pools, advertisements, peers: [peer("p")] }), node("n1"), {
    supports: () => true,
  });
  const announced = [9, 10, 19, 20, 29, 30, 39, 40, 49, 50].filter((last) => {
    return planner.plan(service("web", [`198.51.100.${last}`]), ready).announcements.length === 1;
  });
  t.same(announced, [10, 19, 30, 39, 40, 49]);
  t.end();
});
