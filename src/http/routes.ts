/** The paths of the agent's HTTP port. */
import type { Reply, Route } from "../net/http.ts";
import type { Observed } from "../observed.ts";
import { bgpRoutes } from "./bgp.ts";
import { agentStatus } from "./status.ts";

/** The library behind metrics is loaded by the first who asks, so that it delays nobody's start. */
type Exposition = (observed: Observed) => Promise<{ readonly type: string; readonly text: string }>;

/**
 * `observe` is called for each request, and answers how things stand; `refresh` before it where counters are asked for,
 * to bring them up to date.
 */
export function agentRoutes(
  observe: () => Observed,
  refresh: () => Promise<void> = () => Promise.resolve(),
): Readonly<Record<string, Route>> {
  let exposition: Promise<Exposition> | undefined;
  return {
    "/healthz": () => ({ status: 200, body: "ok\n" }),
    "/readyz": () => {
      const { waiting } = observe();
      if (waiting.length === 0) return { status: 200, body: "ok\n" };
      return { status: 503, body: `waiting for ${waiting.join(", ")}\n` };
    },
    "/status": async (query): Promise<Reply> => {
      await refresh();
      const status = agentStatus(observe(), query.get("service") ?? undefined);
      return { status: 200, body: `${JSON.stringify(status, undefined, 2)}\n`, type: "application/json" };
    },
    ...bgpRoutes(() => observe().speaker?.glass),
    "/metrics": async (): Promise<Reply> => {
      await refresh();
      exposition ??= import("../metrics/index.ts").then(({ createExposition }) => createExposition());
      const { type, text } = await (await exposition)(observe());
      return { status: 200, body: text, type };
    },
  };
}
