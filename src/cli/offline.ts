/**
 * What Herald would do with a folder of manifests, without doing it: the flow of controller and speakers in one pass,
 * for every node at once.
 */
import { Allocator } from "../allocate/index.ts";
import { BgpAnnouncer } from "../announce/bgp.ts";
import type { AnnouncedRoute } from "../announce/bgp.ts";
import type { Feature } from "../backend/backend.ts";
import { formatAddress, formatPrefix } from "../model/address.ts";
import type { Reason, ReasonCode, ServicePlan } from "../model/announcement.ts";
import { attributeTexts } from "../model/attribute-texts.ts";
import type { AttributeTexts } from "../model/attribute-texts.ts";
import { formatRef } from "../model/object.ts";
import type { SourceEvent } from "../model/object.ts";
import type { EndpointSliceView, NodeView, ServiceView } from "../model/service.ts";
import { createPlanner } from "../plan/index.ts";
import { World } from "../world.ts";

export interface AddressRow {
  readonly service: string;
  readonly addresses: readonly string[];
  readonly pool?: string;
  /** Why it has none, or not all it asked for. */
  readonly pending?: string;
}

export interface RouteRow extends AttributeTexts {
  readonly node: string;
  readonly peer: string;
  readonly prefix: string;
  readonly services: readonly string[];
  readonly advertisements: readonly string[];
}

export interface ReasonRow {
  readonly node: string;
  /** Absent where it is about a peer as a whole. */
  readonly service?: string;
  readonly address?: string;
  readonly peer?: string;
  readonly code: ReasonCode;
  readonly text: string;
}

export interface ProblemRow {
  readonly severity: "error" | "warning";
  readonly object: string;
  readonly field: string;
  readonly what: string;
  readonly fix: string;
  readonly file?: string;
  readonly line?: number;
}

export interface PlanReport {
  readonly addresses: readonly AddressRow[];
  readonly routes: readonly RouteRow[];
  readonly reasons: readonly ReasonRow[];
  readonly problems: readonly ProblemRow[];
  /** What was taken for granted because the input does not say it. */
  readonly assumptions: readonly string[];
}

export interface PlanOptions {
  readonly loadBalancerClass?: string;
  readonly ignoreExcludeLabel: boolean;
  /** What the backend can do. */
  readonly supports: (feature: Feature) => boolean;
  /** "unseen": the source tells of no Secret, so that none is missed. */
  readonly secrets?: "unseen";
  /** The source tells all there is, so that nothing is taken for granted. */
  readonly complete?: true;
}

/** A node for input that names none: selectors other than the empty one do not match it. */
const ANY_NODE: NodeView = { name: "(any node)", labels: {}, networkUnavailable: false, addresses: [] };

/** The plan for what a source told up to `synced`. */
export function planOffline(events: readonly SourceEvent[], options: PlanOptions): PlanReport {
  const world = new World(options.secrets === undefined ? {} : { secrets: options.secrets });
  for (const event of events) world.apply(event);
  const assumptions: string[] = [];
  const nodes = [...world.nodes.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  if (nodes.length === 0 && options.complete !== true) {
    nodes.push(ANY_NODE);
    assumptions.push("The input has no Node: planned for one node without labels.");
  }
  const services = [...world.services.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  const loadBalancers = services.filter(({ type }) => type === "LoadBalancer");
  const assumeEndpoints = loadBalancers.length > 0 && !world.hasSlices && options.complete !== true;
  if (assumeEndpoints) {
    assumptions.push("The input has no EndpointSlice: every Service is taken to have a ready endpoint on every node.");
  }
  const slicesOf = (service: ServiceView): readonly EndpointSliceView[] =>
    assumeEndpoints ? [endpointOnEach(nodes, service.key)] : world.slicesOf(service.key);

  const allocated = allocate(world, services, options);
  return {
    addresses: allocated.rows,
    ...announce(world, nodes, allocated.services, slicesOf, options),
    problems: problemRows(world),
    assumptions,
  };
}

function endpointOnEach(nodes: readonly NodeView[], service: string): EndpointSliceView {
  const endpoints = nodes.map(({ name }) => ({
    addresses: [],
    nodeName: name,
    ready: true,
    serving: true,
    terminating: false,
  }));
  return { key: `${service}-assumed`, service, endpoints };
}

/** The Services as they are once the controller has written their status. */
function allocate(
  world: World,
  services: readonly ServiceView[],
  { loadBalancerClass }: PlanOptions,
): { readonly rows: AddressRow[]; readonly services: ServiceView[] } {
  const classes = loadBalancerClass === undefined ? {} : { loadBalancerClass };
  const allocator = new Allocator(classes);
  allocator.setPools(world.config.pools, world.namespaces.values());
  allocator.start(services);
  const rows: AddressRow[] = [];
  const allocated = services.map((service) => {
    const allocation = allocator.allocation(service.key);
    if (allocation === undefined) return service;
    const { addresses, pool, pending } = allocation;
    rows.push({
      service: service.key,
      addresses: addresses.map(formatAddress),
      ...(pool === undefined ? {} : { pool }),
      ...(pending === undefined ? {} : { pending }),
    });
    return { ...service, ingress: addresses };
  });
  return { rows, services: allocated };
}

/** Routes and reasons of all nodes. Services that share a route stand in one row. */
function announce(
  world: World,
  nodes: readonly NodeView[],
  services: readonly ServiceView[],
  slicesOf: (service: ServiceView) => readonly EndpointSliceView[],
  options: PlanOptions,
): Pick<PlanReport, "routes" | "reasons"> {
  const routes: RouteRow[] = [];
  const reasons: ReasonRow[] = [];
  for (const node of nodes) {
    const announcer = new BgpAnnouncer();
    const planner = createPlanner(world.config, node, options);
    announcer.configure(planner.peers, { nodeName: node.name, nodeAddresses: node.addresses, routerId: 1 });
    reasons.push(...planner.peerReasons.map((reason) => reasonRow(reason, node)));
    const advertisements = new Map<string, Set<string>>();
    for (const service of services) {
      const plan = planner.plan(service, slicesOf(service));
      announcer.setService(plan);
      collectAdvertisements(plan, advertisements);
      const told = plan.reasons.filter(({ code }) => code !== "notLoadBalancer" && code !== "foreignLoadBalancerClass");
      reasons.push(...told.map((reason) => reasonRow(reason, node, service.key)));
    }
    routes.push(...announcer.routes().map((route) => routeRow(route, node, advertisements)));
  }
  return { routes, reasons };
}

function collectAdvertisements(plan: ServicePlan, into: Map<string, Set<string>>): void {
  for (const { peer, prefix, advertisements } of plan.announcements) {
    const key = `${peer} ${formatPrefix(prefix)}`;
    const names = into.get(key) ?? new Set();
    into.set(key, names);
    for (const name of advertisements) names.add(name);
  }
}

function routeRow(
  { peer, prefix, attributes, services }: AnnouncedRoute,
  node: NodeView,
  advertisements: ReadonlyMap<string, ReadonlySet<string>>,
): RouteRow {
  const text = formatPrefix(prefix);
  return {
    node: node.name,
    peer,
    prefix: text,
    ...attributeTexts(attributes),
    services,
    advertisements: [...(advertisements.get(`${peer} ${text}`) ?? [])].sort(),
  };
}

function reasonRow({ code, text, address, peer }: Reason, node: NodeView, service?: string): ReasonRow {
  return {
    node: node.name,
    ...(service === undefined ? {} : { service }),
    ...(peer === undefined ? {} : { peer }),
    ...(address === undefined ? {} : { address: formatAddress(address) }),
    code,
    text,
  };
}

/** Problems of the source first, then those of objects. */
export function problemRows(world: World): ProblemRow[] {
  const unreadable = world.sourceProblems.map(({ text, file, line }): ProblemRow => ({
    severity: "error",
    object: "",
    field: "",
    what: text,
    fix: "",
    file,
    line,
  }));
  const objects = world.problems.map(({ severity, ref, field, what, fix, origin }): ProblemRow => ({
    severity,
    object: formatRef(ref),
    field,
    what,
    fix,
    ...origin,
  }));
  return [...unreadable, ...objects];
}
