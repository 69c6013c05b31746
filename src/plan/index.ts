/** Who announces what to whom, or why not: pure, for one node. */
export { createPlanner } from "./planner.ts";
export type { Planner, PlannerOptions } from "./planner.ts";
export { peerReasons, peersForNode } from "./peers.ts";
export type { PeerReason } from "./peers.ts";
