/** Objects in memory with the roles around them: what a folder or an API server is to the agent, without either. */
import { Controller } from "../../src/controller.ts";
import type { Feature } from "../../src/backend/backend.ts";
import { FakeBackend } from "../../src/backend/fake/index.ts";
import { formatAddress } from "../../src/model/address.ts";
import { refKey } from "../../src/model/object.ts";
import type { ObjectRef, RawObject, SourceEvent } from "../../src/model/object.ts";
import { Speaker } from "../../src/speaker.ts";
import type { HealthChecks } from "../../src/speaker.ts";
import type {
  ObjectEvent,
  PeerCondition,
  ServiceAnnouncementStatus,
  ServiceStatus,
  StatusSink,
} from "../../src/status/index.ts";
import { World } from "../../src/world.ts";
import { FakeClock } from "./fake-clock.ts";
import { raw } from "./objects.ts";
import type { Written } from "./objects.ts";
import { recordingLog } from "./recording-log.ts";

const POOL_ANNOTATION = "metallb.io/ip-allocated-from-pool";

/** All queued microtasks and what they queue. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export interface MemoryClusterOptions {
  readonly loadBalancerClass?: string;
  /** What the backends cannot do. */
  readonly lacks?: readonly Feature[];
  readonly drainOnCordon?: boolean;
  readonly healthChecks?: HealthChecks;
  /** The speakers had a run before, which said this. */
  readonly before?: readonly ServiceAnnouncementStatus[];
}

export class MemoryCluster implements StatusSink {
  readonly world = new World();
  readonly clock = new FakeClock();
  readonly records: Record<string, unknown>[];
  readonly controller: Controller;
  readonly backends = new Map<string, FakeBackend>();
  readonly speakers = new Map<string, Speaker>();
  readonly statuses = new Map<string, readonly string[]>();
  readonly announcements = new Map<string, ServiceAnnouncementStatus>();
  readonly conditions = new Map<string, readonly PeerCondition[]>();
  readonly events: ObjectEvent[] = [];
  /** Every status write, in order: "default/web: 192.0.2.1". */
  readonly writes: string[] = [];
  readonly #objects = new Map<string, RawObject>();

  constructor(
    nodes: readonly string[],
    { lacks = [], drainOnCordon = false, healthChecks, before, ...options }: MemoryClusterOptions = {},
  ) {
    const { log, records } = recordingLog();
    this.records = records;
    this.controller = new Controller({ world: this.world, sink: this, log, allocator: options });
    this.controller.lead();
    for (const nodeName of nodes) {
      const backend = new FakeBackend({ lacks });
      this.backends.set(nodeName, backend);
      const drain = { wait: 5000, timers: this.clock };
      const common = { nodeName, world: this.world, sink: this, backend, log, ignoreExcludeLabel: false, drain };
      for (const one of before ?? []) this.announcements.set(`${one.node} ${one.service}`, one);
      const checks = healthChecks === undefined ? {} : { healthChecks };
      this.speakers.set(
        nodeName,
        new Speaker({ ...common, ...checks, resumes: before !== undefined, drainOnCordon, ...options }),
      );
    }
  }

  /** What a source would tell. */
  tell(...events: readonly SourceEvent[]): void {
    for (const event of events) {
      const changes = this.world.apply(event);
      for (const role of [this.controller, ...this.speakers.values()]) role.take(changes);
    }
  }

  async apply(...written: readonly Written[]): Promise<void> {
    for (const each of written) this.#put(raw(each));
    await settled();
  }

  async delete(ref: ObjectRef): Promise<void> {
    this.#objects.delete(refKey(ref));
    this.tell({ type: "delete", ref });
    await settled();
  }

  async synced(): Promise<void> {
    this.tell({ type: "synced" });
    await settled();
  }

  /** What the router at the other end of a session of that node holds: prefix, and communities in one line. */
  table(node: string, peer: string): string[] {
    const table = this.backends.get(node)?.table(peer) ?? new Map();
    return Array.from(table, ([prefix, { communities, localPref }]) =>
      [prefix, ...communities.standard, ...communities.large.map((c: readonly number[]) => c.join(":")), localPref]
        .filter((part) => part !== undefined)
        .join(" "),
    ).sort();
  }

  #put(object: RawObject): void {
    this.#objects.set(refKey(object.ref), object);
    this.tell({ type: "upsert", object });
  }

  /** As an API server does it: the status becomes part of the object, and whoever watches is told. */
  serviceStatus({ service, addresses, pool }: ServiceStatus): void {
    const [namespace = "", name = ""] = service.split("/");
    const texts = addresses.map(formatAddress);
    const key = refKey({ group: "", kind: "Service", namespace, name });
    const object = this.#objects.get(key);
    if (object === undefined || this.statuses.get(service)?.join() === texts.join()) return;
    this.statuses.set(service, texts);
    this.writes.push(`${service}: ${texts.join(", ")}`);
    const value = object.value as { metadata: { annotations?: Record<string, string> } };
    const { [POOL_ANNOTATION]: _, ...annotations } = value.metadata.annotations ?? {};
    const noted = pool === undefined ? annotations : { ...annotations, [POOL_ANNOTATION]: pool };
    const status = { loadBalancer: { ingress: texts.map((ip) => ({ ip })) } };
    this.#put({ ...object, value: { ...value, metadata: { ...value.metadata, annotations: noted }, status } });
  }

  forget(service: string): void {
    this.statuses.delete(service);
  }

  prune(): void {
    // Nobody asks for it here.
  }

  poolUsage(): void {
    // Nobody asks for it here.
  }

  event(event: ObjectEvent): void {
    this.events.push(event);
  }

  configuration(): void {
    // Nobody asks for it here.
  }

  peers(node: string, conditions: readonly PeerCondition[]): void {
    this.conditions.set(node, conditions);
  }

  announcement(status: ServiceAnnouncementStatus): void {
    this.announcements.set(`${status.node} ${status.service}`, status);
  }

  pruneAnnouncements(): void {
    // Nobody asks for it here.
  }

  announced(node: string): Promise<ReadonlySet<string>> {
    const own = [...this.announcements.values()].filter((one) => one.node === node && one.peers.length > 0);
    return Promise.resolve(new Set(own.map(({ service }) => service)));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
