/** The status of everything, as objects of an API server. */
import type { PoolUsage } from "../../model/allocation.ts";
import type { Problem } from "../../model/problem.ts";
import type { ServiceView } from "../../model/service.ts";
import type { Logger } from "../../log/index.ts";
import type { Clock, Timer } from "../../net/clock.ts";
import { ApiError } from "../../net/kubernetes/client.ts";
import type { ApiClient } from "../../net/kubernetes/client.ts";
import type { Component } from "../documents.ts";
import { Queue } from "../queue.ts";
import type { Failure, QueueOptions } from "../queue.ts";
import type { ObjectEvent, PeerCondition, ServiceAnnouncementStatus, ServiceStatus, StatusSink } from "../status.ts";
import { WriteTrouble } from "../trouble.ts";
import { Burst } from "../burst.ts";
import { Announcements } from "./announcement.ts";
import { ConfigurationStates } from "./configuration.ts";
import { Events } from "./event.ts";
import { PoolCounters } from "./pool.ts";
import { Outdated, ServiceStatuses } from "./service.ts";

export interface KubernetesSinkOptions {
  readonly client: ApiClient;
  /** The one of the kinds of metallb.io. */
  readonly namespace: string;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly log: Logger;
  /** A Service as the source shows it now. */
  readonly view: (service: string) => ServiceView | undefined;
  /** What the source would show of a Service as the API server has it. */
  readonly decode: (value: unknown) => ServiceView | undefined;
  readonly uidOfNode: (node: string) => string | undefined;
  /** Whether this process is still the one that decides: asked right before each write of a controller. */
  readonly canWrite: () => boolean;
  readonly written?: WriteTimes;
}

/** Writes of Services in flight: more of them only wait inside the API server. */
const PARALLEL = 16;
/** Milliseconds between two writes of one object that sums up many. */
const INTERVAL = 1000;
/** Milliseconds after which a ConfigurationState is looked at: somebody may have deleted it. */
const RECHECK = 60_000;
/** What may wait for the server: what need not be seen at once, so that routes and addresses come first. */
const BACKGROUND = { perSecond: 20, burst: 20 };
const CONTROLLER_EVENTS = { perSecond: 50, burst: 100 };
/** Events that wait; further ones are lost, as events may be. */
const MAX_EVENTS = 20_000;
const SPEAKER_EVENTS = { perSecond: 1, burst: 50 };
/** What can be read elsewhere waits for the end of a burst of changes, pool counters for a moment without one: routes and addresses first. */
const AFTER_BURST = { quiet: 1000, longest: 300_000 };
const BREATH = { quiet: 100, longest: 1000 };
/** Minor events in one burst; more of them tell nobody anything. */
const FEW = 10;

const ANNOUNCEMENTS = "ServiceBGPStatuses of this node";

type QueueName =
  | "services"
  | "cleaning"
  | "events"
  | "speakerEvents"
  | "minorEvents"
  | "pools"
  | "configurations"
  | "announcements";

/** How long a write waits and takes, in seconds, by the kind of object. */
export type WriteTimes = (kind: string, seconds: number) => void;

export interface KubernetesSink extends StatusSink {
  /** Objects that wait to be written, by kind. */
  waiting(): ReadonlyMap<string, number>;
  /** Resolves when none waits: all that was said is written. */
  settled(): Promise<void>;
}

export function kubernetesSink(options: KubernetesSinkOptions): KubernetesSink {
  return new ApiSink(options);
}

class ApiSink implements KubernetesSink {
  readonly #options: KubernetesSinkOptions;
  readonly #trouble: WriteTrouble;
  readonly #services: ServiceStatuses;
  readonly #events: Events;
  readonly #pools: PoolCounters;
  readonly #configurations: ConfigurationStates;
  readonly #announcements: Announcements;
  readonly #queues: Readonly<Record<QueueName, Queue>>;
  /** The kinds of the queues. */
  readonly #kinds = new Map<Queue, string>();
  readonly #burst: Burst;
  readonly #breath: Burst;
  /** Events of a burst that can be done without. */
  #minor: { readonly burst: number; readonly keys: Set<string> } = { burst: -Infinity, keys: new Set() };
  #recheck: Timer | undefined;

  constructor(options: KubernetesSinkOptions) {
    const { client, namespace, clock, random, log, uidOfNode } = options;
    const wall = (): number => clock.wall();
    this.#options = options;
    this.#trouble = new WriteTrouble("API server", log);
    this.#services = new ServiceStatuses(options);
    this.#events = new Events(client, wall);
    this.#pools = new PoolCounters(client, namespace);
    this.#configurations = new ConfigurationStates({ client, namespace, uidOfNode, wall });
    this.#burst = new Burst(clock, AFTER_BURST);
    this.#breath = new Burst(clock, BREATH);
    this.#announcements = new Announcements({
      client,
      namespace,
      uidOfNode,
      clock,
      random,
      changed: (service) => this.#queues.announcements.add(service),
      failed: (error, retryMilliseconds) =>
        this.#trouble.failed(error, { what: ANNOUNCEMENTS, attempts: 1, retryMilliseconds }),
      works: () => this.#trouble.written(ANNOUNCEMENTS),
    });
    const event = (key: string): Promise<void> => this.#events.write(key);
    const fenced = (write: (key: string) => Promise<void>) => (key: string) => this.#fenced(key, write);
    this.#queues = {
      services: this.#queue("Service", {
        parallel: PARALLEL,
        work: fenced((service) => this.#services.write(service)),
      }),
      cleaning: this.#queue("Service", {
        parallel: 2,
        rate: BACKGROUND,
        work: fenced((service) => this.#services.clean(service)),
      }),
      events: this.#queue("Event", { parallel: 4, rate: CONTROLLER_EVENTS, work: fenced(event) }),
      speakerEvents: this.#queue("Event", { parallel: 1, rate: SPEAKER_EVENTS, work: event }),
      minorEvents: this.#queue("Event", { parallel: 1, work: event }),
      pools: this.#queue("IPAddressPool", {
        parallel: 2,
        interval: INTERVAL,
        work: fenced((pool) => this.#pools.write(pool)),
      }),
      configurations: this.#queue("ConfigurationState", {
        parallel: 1,
        interval: INTERVAL,
        work: (name) =>
          name === "controller"
            ? this.#fenced(name, (key) => this.#configurations.write(key))
            : this.#configurations.write(name),
      }),
      announcements: this.#queue("ServiceBGPStatus", {
        parallel: 2,
        rate: BACKGROUND,
        work: (key) => this.#announcements.write(key),
      }),
    };
  }

  #queue(kind: string, { work, ...options }: Pick<QueueOptions, "parallel" | "work" | "interval" | "rate">): Queue {
    const { clock, random, written } = this.#options;
    const queue = new Queue({
      ...options,
      clock,
      random,
      work: async (key) => {
        await work(key);
        this.#trouble.written(`${kind} ${key}`);
      },
      failed: (failure) => this.#failed(kind, failure),
      ...(written === undefined ? {} : { done: (seconds) => written(kind, seconds) }),
    });
    this.#kinds.set(queue, kind);
    return queue;
  }

  waiting(): ReadonlyMap<string, number> {
    const sizes = new Map<string, number>();
    for (const [queue, kind] of this.#kinds) sizes.set(kind, (sizes.get(kind) ?? 0) + queue.size);
    return sizes;
  }

  async #fenced(key: string, write: (key: string) => Promise<void>): Promise<void> {
    if (!this.#options.canWrite()) throw new Error("not the leader: another controller may have taken over");
    await write(key);
  }

  #failed(kind: string, { key, error, attempts, retryMilliseconds }: Failure): void {
    // What the source is about to tell is no trouble, unless it does not.
    if (error instanceof Outdated && attempts < 5) return;
    this.#trouble.failed(error, { what: `${kind} ${key}`, attempts, retryMilliseconds }, ...alike(kind, error));
  }

  serviceStatus(status: ServiceStatus): void {
    if (!this.#services.want(status)) return;
    this.#queues.events.rest(this.#burst.goesOn());
    this.#queues.pools.rest(this.#breath.goesOn());
    this.#queues.services.add(status.service);
  }

  /** It is gone, or is no load balancer any more: then what it had from us goes. */
  forget(service: string): void {
    this.#services.forget(service);
    this.#queues.services.drop(service);
    this.#queues.cleaning.add(service);
  }

  /** The status of a Service is part of it: there is nothing of those that went. */
  prune(): void {
    // Nothing is left of them.
  }

  poolUsage(usage: readonly PoolUsage[]): void {
    for (const pool of this.#pools.want(usage)) this.#queues.pools.add(pool);
  }

  event(event: ObjectEvent): void {
    if (event.minor === true) {
      this.#minorEvent(event);
      return;
    }
    const queue = event.component === "controller" ? this.#queues.events : this.#queues.speakerEvents;
    if (queue.size < MAX_EVENTS) queue.add(this.#events.add(event));
  }

  /** Waits for the end of the burst; of many in one burst none is written. */
  #minorEvent(event: ObjectEvent): void {
    const queue = this.#queues.minorEvents;
    queue.rest(this.#burst.goesOn());
    if (this.#minor.burst !== this.#burst.began) this.#minor = { burst: this.#burst.began, keys: new Set() };
    const { keys } = this.#minor;
    if (keys.size > FEW) return;
    const key = this.#events.add(event);
    keys.add(key);
    if (keys.size <= FEW) {
      queue.add(key);
      return;
    }
    for (const each of keys) {
      queue.drop(each);
      this.#events.drop(each);
    }
  }

  configuration(component: Component, node: string | undefined, problems: readonly Problem[]): void {
    this.#recheck ??= this.#recheckLater();
    this.#queues.configurations.add(this.#configurations.want(component, node, problems));
  }

  peers(node: string, conditions: readonly PeerCondition[]): void {
    this.#queues.configurations.add(this.#configurations.wantPeers(node, conditions));
  }

  #recheckLater(): Timer {
    return this.#options.clock.setTimer(RECHECK, () => {
      for (const name of this.#configurations.doubt()) this.#queues.configurations.add(name);
      this.#recheck = this.#recheckLater();
    });
  }

  announcement(status: ServiceAnnouncementStatus): void {
    if (!this.#announcements.want(status)) return;
    this.#queues.announcements.rest(this.#burst.goesOn());
    this.#queues.announcements.add(status.service);
  }

  /** What is announced was said before; what is not among it goes. */
  pruneAnnouncements(node: string): void {
    this.#announcements.watch(node);
  }

  announced(node: string): Promise<ReadonlySet<string>> {
    return this.#announcements.announced(node);
  }

  async settled(): Promise<void> {
    await Promise.all(Object.values(this.#queues).map((queue) => queue.settled()));
  }

  async close(): Promise<void> {
    this.#recheck?.cancel();
    await this.#announcements.close();
    await Promise.all(Object.values(this.#queues).map((queue) => queue.close()));
  }
}

/** A right is lacking for a kind; other troubles are the server's, and befall all kinds alike. */
function alike(kind: string, error: unknown): string[] {
  if (!(error instanceof ApiError)) return [];
  const sort = `${error.status} ${error.reason}`;
  return [error.status === 403 ? `${sort} of ${kind}` : sort];
}
