/** Which folder or cluster an agent is for, from its options and surroundings. */
import type { AgentOptions } from "./options.ts";
import { UsageError } from "./system.ts";
import type { System, Where } from "./system.ts";

/** Throws a UsageError, one sentence, where the options do not go together. */
export function whereOf(options: AgentOptions, system: Pick<System, "env">): Where {
  const { config, state, kubeconfig } = options;
  if (config !== undefined) {
    if (kubeconfig !== undefined) throw new UsageError("--config names a folder, --kubeconfig a cluster; write one");
    if (state === undefined) {
      throw new UsageError("--config needs --state, a folder for what an API server would hold");
    }
    if (options.namespace !== undefined) throw new UsageError("--namespace is for a cluster, not for --config");
    return { type: "folder", config, state };
  }
  const cluster = clusterOf(options, system);
  if (cluster !== undefined) return cluster;
  throw new UsageError(
    "nothing to follow: name a folder with --config and --state, or a cluster with --kubeconfig (this is no pod)",
  );
}

/** The cluster that is named, or around us; undefined where there is none. */
export function clusterOf(
  options: Pick<AgentOptions, "kubeconfig" | "namespace">,
  system: Pick<System, "env">,
): Extract<Where, { type: "cluster" }> | undefined {
  const { kubeconfig } = options;
  const found = ["KUBECONFIG", "KUBERNETES_SERVICE_HOST"].some((name) => system.env(name) !== undefined);
  if (kubeconfig === undefined && !found) return undefined;
  const namespace = options.namespace ?? system.env("METALLB_NAMESPACE");
  return {
    type: "cluster",
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}
