/** The status of everything, as files of a state folder that people and agents read. */
import { compareAddresses, formatAddress } from "../model/address.ts";
import type { PoolUsage } from "../model/allocation.ts";
import type { Problem } from "../model/problem.ts";
import type { Clock } from "../net/clock.ts";
import { listFiles, readIfPresent } from "../net/files.ts";
import { SERVICES, pathComponent, serviceOfPath, servicePath } from "../net/state-folder.ts";
import type { Logger } from "../log/index.ts";
import { ConfigurationFiles, componentName } from "./configuration-files.ts";
import { announcementText, isAnnounced, poolText, serviceText } from "./texts.ts";
import { EventFile } from "./events.ts";
import type { ObjectEvent, PeerCondition, ServiceAnnouncementStatus, ServiceStatus, StatusSink } from "./status.ts";
import { WriteTrouble } from "./trouble.ts";
import { Writer } from "./writer.ts";

export interface FolderSinkOptions {
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** An event file becomes `.1` beyond it; 1 MiB unless given. */
  readonly maxEventBytes?: number;
}

const MAX_EVENT_BYTES = 1024 * 1024;

/** Here each write resolves when it is durable. */
export type FolderSink = Pick<StatusSink, "announced" | "close"> & {
  readonly [K in Exclude<keyof StatusSink, "announced" | "close">]: (
    ...said: Parameters<StatusSink[K]>
  ) => Promise<void>;
};

/**
 * | File | Holds | Written by |
 * | --- | --- | --- |
 * | services/NAMESPACE/NAME.yaml | status and annotations of a Service | the controller |
 * | pools/NAME.yaml | IPAddressPool.status | the controller |
 * | configurationstates/controller.yaml, speaker-NODE.yaml | the verdict on the configuration, and of a speaker its peers | each |
 * | servicebgpstatuses/NODE/NAMESPACE/NAME.yaml | who a Service is announced to, or why not | the speaker of NODE |
 * | events/controller.jsonl, speaker-NODE.jsonl | events, one a line | each |
 */
export function folderSink(options: FolderSinkOptions): FolderSink {
  return folderSinks(options)();
}

/** Makes sinks on one folder, one for each who writes: they close apart, and what keeps them from writing is said once. */
export function folderSinks(options: FolderSinkOptions): () => FolderSink {
  const trouble = new WriteTrouble(options.folder, options.log);
  return () => new StateFolder(options, trouble);
}

class StateFolder implements FolderSink {
  readonly #options: FolderSinkOptions;
  readonly #trouble: WriteTrouble;
  readonly #writer: Writer;
  readonly #events = new Map<string, EventFile>();
  /** Pools with a file; undefined: not looked yet. */
  #pools: Set<string> | undefined;
  readonly #configurations: ConfigurationFiles;
  /** Of what the last run left. */
  #reading: Promise<unknown> = Promise.resolve();

  constructor(options: FolderSinkOptions, trouble: WriteTrouble) {
    this.#options = options;
    this.#trouble = trouble;
    // Only addresses cannot be computed again from the configuration.
    this.#writer = new Writer({
      ...options,
      trouble,
      durable: (path) => path.startsWith(`${SERVICES}/`),
    });
    this.#configurations = new ConfigurationFiles({
      read: (path) => readIfPresent(`${options.folder}/${path}`),
      write: (path, text) => this.#writer.write(path, text),
      wall: () => options.clock.wall(),
    });
  }

  async serviceStatus(status: ServiceStatus): Promise<void> {
    const addresses = [...status.addresses].sort(compareAddresses).map(formatAddress);
    const path = `${SERVICES}/${servicePath(status.service)}`;
    await this.#writer.write(path, serviceText(status, addresses), status.repair);
  }

  async forget(service: string): Promise<void> {
    await this.#writer.write(`${SERVICES}/${servicePath(service)}`, undefined);
  }

  async prune(known: ReadonlySet<string>): Promise<void> {
    const files = await listFiles(`${this.#options.folder}/${SERVICES}`);
    const gone = files.map(serviceOfPath).filter((service) => service !== undefined && !known.has(service));
    await Promise.all(gone.map((service) => this.forget(service ?? "")));
  }

  async poolUsage(usage: readonly PoolUsage[]): Promise<void> {
    const { folder } = this.#options;
    const before = this.#pools ?? new Set((await listFiles(`${folder}/pools`)).map((file) => `pools/${file}`));
    const texts = new Map(usage.map((pool) => [`pools/${pathComponent(pool.pool)}.yaml`, poolText(pool)]));
    this.#pools = new Set(texts.keys());
    const gone = [...before].filter((path) => !texts.has(path));
    await Promise.all([
      ...Array.from(texts, ([path, text]) => this.#writer.write(path, text)),
      ...gone.map((path) => this.#writer.write(path, undefined)),
    ]);
  }

  async event(event: ObjectEvent): Promise<void> {
    const path = `events/${componentName(event.component, event.node)}.jsonl`;
    const { maxEventBytes = MAX_EVENT_BYTES } = this.#options;
    const known = this.#events.get(path);
    const file = known ?? new EventFile(path, { ...this.#options, trouble: this.#trouble }, maxEventBytes);
    this.#events.set(path, file);
    await file.add(event);
  }

  async configuration(
    component: "controller" | "speaker",
    node: string | undefined,
    problems: readonly Problem[],
  ): Promise<void> {
    await this.#configurations.verdict(component, node, problems);
  }

  async peers(node: string, conditions: readonly PeerCondition[]): Promise<void> {
    await this.#configurations.peers(node, conditions);
  }

  async announcement(status: ServiceAnnouncementStatus): Promise<void> {
    await this.#reading;
    const path = `servicebgpstatuses/${pathComponent(status.node)}/${servicePath(status.service)}`;
    const empty = status.peers.length === 0 && status.reasons.length === 0;
    await this.#writer.write(path, empty ? undefined : announcementText(status));
  }

  async pruneAnnouncements(node: string, known: ReadonlySet<string>): Promise<void> {
    const folder = `servicebgpstatuses/${pathComponent(node)}`;
    const files = await listFiles(`${this.#options.folder}/${folder}`);
    const gone = files.filter((file) => !known.has(serviceOfPath(file) ?? ""));
    await Promise.all(gone.map((file) => this.#writer.write(`${folder}/${file}`, undefined)));
  }

  async announced(node: string): Promise<ReadonlySet<string>> {
    const reading = this.#announced(`servicebgpstatuses/${pathComponent(node)}`);
    // What is being read is not to be overwritten.
    this.#reading = reading.catch(() => undefined);
    return reading;
  }

  async #announced(folder: string): Promise<ReadonlySet<string>> {
    const path = `${this.#options.folder}/${folder}`;
    const files = await listFiles(path);
    const told = files.map(async (file) => {
      const text = await readIfPresent(`${path}/${file}`).catch(() => undefined);
      return text !== undefined && isAnnounced(text) ? serviceOfPath(file) : undefined;
    });
    return new Set((await Promise.all(told)).filter((service) => service !== undefined));
  }

  async close(): Promise<void> {
    await Promise.all([this.#writer.close(), ...Array.from(this.#events.values(), (file) => file.close())]);
  }
}
