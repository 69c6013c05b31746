/** What an agent answers over HTTP. */
export { agentRoutes } from "./routes.ts";
export type { AgentStatus, PeerStatus, RouteStatus, ServiceStatus } from "./status.ts";
