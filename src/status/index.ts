export { folderSink, folderSinks } from "./folder.ts";
export type { FolderSink, FolderSinkOptions } from "./folder.ts";
export { acquireLease } from "./lease.ts";
export type { HeldLease, LeaseOptions } from "./lease.ts";
export type { ObjectEvent, PeerCondition, ServiceAnnouncementStatus, ServiceStatus, StatusSink } from "./status.ts";
export { acquireApiLease } from "./api-lease.ts";
export type { ApiLease, ApiLeaseOptions } from "./api-lease.ts";
