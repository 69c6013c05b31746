export { ApiError } from "./client.ts";
export type { ApiClient, ApiRequest, ApiStreamRequest } from "./client.ts";
export { counted } from "./counted.ts";
export { clusterCredentials } from "./credentials.ts";
export type { ClusterCredentials } from "./cluster-credentials.ts";
export type { ClusterOptions } from "./credentials.ts";
export { httpClient } from "./http-client.ts";
export type { Credentials } from "./http-client.ts";
export type { Access } from "./transport.ts";
