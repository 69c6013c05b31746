/** A cluster as a source: one reader for each kind that the role reads, and one for each Secret that a BGPPeer names. */
import type { Logger } from "../../log/index.ts";
import type { SourceEvent } from "../../model/object.ts";
import type { Clock } from "../../net/clock.ts";
import type { ApiClient, ApiError } from "../../net/kubernetes/client.ts";
import type { Source } from "../source.ts";
import { kindsOf, readsSecrets, secretNamed } from "./kinds.ts";
import type { KindToRead, Role } from "./kinds.ts";
import { Objects } from "./objects.ts";
import { Reader } from "./reader.ts";
import { SecretNames } from "./secret-names.ts";
import { Server } from "./server.ts";
import { Troubles } from "./troubles.ts";

export interface KubernetesSourceOptions {
  readonly client: ApiClient;
  readonly role: Role;
  /** Herald's own: objects of metallb.io count only there. */
  readonly namespace: string;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly log: Logger;
  /** Told of each list and watch that begins, and of each that failed, by the kind that is read. */
  readonly count?: (kind: string, what: "list" | "watch" | "failure") => void;
}

/** Reads from an API server until it is closed. It never gives up: `start` resolves when everything was read once, and not before. */
export function kubernetesSource(options: KubernetesSourceOptions): Source {
  return new KubernetesSource(options);
}

interface Reading {
  readonly objects: Objects;
  readonly reader: Reader;
}

class KubernetesSource implements Source {
  readonly #options: KubernetesSourceOptions;
  readonly #server: Server;
  readonly #troubles: Troubles;
  readonly #readings = new Map<string, Reading>();
  /** What has not been read once yet. */
  readonly #outstanding = new Set<string>();
  readonly #secrets = new SecretNames();
  #listen: (event: SourceEvent) => void = () => undefined;
  #synced: (() => void) | undefined;
  #closed = false;

  constructor(options: KubernetesSourceOptions) {
    this.#options = options;
    this.#server = new Server(options.client, options.namespace);
    this.#troubles = new Troubles(options.log);
  }

  start(listen: (event: SourceEvent) => void): Promise<void> {
    this.#listen = listen;
    const kinds = kindsOf(this.#options.role);
    // All of them first: none may seem to be the last one.
    for (const { kind } of kinds) this.#outstanding.add(kind);
    return new Promise((resolve) => {
      this.#synced = resolve;
      for (const kind of kinds) this.#read(kind.kind, kind);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(
      Array.from(this.#readings.values(), ({ objects, reader }) => {
        objects.close();
        return reader.close();
      }),
    );
  }

  #read(name: string, kind: KindToRead): void {
    const { client, clock, count, log, random } = this.#options;
    this.#outstanding.add(name);
    const objects = new Objects({
      kind,
      clock,
      emit: (event) => this.#emit(event),
      asks: (what) => count?.(kind.kind, what),
      complete: (absent) => {
        this.#troubles.absent(name, kind, absent);
        this.#settled(name);
      },
      failed: (error, retryMilliseconds) => {
        count?.(kind.kind, "failure");
        this.#failed(name, error, retryMilliseconds);
      },
      works: () => this.#troubles.over(name),
      definitionEnds: () =>
        this.#server.definitionEnds(kind, (error) =>
          log.warn("definition not read; objects are taken to be deleted one by one", {
            kind: kind.kind,
            error: error instanceof Error ? error.message : String(error),
          }),
        ),
      kept: () => log.warn("objects kept: their definition is removed", { kind: kind.kind }),
    });
    const locate = (signal: AbortSignal): ReturnType<Server["locate"]> => this.#server.locate(kind, signal);
    const reader = new Reader({ client, clock, random, locate, selection: kind.selection, taker: objects });
    this.#readings.set(name, { objects, reader });
  }

  #emit(event: SourceEvent): void {
    if (this.#closed) return;
    this.#listen(event);
    if (readsSecrets(this.#options.role) && this.#secrets.take(event)) this.#readSecrets();
  }

  /** Reads the Secrets that are named now, and no others. */
  #readSecrets(): void {
    const wanted = new Map(Array.from(this.#secrets.names, (name) => [`Secret ${name}`, name]));
    for (const [reading, name] of wanted) if (!this.#readings.has(reading)) this.#read(reading, secretNamed(name));
    for (const [reading, { objects, reader }] of this.#readings) {
      if (!reading.startsWith("Secret ") || wanted.has(reading)) continue;
      this.#readings.delete(reading);
      this.#troubles.over(reading);
      void reader.close();
      objects.drop();
      this.#settled(reading);
    }
  }

  #failed(name: string, error: ApiError, retryMilliseconds: number): void {
    this.#troubles.tell(name, error, retryMilliseconds);
    // A Secret that may not be read is as good as none: its peer waits, and nothing else does.
    if (name.startsWith("Secret ") && error.status === 403) this.#settled(name);
  }

  /** It was read once; with the last of them everything is known. */
  #settled(name: string): void {
    this.#outstanding.delete(name);
    if (this.#outstanding.size > 0 || this.#synced === undefined || this.#closed) return;
    const resolve = this.#synced;
    this.#synced = undefined;
    this.#listen({ type: "synced" });
    resolve();
  }
}
