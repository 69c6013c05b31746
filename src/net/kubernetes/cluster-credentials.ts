import type { Credentials } from "./http-client.ts";

/** What a process needs to speak to a cluster. */
export interface ClusterCredentials extends Credentials {
  /** The namespace of the context, or of the ServiceAccount. */
  readonly namespace?: string;
}
