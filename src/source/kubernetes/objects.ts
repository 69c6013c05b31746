/**
 * The objects of one kind as they were told: what is new, what is different in a part that is read, and what is gone.
 *
 * Kinds that are there by a custom resource definition can go with it: whoever removes the definition (or uninstalls what
 * brought it along) deletes all objects without having looked at one. Such objects stay in force: until they come back,
 * or until the definition has been back for `GRACE` without them.
 */
import type { Clock, Timer } from "../../net/clock.ts";
import type { ApiError } from "../../net/kubernetes/client.ts";
import { nameKey } from "../../model/object.ts";
import type { ObjectRef, RawObject, SourceEvent } from "../../model/object.ts";
import type { Projection } from "../../api/projection.ts";
import { fingerprint } from "./fingerprint.ts";
import { projectionFor } from "./kinds.ts";
import type { KindToRead } from "./kinds.ts";
import type { Place, Taker } from "./reader.ts";
import { field } from "./wire.ts";
import type { ApiValue } from "./wire.ts";

/** Milliseconds. Long enough to apply all manifests again. */
const GRACE = 60_000;

/** Written by kubectl: the whole object once more, and nobody's to read. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

export interface ObjectsOptions {
  readonly kind: KindToRead;
  readonly clock: Clock;
  readonly emit: (event: SourceEvent) => void;
  readonly asks: (what: "list" | "watch") => void;
  /** Everything of the kind is known now, or there is no such kind. */
  readonly complete: (absent: boolean) => void;
  readonly failed: (error: ApiError, retryMilliseconds: number) => void;
  readonly works: () => void;
  /** Whether the definition of the kind is gone or about to go; false where that is not known. */
  readonly definitionEnds: () => Promise<boolean>;
  /** From now on objects stay though they are deleted. */
  readonly kept: () => void;
}

export class Objects implements Taker {
  readonly #options: ObjectsOptions;
  /** The fingerprint is all that is remembered of an object, for there may be very many. */
  readonly #known = new Map<string, number>();
  /** Known when a list began, and not in it so far. */
  #unseen = new Set<string>();
  /** Deleted, and not yet known why. */
  readonly #leaving = new Set<string>();
  /** Deleted with the definition. */
  readonly #held = new Set<string>();
  #apiVersion = "";
  #project: Projection = () => undefined;
  #judging = false;
  #grace: Timer | undefined;

  constructor(options: ObjectsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#known.size;
  }

  asks(what: "list" | "watch"): void {
    this.#options.asks(what);
  }

  listing({ version }: Place): void {
    const { kind } = this.#options;
    this.#unseen = new Set(this.#known.keys());
    this.#apiVersion = kind.group === "" ? version : `${kind.group}/${version}`;
    this.#project = projectionFor(kind, version);
  }

  object(value: ApiValue): void {
    const { keep } = this.#options.kind;
    if (keep !== undefined && !keep(value)) {
      this.removed(value);
      return;
    }
    const key = keyOf(value);
    this.#leaving.delete(key);
    this.#held.delete(key);
    this.#unseen.delete(key);
    const raw = this.#cut(key, value);
    const mark = fingerprint(textOf(raw));
    if (this.#known.get(key) === mark) return;
    this.#known.set(key, mark);
    this.#options.emit({ type: "upsert", object: raw });
  }

  removed(value: ApiValue): void {
    this.#remove(keyOf(value));
  }

  listed(): void {
    for (const key of this.#unseen) if (!this.#held.has(key)) this.#remove(key);
    this.#unseen = new Set();
    if (this.#held.size > 0) {
      this.#grace ??= this.#options.clock.setTimer(GRACE, () => this.#graceOver());
    }
    this.#options.complete(false);
  }

  absent(): void {
    this.#grace?.cancel();
    this.#grace = undefined;
    this.#hold([...this.#known.keys()]);
    this.#options.complete(true);
  }

  failed(error: ApiError, retryMilliseconds: number): void {
    this.#options.failed(error, retryMilliseconds);
  }

  works(): void {
    this.#options.works();
  }

  /** Tells that all objects are gone; nothing is told afterwards. */
  drop(): void {
    this.close();
    for (const key of this.#known.keys()) this.#delete(key);
  }

  close(): void {
    this.#grace?.cancel();
    this.#leaving.clear();
  }

  #cut(key: string, value: ApiValue): RawObject {
    const { group, kind } = this.#options.kind;
    const { name, namespace = "", uid, annotations } = value.metadata;
    if (annotations !== undefined) delete annotations[LAST_APPLIED];
    const ref = { group, kind, namespace, name, ...(uid === undefined ? {} : { uid }) };
    return { ref, apiVersion: this.#apiVersion, key, value: this.#project(value), cut: true };
  }

  #remove(key: string): void {
    if (!this.#known.has(key)) return;
    if (!this.#options.kind.custom) {
      this.#delete(key);
      return;
    }
    this.#leaving.add(key);
    if (!this.#judging) void this.#judge();
  }

  /** Deletes what is leaving, or holds it where it leaves with its definition. */
  async #judge(): Promise<void> {
    this.#judging = true;
    while (this.#leaving.size > 0) {
      const asked = [...this.#leaving];
      const ends = await this.#options.definitionEnds();
      const keys = asked.filter((key) => this.#leaving.delete(key));
      if (ends) this.#hold(keys);
      else for (const key of keys) this.#delete(key);
    }
    this.#judging = false;
  }

  #hold(keys: readonly string[]): void {
    if (this.#held.size === 0 && keys.length > 0) this.#options.kept();
    for (const key of keys) this.#held.add(key);
  }

  #graceOver(): void {
    this.#grace = undefined;
    for (const key of this.#held) this.#delete(key);
    this.#held.clear();
  }

  #delete(key: string): void {
    if (!this.#known.delete(key)) return;
    const { group, kind } = this.#options.kind;
    const at = key.indexOf("/");
    const ref: ObjectRef = { group, kind, namespace: key.slice(0, at), name: key.slice(at + 1) };
    this.#options.emit({ type: "delete", ref });
  }
}

function keyOf({ metadata: { name, namespace = "" } }: ApiValue): string {
  return nameKey({ namespace, name });
}

/** The part that is read, as text. Each write gives an object another version, so that is no difference. */
function textOf({ ref, apiVersion, value }: RawObject): string {
  const metadata = field(value, "metadata");
  const same =
    typeof metadata === "object" && metadata !== null ? { ...metadata, resourceVersion: undefined } : metadata;
  const rest = typeof value === "object" && value !== null ? { ...value, metadata: same } : value;
  return `${ref.uid} ${apiVersion} ${JSON.stringify(rest)}`;
}
