/** Who announces what to whom, or why not. */
import type { Address, Prefix } from "./address.ts";
import type { Communities } from "./config.ts";

/** What a BGP route carries besides its prefix; the session completes ORIGIN, AS_PATH and next hop. */
export interface RouteAttributes {
  readonly communities: Communities;
  /** For iBGP peers only. */
  readonly localPref?: number;
}

/** One prefix of one Service towards one peer of this node. */
export interface BgpAnnouncement {
  readonly service: string;
  readonly peer: string;
  readonly prefix: Prefix;
  readonly attributes: RouteAttributes;
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
