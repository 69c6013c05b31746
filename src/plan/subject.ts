/** What of a Service its routes depend on besides its addresses, where advertisements ask for it. */
import type { Feature } from "../backend/backend.ts";
import type { Reason } from "../model/announcement.ts";
import type { BgpAdvertisement } from "../model/config.ts";
import type { EndpointSliceView, ServiceView } from "../model/service.ts";
import { localEndpoints } from "./endpoints.ts";
import { list } from "./text.ts";

export interface Subject {
  readonly service: string;
  /** Its endpoints on this node, where they weigh its routes. */
  readonly endpoints?: number;
  /** The port of its health check, where it has one. */
  readonly healthCheckPort?: number;
  /** What is asked for and cannot be. */
  readonly reasons: readonly Reason[];
}

/** Whether its routes depend on more of a Service than its addresses. */
export function isDemanding({ weightByEndpoints, healthCheckWait }: BgpAdvertisement): boolean {
  return weightByEndpoints !== undefined || healthCheckWait !== undefined;
}

/** A Service of which no advertisement asks for more. */
export function plain({ key }: ServiceView): Subject {
  return { service: key, reasons: [] };
}

/** `advertisements`: those that cover the Service here. */
export function subjectOf(
  service: ServiceView,
  slices: readonly EndpointSliceView[],
  node: string,
  advertisements: readonly BgpAdvertisement[],
  supports: (feature: Feature) => boolean,
): Subject {
  const { key, healthCheckNodePort } = service;
  const weighing = namesOf(advertisements, ({ weightByEndpoints }) => weightByEndpoints !== undefined);
  const waiting = namesOf(advertisements, ({ healthCheckWait }) => healthCheckWait !== undefined);
  const local = service.externalTrafficPolicy === "Local";
  const reasons: Reason[] = [];
  const unweighted = (why: string): void => {
    const text = `the routes of ${key} carry no weight, which BGPAdvertisement ${list(weighing)} asks for: ${why}`;
    reasons.push({ code: "notWeighted", text });
  };
  const weighs = weighing.length > 0 && local && supports("link-bandwidth");
  if (weighing.length > 0 && !local) {
    unweighted("with externalTrafficPolicy Cluster each node takes traffic for all endpoints; write Local");
  } else if (weighing.length > 0 && !weighs) {
    unweighted("the backend cannot do link bandwidths");
  }
  if (waiting.length > 0 && local && healthCheckNodePort === undefined) {
    const text = `${key} is announced without the health check that BGPAdvertisement ${list(waiting)} asks for: it has no spec.healthCheckNodePort`;
    reasons.push({ code: "noHealthCheck", text });
  }
  return {
    service: key,
    ...(weighs && { endpoints: localEndpoints(slices, node) }),
    ...(healthCheckNodePort !== undefined && { healthCheckPort: healthCheckNodePort }),
    reasons,
  };
}

/** Each name once: an advertisement may cover several addresses. */
function namesOf(
  advertisements: readonly BgpAdvertisement[],
  asks: (advertisement: BgpAdvertisement) => boolean,
): string[] {
  return [...new Set(advertisements.filter(asks).map(({ name }) => name))].sort();
}
