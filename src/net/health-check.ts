/** The health check of a Service on a node, as kube-proxy and those in its place answer it. */
import { getHttp } from "./http-get.ts";

/** Milliseconds. */
const TIMEOUT = 1_000;

/** Undefined: the node has endpoints of the Service; else why it is not known to. Never rejects. */
export async function checkHealth(host: string, port: number): Promise<string | undefined> {
  try {
    const { status } = await getHttp({ host, port, path: "/healthz", timeout: TIMEOUT });
    if (status === 200) return undefined;
    return status === 503 ? "it says that the node has no endpoints (503)" : `it answers with status ${status}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
