/** ServiceBGPStatus: one object for each Service and node that announces it, in Herald's namespace. */
import { createHash } from "node:crypto";
import type { Clock } from "../../net/clock.ts";
import type { ApiClient, ApiError } from "../../net/kubernetes/client.ts";
import { Reader } from "../../source/kubernetes/reader.ts";
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
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  /** A Service whose object is to be looked at again. */
  readonly changed: (service: string) => void;
  /** Whether the objects can be read. */
  readonly failed: (error: ApiError, retryMilliseconds: number) => void;
  readonly works: () => void;
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
  #reader: Reader | undefined;
  /** What was said last of any Service: of the next one it is mostly the same. */
  #last = NEW;

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
    const { client, namespace } = this.#options;
    const services = new Set<string>();
    const query = { labelSelector: `metallb.io/node=${node}` };
    for await (const page of pages(client, metallbPath(namespace, PLURAL), query)) {
      for (const object of page) {
        const service = serviceOf(node, object);
        if (service !== undefined && textAt(object, "status", "peers", 0) !== undefined) services.add(service);
      }
    }
    return services;
  }

  /** Takes over what an earlier speaker of the node left, and makes anew what somebody deletes. */
  watch(node: string): void {
    const { client, clock, random, namespace, failed, works } = this.#options;
    let listed = false;
    let seen = new Set<string>();
    this.#reader ??= new Reader({
      client,
      clock,
      random,
      locate: () => Promise.resolve({ path: metallbPath(namespace, PLURAL), version: "v1beta1" }),
      selection: { query: { labelSelector: `metallb.io/node=${node}` } },
      taker: {
        asks: () => undefined,
        listing: () => (seen = new Set()),
        object: (value) => {
          const service = serviceOf(node, value);
          if (service === undefined) return;
          seen.add(service);
          if (!listed) this.#adopt(node, service, value);
        },
        removed: (value) => this.#gone(serviceOf(node, value)),
        listed: () => {
          for (const service of this.#said.keys()) if (!seen.has(service)) this.#gone(service);
          listed = true;
          seen.clear();
        },
        absent: () => undefined,
        failed,
        works,
      },
    });
  }

  async close(): Promise<void> {
    await this.#reader?.close();
  }

  #adopt(node: string, service: string, value: unknown): void {
    if (!this.#said.has(service)) this.#said.set(service, this.#shared(saidIn(value)));
    if (this.#wanted.has(service)) return;
    this.want({ service, node, peers: [], reasons: [], untold: [] });
    this.#options.changed(service);
  }

  #gone(service: string | undefined): void {
    if (service === undefined || !this.#said.delete(service)) return;
    if ((this.#wanted.get(service)?.peers.length ?? 0) > 0) this.#options.changed(service);
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
    const status = announcementStatus(wanted, before.announced, before.since, timeText(this.#options.clock.wall()));
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
    this.#said.set(service, this.#shared(said));
  }

  /** Equal ones are one object: there may be very many. */
  #shared(said: Said): Said {
    const { text, announced, since } = this.#last;
    if (said.text !== text || said.announced !== announced) this.#last = said;
    else if (said.since !== since) this.#last = { text, announced, since: said.since };
    return this.#last;
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

/** The Service of an object that a speaker of the node made. */
function serviceOf(node: string, object: unknown): string | undefined {
  const labels = [
    at(object, "metadata", "labels", `metallb.io/service-namespace`),
    at(object, "metadata", "labels", `metallb.io/service-name`),
  ];
  const service = labels.join("/");
  return textAt(object, "metadata", "name") === nameOf(node, service) ? service : undefined;
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
