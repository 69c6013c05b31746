/** The lab: real software on hosts made of network namespaces. */
export { birdc } from "./bird.ts";
export type { BgpPath } from "./bgp-table.ts";
export { frrPaths } from "./bgp-table.ts";
export type { Capture, Seen } from "./capture.ts";
export { takeDown } from "./cleanup.ts";
export { restartDaemon, startFrr } from "./frr.ts";
export { gobgp, gobgpJson, gobgpSocket, startGobgp } from "./gobgp.ts";
export { ApiServer } from "./kube/api-server.ts";
export { CLUSTER, Cluster, WORKERS } from "./kube/cluster.ts";
export type { WorkerName } from "./kube/cluster.ts";
export { kubeBinaries } from "./kube/binaries.ts";
export { Lab } from "./lab.ts";
export type { KernelRoute, LabNode } from "./node.ts";
export { requireInstalled } from "./requirements.ts";
export type { Requirement } from "./requirements.ts";
export type { Task } from "./task.ts";
export { until } from "./until.ts";
