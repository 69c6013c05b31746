/** Whether the endpoints of a Service let this node announce it. */
import type { Reason } from "../model/announcement.ts";
import type { Endpoint, EndpointSliceView, ServiceView } from "../model/service.ts";
import { count, list } from "./text.ts";

/**
 * An endpoint takes traffic when it is ready, or when it serves though it is not: one that terminates and still serves
 * counts, so that a rolling update withdraws nothing.
 */
function serves(endpoint: Endpoint): boolean {
  return endpoint.ready || endpoint.serving;
}

/**
 * Why the endpoints forbid the announcement from `node`, or undefined. With externalTrafficPolicy Cluster any serving
 * endpoint will do, with Local it must be one on this node; one without a node name is then no use. Any serving
 * endpoint counts, even where another one of the same address does not serve.
 */
export function endpointsReason(
  service: ServiceView,
  slices: readonly EndpointSliceView[],
  node: string,
): Reason | undefined {
  const local = service.externalTrafficPolicy === "Local";
  for (const slice of slices) {
    for (const endpoint of slice.endpoints) {
      if (serves(endpoint) && (!local || endpoint.nodeName === node)) return undefined;
    }
  }
  const where = local ? ` on node ${node}` : "";
  const policy = local ? " (externalTrafficPolicy Local)" : "";
  return {
    code: local ? "noLocalEndpoints" : "noEndpoints",
    text: `no endpoint of ${service.key}${where} serves${policy}: ${census(slices, node)}`,
  };
}

/** What there is instead: "2 endpoints, on n1 and n3; 1 endpoint on n2 that does not serve". */
function census(slices: readonly EndpointSliceView[], node: string): string {
  const endpoints = distinct(slices);
  if (endpoints.length === 0) return "it has no endpoints";
  const serving = endpoints.filter(serves);
  const placed = serving.filter(({ nodeName }) => nodeName !== undefined);
  const idle = endpoints.filter((endpoint) => !serves(endpoint));
  const idleHere = idle.filter(({ nodeName }) => nodeName === node);
  const parts: string[] = [];
  if (placed.length > 0) parts.push(`${count(placed.length, "endpoint")}, on ${list(nodesOf(placed))}`);
  if (serving.length > placed.length) {
    parts.push(`${count(serving.length - placed.length, "endpoint")} without a node name`);
  }
  if (idleHere.length > 0) parts.push(`${notServing(idleHere.length)} on ${node}`);
  if (parts.length === 0) parts.push(notServing(idle.length));
  return parts.join("; ");
}

function notServing(n: number): string {
  return `${count(n, "endpoint")} that ${n === 1 ? "does" : "do"} not serve`;
}

function nodesOf(endpoints: readonly Endpoint[]): string[] {
  return [...new Set(endpoints.flatMap(({ nodeName }) => nodeName ?? []))].sort();
}

/** Endpoints of several slices, each address counted once: as serving where any entry of it serves. */
function distinct(slices: readonly EndpointSliceView[]): Endpoint[] {
  const byAddress = new Map<string, Endpoint>();
  for (const { endpoints } of slices) {
    for (const endpoint of endpoints) {
      const key = `${endpoint.nodeName ?? ""} ${endpoint.addresses.join(" ")}`;
      const known = byAddress.get(key);
      if (known === undefined || !serves(known)) byAddress.set(key, endpoint);
    }
  }
  return [...byAddress.values()];
}

/**
 * How many endpoints on `node` take new traffic: the ready ones, or where there is none those that still serve. A pod
 * of both families has an entry in a slice of each and counts once.
 */
export function localEndpoints(slices: readonly EndpointSliceView[], node: string): number {
  const local = distinct(slices).filter((endpoint) => endpoint.nodeName === node && serves(endpoint));
  const ready = local.filter((endpoint) => endpoint.ready);
  const counted = ready.length > 0 ? ready : local;
  const ipv6 = counted.filter(({ addresses }) => addresses[0]?.includes(":") === true).length;
  return Math.max(ipv6, counted.length - ipv6);
}
