/** How an agent leaves, by what ends it. */

/** What `--on-stop` takes. */
export type OnStop = "auto" | "keep" | "drain" | "withdraw";

/** `text` is shown by the peers (RFC 9003). */
interface Leaving {
  readonly leave: Exclude<OnStop, "auto">;
  readonly text: string;
}

/**
 * SIGTERM alone says nothing of what comes next: on a node that stays it is a restart or an upgrade, and routers keep
 * the routes for it. SIGINT is a person's, or an uninstaller's: the agent does not come back.
 */
export function leaveFor(onStop: OnStop, signal: string, node: string, nodeLeaving: string | undefined): Leaving {
  const goes = nodeLeaving !== undefined || signal === "SIGINT";
  const leave = onStop === "auto" ? (goes ? "drain" : "keep") : onStop;
  if (leave === "keep") return { leave, text: `Herald on node ${node} restarts` };
  return { leave, text: nodeLeaving === undefined ? `Herald on node ${node} stops` : `node ${node} ${nodeLeaving}` };
}
