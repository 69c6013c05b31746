/** What an agent answers over HTTP. */
export { agentRoutes } from "./routes.ts";
export type { AgentStatus, PeerStatus, ServiceStatus } from "./status.ts";
