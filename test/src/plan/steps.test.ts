/** One Service through its life, step by step, as a speaker sees it. */
import t from "tap";
import { createPlanner } from "../../../src/plan/index.ts";
import type { Config } from "../../../src/model/config.ts";
import type { Endpoint, ServiceView } from "../../../src/model/service.ts";
import { advertisement, config, endpoint, labelled, node, peer, service, slice } from "../../support/plan-values.ts";

interface Step {
  readonly name: string;
  readonly config?: Config;
  readonly service?: Partial<ServiceView>;
  /** Of two slices. */
  readonly endpoints?: readonly [readonly Endpoint[], readonly Endpoint[]];
  readonly labels?: Record<string, string>;
  /** "prefix length/peer", or the code of the first reason. */
  readonly expect: readonly string[] | string;
}

const both = config({ peers: [peer("tor-1"), peer("tor-2")], advertisements: [advertisement("host")] });
const withAggregate = config({
  peers: [peer("tor-1"), peer("tor-2")],
  advertisements: [advertisement("host"), advertisement("net", { aggregationLength: 24, peers: ["tor-2"] })],
});
const selective = config({
  peers: [peer("tor-1"), peer("tor-2", { nodeSelectors: [labelled({ rack: "2" })] })],
  advertisements: [advertisement("host")],
});
const announced = ["32/tor-1", "32/tor-2"];

const STEPS: readonly Step[] = [
  { name: "no configuration", config: config({ pools: [] }), expect: "ipNotAllowed" },
  { name: "not a load balancer", service: { type: "ClusterIP" }, expect: "notLoadBalancer" },
  { name: "no address yet", service: { ingress: [] }, expect: "noIPAllocated" },
  { name: "no endpoints", expect: "noEndpoints" },
  { name: "an endpoint elsewhere arrives", endpoints: [[endpoint("n2")], []], expect: announced },
  {
    name: "traffic policy becomes Local",
    service: { externalTrafficPolicy: "Local" },
    expect: "noLocalEndpoints",
  },
  {
    name: "an endpoint here arrives in another slice, still starting",
    endpoints: [[endpoint("n2")], [endpoint("n1", "starting")]],
    expect: "noLocalEndpoints",
  },
  { name: "it is ready", endpoints: [[endpoint("n2")], [endpoint("n1")]], expect: announced },
  {
    name: "it terminates and still serves",
    endpoints: [[endpoint("n2")], [endpoint("n1", "terminating")]],
    expect: announced,
  },
  { name: "it is gone", endpoints: [[endpoint("n2")], [endpoint("n1", "gone")]], expect: "noLocalEndpoints" },
  { name: "traffic policy becomes Cluster again", service: { externalTrafficPolicy: "Cluster" }, expect: announced },
  { name: "a second advertisement, for one peer", config: withAggregate, expect: [...announced, "24/tor-2"] },
  { name: "it goes again", config: both, expect: announced },
  { name: "a peer is for other nodes", config: selective, expect: ["32/tor-1"] },
  { name: "this node becomes one of them", labels: { rack: "2" }, expect: announced },
  { name: "and is so no longer", labels: {}, expect: ["32/tor-1"] },
  { name: "all peers go", config: config({ advertisements: [advertisement("host")] }), expect: "noPeerOnNode" },
  { name: "they are back", config: both, expect: announced },
  {
    name: "no endpoint serves",
    endpoints: [[endpoint("n2", "gone")], [endpoint("n1", "starting")]],
    expect: "noEndpoints",
  },
  {
    name: "one terminates and serves: the last of a rolling update",
    endpoints: [[endpoint("n2", "terminating")], []],
    expect: announced,
  },
  { name: "the Service is deleted", service: { deleting: true }, expect: "serviceDeleting" },
];

t.test("a Service through its life", (t) => {
  let conf = both;
  let view = service("web", ["198.51.100.1"]);
  let endpoints: Step["endpoints"] = [[], []];
  let labels: Record<string, string> = {};
  for (const step of STEPS) {
    const saved = view;
    if (step.name !== "no configuration") conf = step.config ?? conf;
    view = { ...view, ...step.service };
    endpoints = step.endpoints ?? endpoints;
    labels = step.labels ?? labels;
    const planner = createPlanner(step.config ?? conf, node("n1", { labels }), { supports: () => true });
    const slices = endpoints.map((list) => slice("web", ...list));
    const plan = planner.plan(view, slices);
    const got =
      plan.announcements.length > 0
        ? plan.announcements.map(({ prefix, peer }) => `${prefix.length}/${peer}`)
        : plan.reasons[0]?.code;
    t.same(got, step.expect, step.name);
    t.same(planner.plan(view, slices.reverse()), plan, `${step.name}, slices in another order`);
    if (step.service?.type !== undefined || step.service?.ingress !== undefined) view = saved;
  }
  t.end();
});
