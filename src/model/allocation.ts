/** What the allocator decided for one Service. */
import type { Address } from "./address.ts";

/** Event reasons of the controller; those that MetalLB has keep its words. */
export type AllocationEventReason =
  | "IPAllocated"
  | "ClearAssignment"
  | "AdditionalAssignFailed"
  | "AllocationFailed"
  | "LoadBalancerFailed"
  | "not enough clusterips"
  | "nolbIPsIPFamily"
  | "noclusterIPsIPFamily"
  | "RequestNotMet";

export interface AllocationEvent {
  readonly type: "Normal" | "Warning";
  readonly reason: AllocationEventReason;
  readonly message: string;
}

export interface Allocation {
  readonly service: string;
  /** IPv4 before IPv6; empty: it has none. */
  readonly addresses: readonly Address[];
  /** The pool they are from. */
  readonly pool?: string;
  /** Why it has none, or not all it asked for; absent when all is as asked. */
  readonly pending?: string;
  /** What is new since the last decision for this Service. */
  readonly events: readonly AllocationEvent[];
}

/** Counters of one pool. Exact, whatever its size. */
export interface PoolUsage {
  readonly pool: string;
  readonly assignedIPv4: bigint;
  readonly assignedIPv6: bigint;
  readonly availableIPv4: bigint;
  readonly availableIPv6: bigint;
}
