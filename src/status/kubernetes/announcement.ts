/** ServiceBGPStatus: one object for each Service and node that announces it, in Herald's namespace. */
import { createHash } from "node:crypto";
import type { ApiClient } from "../../net/kubernetes/client.ts";
import type { ServiceAnnouncementStatus } from "../status.ts";
import { announcementLabels, announcementStatus } from "../documents.ts";
import { at, textAt } from "./answer.ts";
import { pages } from "./list.ts";
import { ownedByNode } from "./owner.ts";
import { accepted, FIELD_MANAGER, MERGE_PATCH, metallbPath, timeText, unlessGone } from "./requests.ts";

const PLURAL = "servicebgpstatuses";

export interface AnnouncementOptions {
  readonly client: ApiClient;
  readonly namespace: string;
  readonly uidOfNode: (node: string) => string | undefined;
  /** Unix time in milliseconds. */
  readonly wall: () => number;
}

/** What an object says of the peers, and since when it is so. */
interface Said {
  readonly text: string;
  readonly announced: string | undefined;
  readonly since: string | undefined;
}

const NEW: Said = { text: "", announced: undefined, since: undefined };

export class Announcements {
  readonly #options: AnnouncementOptions;
  readonly #wanted = new Map<string, ServiceAnnouncementStatus>();
  /** Objects that exist, by Service. */
  readonly #said = new Map<string, Said>();

  constructor(options: AnnouncementOptions) {
    this.#options = options;
  }

  /** Whether there is something to write, by the Service. */
  want(status: ServiceAnnouncementStatus): boolean {
    const { service, peers } = status;
    if (peers.length === 0 && !this.#wanted.has(service) && !this.#said.has(service)) return false;
    this.#wanted.set(service, status);
    return true;
  }

  /** The Services of the node that an object says some peer is told of. */
  async announced(node: string): Promise<ReadonlySet<string>> {
    const services = new Set<string>();
    for await (const page of this.#pages(node)) {
      for (const object of page)
        if (textAt(object, "status", "peers", 0) !== undefined) services.add(serviceOf(object));
    }
    return services;
  }

  #pages(node: string): AsyncGenerator<readonly unknown[]> {
    const { client, namespace } = this.#options;
    return pages(client, metallbPath(namespace, PLURAL), { labelSelector: `metallb.io/node=${node}` });
  }

  /** Takes over what an earlier speaker of the node left. Returns the Services to write: those not in `known`. */
  async adopt(node: string, known: ReadonlySet<string>): Promise<readonly string[]> {
    const stale: string[] = [];
    const objects: unknown[] = [];
    for await (const page of this.#pages(node)) objects.push(...page);
    for (const object of objects) {
      const service = serviceOf(object);
      if (textAt(object, "metadata", "name") !== nameOf(node, service) || this.#said.has(service)) continue;
      this.#said.set(service, saidIn(object));
      if (known.has(service)) continue;
      this.want({ service, node, peers: [], reasons: [], untold: [] });
      stale.push(service);
    }
    return stale;
  }

  async write(service: string): Promise<void> {
    const wanted = this.#wanted.get(service);
    if (wanted === undefined) return;
    if (wanted.peers.length === 0) {
      if (this.#said.has(service)) await this.#delete(wanted);
      if (this.#wanted.get(service) === wanted) this.#wanted.delete(service);
      return;
    }
    const before = this.#said.get(service) ?? (await this.#create(wanted));
    this.#said.set(service, before);
    const status = announcementStatus(wanted, before.announced, before.since, timeText(this.#options.wall()));
    const said = saidIn({ status });
    if (said.text === before.text) return;
    const patched = await unlessGone(
      this.#options.client.request({
        method: "PATCH",
        path: this.#path(nameOf(wanted.node, service), "status"),
        query: { fieldManager: FIELD_MANAGER },
        contentType: MERGE_PATCH,
        body: { status },
      }),
    );
    if (patched === undefined) {
      this.#said.delete(service);
      throw new Error("it went while it was written");
    }
    this.#said.set(service, said);
  }

  async #create({ service, node }: ServiceAnnouncementStatus): Promise<Said> {
    const { client, namespace, uidOfNode } = this.#options;
    const name = nameOf(node, service);
    // One of that name is of an earlier speaker of this node.
    await accepted(
      409,
      client.request({
        method: "POST",
        path: this.#path(),
        query: { fieldManager: FIELD_MANAGER },
        body: {
          apiVersion: "metallb.io/v1beta1",
          kind: "ServiceBGPStatus",
          metadata: {
            name,
            namespace,
            labels: announcementLabels(node, service),
            ...ownedByNode(node, uidOfNode),
          },
        },
      }),
    );
    return NEW;
  }

  async #delete({ service, node }: ServiceAnnouncementStatus): Promise<void> {
    await unlessGone(this.#options.client.request({ method: "DELETE", path: this.#path(nameOf(node, service)) }));
    this.#said.delete(service);
  }

  #path(...below: readonly string[]): string {
    return metallbPath(this.#options.namespace, PLURAL, ...below);
  }
}

/** Always the same for a node and Service: whoever speaks there next finds it. */
function nameOf(node: string, service: string): string {
  return `bgp-${createHash("sha256").update(`${node}\n${service}`).digest("hex").slice(0, 20)}`;
}

function serviceOf(object: unknown): string {
  return `${textAt(object, "status", "serviceNamespace") ?? ""}/${textAt(object, "status", "serviceName") ?? ""}`;
}

function saidIn(object: unknown): Said {
  const condition = at(object, "status", "conditions", 0);
  const [announced, message] = [textAt(condition, "status"), textAt(condition, "message")];
  return {
    text: JSON.stringify([at(object, "status", "peers"), announced, message]),
    announced,
    since: textAt(condition, "lastTransitionTime"),
  };
}
