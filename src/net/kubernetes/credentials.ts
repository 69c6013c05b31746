/** Where the API server is and how to show who asks. */
import type { Clock } from "../clock.ts";
import type { ClusterCredentials } from "./cluster-credentials.ts";
import { serviceAccountCredentials } from "./service-account.ts";

export interface ClusterOptions {
  /** A kubeconfig file. Absent: KUBECONFIG, else the pod's ServiceAccount, else ~/.kube/config. */
  readonly kubeconfig?: string;
  /** An environment variable; undefined where it is unset or empty. */
  readonly env: (name: string) => string | undefined;
  readonly clock: Clock;
}

/** Rejects where there is no cluster to be found, with an Error that says what was looked for. */
export async function clusterCredentials({ kubeconfig, env, clock }: ClusterOptions): Promise<ClusterCredentials> {
  const named = kubeconfig ?? env("KUBECONFIG");
  const [host, port] = [env("KUBERNETES_SERVICE_HOST"), env("KUBERNETES_SERVICE_PORT")];
  if (named === undefined && host !== undefined && port !== undefined) {
    return serviceAccountCredentials({ host, port, clock });
  }
  const { plainKubeconfig } = await import("./plain-kubeconfig.ts");
  const plain = plainKubeconfig(named ?? `${env("HOME")}/.kube/config`, clock);
  if (plain !== undefined) return plain;
  const { kubeconfigCredentials } = await import("./kubeconfig.ts");
  return kubeconfigCredentials({ ...(kubeconfig === undefined ? {} : { file: kubeconfig }), clock });
}
