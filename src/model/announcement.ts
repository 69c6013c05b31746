/** Who announces what to whom, or why not. */
import type { Address, Prefix } from "./address.ts";
import type { Communities, Origin, Transitivity } from "./config.ts";

/** A bandwidth that routers spread traffic by (RFC 10005). */
export interface LinkBandwidth {
  readonly bytesPerSecond: number;
  readonly transitivity: Transitivity;
}

/** What a BGP route carries besides its prefix; the session completes ORIGIN, AS_PATH and next hop where they are absent. */
export interface RouteAttributes {
  readonly communities: Communities;
  /** For iBGP peers only. */
  readonly localPref?: number;
  readonly med?: number;
  /** How often our AS stands in the path besides once; for eBGP peers only. */
  readonly asPathPrepend?: number;
  readonly origin?: Origin;
  /** Of the prefix's family; absent: the session's own address, or the node's. */
  readonly nextHop?: Address;
  readonly linkBandwidth?: LinkBandwidth;
}

/** What has to be true of a Service on this node before a route is told for the first time. */
export interface Gate {
  /** Port of the node that answers for the Service's health (spec.healthCheckNodePort). */
  readonly port: number;
  /** Milliseconds after which it is told anyway. */
  readonly wait: number;
}

/** One prefix of one Service towards one peer of this node. */
export interface BgpAnnouncement {
  readonly service: string;
  readonly peer: string;
  readonly prefix: Prefix;
  readonly attributes: RouteAttributes;
  /** Absent: it is told at once. */
  readonly gate?: Gate;
  /** Names of the BGPAdvertisements it comes from, sorted. */
  readonly advertisements: readonly string[];
}

/**
 * Why a Service, or one of its addresses, is not announced. The code is stable (metrics, tests);
 * those that MetalLB has keep its words.
 */
export type ReasonCode =
  | "notLoadBalancer"
  | "foreignLoadBalancerClass"
  | "noIPAllocated"
  | "ipNotAllowed"
  | "noMatchingAdvertisement"
  | "notOwner"
  | "conflictingAdvertisements"
  | "nodeNetworkUnavailable"
  | "nodeLabeledExcludeBalancers"
  | "nodeLeaving"
  | "noLocalEndpoints"
  | "noEndpoints"
  | "noPeerOnNode"
  | "peerFamilyNotCarried"
  | "unsupportedByBackend"
  | "prefixNotAllowed"
  | "notWeighted"
  | "noHealthCheck"
  | "awaitingHealthCheck"
  | "healthCheckOverdue"
  | "serviceDeleting";

export interface Reason {
  readonly code: ReasonCode;
  /** One sentence for people, the same in events, status, `why` and the log. */
  readonly text: string;
  /** The address it is about, where it is not all of them. */
  readonly address?: Address;
  /** The peer it is about, where it is one. */
  readonly peer?: string;
}

/** The plan for one Service on one node. */
export interface ServicePlan {
  readonly service: string;
  /** At most one a peer and prefix. */
  readonly announcements: readonly BgpAnnouncement[];
  /** Why not, or not everywhere; empty when everything asked for is announced. */
  readonly reasons: readonly Reason[];
}
