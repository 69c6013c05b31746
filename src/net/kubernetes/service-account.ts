/**
 * The ServiceAccount of a pod: two files that the kubelet keeps new, read here. A library for it would cost each agent
 * more memory than all that it knows of a cluster of 10,000 Services.
 */
import { readFileSync } from "node:fs";
import { isIPv6 } from "node:net";
import type { Clock } from "../clock.ts";
import { explainSystemError } from "../errors.ts";
import type { ClusterCredentials } from "./cluster-credentials.ts";
import { freshAccess } from "./fresh.ts";
import type { Access } from "./transport.ts";

const FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";

export interface ServiceAccountOptions {
  readonly host: string;
  readonly port: string;
  readonly clock: Clock;
  readonly folder?: string;
}

/** Throws where the pod has no ServiceAccount token. */
export function serviceAccountCredentials(options: ServiceAccountOptions): ClusterCredentials {
  const { host, port, clock, folder = FOLDER } = options;
  return {
    ...freshAccess(() => read(folder), clock),
    server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    namespace: readText(`${folder}/namespace`),
  };
}

function read(folder: string): Access {
  return {
    headers: { authorization: `Bearer ${readText(`${folder}/token`)}` },
    tls: { ca: readText(`${folder}/ca.crt`) },
  };
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    throw new Error(
      `ServiceAccount: ${path}: ${explainSystemError(error)}; set automountServiceAccountToken, or use --kubeconfig`,
      { cause: error },
    );
  }
}
