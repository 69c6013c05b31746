/** What is asked of a server besides objects: which versions of a kind it has, and what becomes of a definition. */
import { ApiError } from "../../net/kubernetes/client.ts";
import type { ApiClient } from "../../net/kubernetes/client.ts";
import { groupPath, pathOf } from "./kinds.ts";
import type { KindToRead } from "./kinds.ts";
import type { Place } from "./reader.ts";
import { field } from "./wire.ts";

export class Server {
  readonly #client: ApiClient;
  readonly #namespace: string;

  constructor(client: ApiClient, namespace: string) {
    this.#client = client;
    this.#namespace = namespace;
  }

  /** Where a kind is in the best version that the server has; undefined where it has none. Rejects with an ApiError. */
  async locate(kind: KindToRead, signal: AbortSignal): Promise<Place | undefined> {
    for (const version of kind.versions) {
      if (!kind.custom || (await this.#has(kind, version, signal))) {
        return { path: pathOf(kind, version, this.#namespace), version };
      }
    }
    return undefined;
  }

  async #has({ group, plural }: KindToRead, version: string, signal: AbortSignal): Promise<boolean> {
    try {
      const list = await this.#client.request({ method: "GET", path: groupPath(group, version), signal });
      const resources = field(list, "resources");
      return Array.isArray(resources) && resources.some((resource) => field(resource, "name") === plural);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return false;
      throw error;
    }
  }

  /**
   * Whether the definition of a kind is gone, or being removed with all its objects. Never rejects: false where it is not
   * known, and `unknown` is told why.
   */
  async definitionEnds({ group, plural }: KindToRead, unknown: (error: unknown) => void): Promise<boolean> {
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${plural}.${group}`;
    try {
      const definition = await this.#client.request({ method: "GET", path });
      return field(field(definition, "metadata"), "deletionTimestamp") !== undefined;
    } catch (error) {
      const gone = error instanceof ApiError && error.status === 404;
      if (!gone) unknown(error);
      return gone;
    }
  }
}
