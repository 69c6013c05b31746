/** How an agent leaves, by what ends it. */
import type { OwnPod } from "../source/kubernetes/index.ts";

/** What `--on-stop` takes. */
export type OnStop = "auto" | "keep" | "drain" | "withdraw";

/** What is known at the end. */
export interface Ending {
  /** "" where there was none. */
  readonly signal: string;
  /** Why the node gives up its traffic, after "the node"; undefined: it does not. */
  readonly nodeLeaving?: string | undefined;
  /** Of the node; undefined: not known. */
  readonly nodeLabels?: Readonly<Record<string, string>> | undefined;
  /** Absent: the agent runs in no Pod that is known. */
  readonly own?: OwnPod | undefined;
}

/** `text` is shown by the peers (RFC 9003). */
interface Leaving {
  readonly leave: Exclude<OnStop, "auto">;
  readonly text: string;
}

/**
 * Why no agent comes back to this node, after "node n1" or "Herald on node n1"; undefined: one does, as far as is known.
 * A doubt is no reason: whoever gives up its traffic for nothing loses some, and routers forget by themselves.
 */
export function causeOf({ signal, nodeLeaving, nodeLabels, own }: Ending): string | undefined {
  if (nodeLeaving !== undefined) return nodeLeaving;
  // SIGINT is a person's.
  if (signal === "SIGINT") return "stops";
  if (own === undefined) return undefined;
  const { pod, daemonSet, namespace, nodeSelector } = own;
  if (namespace === "ending" || namespace === "gone") return "is uninstalled: its namespace is deleted";
  if (pod === "refused" || daemonSet === "refused") return "is uninstalled: its account has lost its rights";
  // A container that is started anew in its Pod.
  if (pod === "there" || pod === "unknown") return undefined;
  if (daemonSet === "ending" || daemonSet === "gone") return "is uninstalled: what kept its Pod is deleted";
  const foreign = Object.entries(nodeSelector).find(([key, value]) => (nodeLabels?.[key] ?? undefined) !== value);
  if (daemonSet === "there" && nodeLabels !== undefined && foreign !== undefined)
    return `has no place here any more: the node lacks ${foreign.join("=")}`;
  return undefined;
}

/** SIGTERM alone says nothing of what comes next; where an agent comes back, routers keep the routes for it. */
export function leaveFor(onStop: OnStop, node: string, ending: Ending): Leaving {
  const cause = causeOf(ending);
  const leave = onStop === "auto" ? (cause === undefined ? "keep" : "drain") : onStop;
  if (leave === "keep") return { leave, text: `Herald on node ${node} restarts` };
  const subject = ending.nodeLeaving === undefined ? `Herald on node ${node}` : `node ${node}`;
  return { leave, text: `${subject} ${cause ?? "stops"}` };
}
