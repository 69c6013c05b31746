/** `/status`: what a running agent does and why not, as one JSON value. No secret is in what it is made of. */
import type { AnnouncedRoute } from "../announce/bgp.ts";
import type { BfdReport, BfdTimers, MessageCounts, PeerReport, SessionState } from "../backend/report.ts";
import { formatAddress, formatPrefix } from "../model/address.ts";
import { attributeTexts } from "../model/attribute-texts.ts";
import type { AttributeTexts } from "../model/attribute-texts.ts";
import type { PoolUsage } from "../model/allocation.ts";
import type { ServiceView } from "../model/service.ts";
import type { Observed } from "../observed.ts";

/** Times in milliseconds. */
export interface BfdStatus extends Omit<BfdReport, "since"> {
  /** When its state last changed. */
  readonly since?: string;
}

export interface PeerStatus {
  readonly peer: string;
  readonly address?: string;
  readonly state: SessionState;
  /** When the session last came up or ended: "2026-01-31T08:15:30.123Z". */
  readonly since?: string;
  /** Routes of the list, on the wire, and still to be written. */
  readonly routes: number;
  readonly advertised: number;
  readonly pending?: number;
  readonly unsent: readonly { readonly prefix: string; readonly reason: string }[];
  readonly lastError?: string;
  readonly sent?: MessageCounts;
  readonly received?: MessageCounts;
  readonly receivedPrefixes?: number;
  readonly flaps?: number;
  readonly updateErrors?: { readonly discarded: number; readonly withdrawn: number };
  /** Of a peer with a BFD profile. */
  readonly bfd?: BfdStatus;
}

export interface ServiceStatus {
  readonly service: string;
  readonly type: ServiceView["type"];
  readonly addresses: readonly string[];
  readonly pool?: string;
  /** Why it has no address, or not all it asked for; of a controller that leads. */
  readonly pending?: string;
  /** To whom this node announces it, and why not to others; of a speaker. */
  readonly peers: readonly string[];
  readonly reasons: readonly string[];
}

export interface RouteStatus extends AttributeTexts {
  readonly peer: string;
  readonly prefix: string;
  readonly services: readonly string[];
}

export interface PoolStatus {
  readonly pool: string;
  /** Decimal text: an IPv6 pool has more addresses than a number can count. */
  readonly assignedIPv4: string;
  readonly assignedIPv6: string;
  readonly availableIPv4: string;
  readonly availableIPv6: string;
}

export interface ProblemStatus {
  readonly severity: "error" | "warning";
  readonly object: string;
  readonly text: string;
}

export interface AgentStatus {
  readonly version: string;
  readonly roles: readonly string[];
  readonly node?: string;
  readonly ready: boolean;
  readonly waiting: readonly string[];
  readonly objects: number;
  readonly backend?: string;
  readonly peers: readonly PeerStatus[];
  /** How punctual BFD is here; times in seconds. */
  readonly bfd?: BfdTimers;
  readonly services: readonly ServiceStatus[];
  readonly routes: readonly RouteStatus[];
  readonly pools: readonly PoolStatus[];
  readonly problems: readonly ProblemStatus[];
}

/** With `only` ("namespace/name"): that Service and its routes, of whatever type it is; else those that are load balancers. */
export function agentStatus(observed: Observed, only?: string): AgentStatus {
  const { version, roles, node, waiting, world, problems, controller, speaker } = observed;
  const backend = speaker?.status();
  const services = [...world.services.values()].filter(({ key, type }) =>
    only === undefined ? type === "LoadBalancer" : key === only,
  );
  const routes = speaker?.routes() ?? [];
  return {
    version,
    roles,
    ...(node === undefined ? {} : { node }),
    ready: waiting.length === 0,
    waiting,
    objects: world.size,
    ...(backend === undefined ? {} : { backend: backend.backend }),
    peers: backend?.peers.map(peerStatus) ?? [],
    ...(backend?.bfd === undefined ? {} : { bfd: backend.bfd }),
    services: services.sort(byKey).map((service) => serviceStatus(service, observed)),
    routes: routes.filter((route) => only === undefined || route.services.includes(only)).map(routeStatus),
    pools: controller?.usage().map(poolStatus) ?? [],
    problems,
  };
}

function byKey(a: ServiceView, b: ServiceView): number {
  return a.key < b.key ? -1 : 1;
}

/** Field by field: what a backend adds to its report is not shown unasked. */
function peerStatus(report: PeerReport): PeerStatus {
  const { peer, address, state, since, routes, advertised, pending, unsent, lastError } = report;
  const { sent, received, receivedPrefixes, flaps, updateErrors, bfd } = report;
  return {
    peer,
    ...(address !== undefined && { address }),
    state,
    ...(since !== undefined && { since: new Date(since).toISOString() }),
    routes,
    advertised,
    ...(pending !== undefined && { pending }),
    unsent: unsent.map(({ prefix, reason }) => ({ prefix: formatPrefix(prefix), reason })),
    ...(lastError !== undefined && { lastError }),
    ...(sent !== undefined && { sent }),
    ...(received !== undefined && { received }),
    ...(receivedPrefixes !== undefined && { receivedPrefixes }),
    ...(flaps !== undefined && { flaps }),
    ...(updateErrors !== undefined && { updateErrors }),
    ...(bfd !== undefined && { bfd: bfdStatus(bfd) }),
  };
}

function bfdStatus({ since, ...report }: BfdReport): BfdStatus {
  return { ...report, ...(since !== undefined && { since: new Date(since).toISOString() }) };
}

/** Where this agent does not decide about addresses, those of the Service's status. */
function serviceStatus(view: ServiceView, { controller, speaker }: Observed): ServiceStatus {
  const { key, type, ingress, allocatedFrom } = view;
  const decided = controller?.allocation(key);
  const pool = decided === undefined ? allocatedFrom : decided.pool;
  const { peers, reasons } = speaker?.announcement(key) ?? { peers: [], reasons: [] };
  return {
    service: key,
    type,
    addresses: (decided?.addresses ?? ingress).map(formatAddress),
    ...(pool === undefined ? {} : { pool }),
    ...(decided?.pending === undefined ? {} : { pending: decided.pending }),
    peers,
    reasons,
  };
}

function routeStatus({ peer, prefix, attributes, services }: AnnouncedRoute): RouteStatus {
  return { peer, prefix: formatPrefix(prefix), ...attributeTexts(attributes), services };
}

function poolStatus({ pool, assignedIPv4, assignedIPv6, availableIPv4, availableIPv6 }: PoolUsage): PoolStatus {
  return {
    pool,
    assignedIPv4: `${assignedIPv4}`,
    assignedIPv6: `${assignedIPv6}`,
    availableIPv4: `${availableIPv4}`,
    availableIPv6: `${availableIPv6}`,
  };
}
