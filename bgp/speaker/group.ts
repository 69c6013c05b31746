/** Update groups: sessions with equal output share encoded bytes. */
import type { Afi, Prefix } from "bgp-ts-codec";
import { familyList } from "../session/open.ts";
import type { Chunk } from "./chunk.ts";
import { messagesOf } from "./message-log.ts";
import { Buckets, outputKey } from "./output.ts";
import type { Bucket, Output } from "./output.ts";
import { Snapshot } from "./snapshot.ts";
import type { Change, RouteTable } from "./table.ts";
import type { Position } from "./tables.ts";
import type { Route, Unsent } from "./types.ts";
import { Work } from "./work.ts";

interface Snapshots {
  readonly version: number;
  readonly families: Map<Afi, Snapshot>;
}

/** What to do about a route: announce it in this bucket, or leave it unsent for this reason. */
export type Delivery = Bucket | Unsent["reason"] | undefined;

export class UpdateGroup {
  readonly output: Output;
  /** Unique among the groups of a speaker. */
  readonly id: number;
  readonly #buckets: Buckets;
  readonly #snapshots = new WeakMap<RouteTable, Snapshots>();
  readonly #changes = new WeakMap<Change, readonly Chunk[]>();

  constructor(output: Output, id: number) {
    this.output = output;
    this.id = id;
    this.#buckets = new Buckets(output);
  }

  delivery(route: Route | undefined): Delivery {
    return route && this.#buckets.of(route);
  }

  /** The newest version of a table, one family. */
  snapshot(table: RouteTable, afi: Afi): Snapshot {
    let known = this.#snapshots.get(table);
    if (known?.version !== table.version) {
      known = { version: table.version, families: new Map() };
      this.#snapshots.set(table, known);
    }
    let snapshot = known.families.get(afi);
    if (snapshot === undefined) {
      snapshot = new Snapshot(table, afi, this.#buckets, this.output.context);
      known.families.set(afi, snapshot);
    }
    return snapshot;
  }

  /** The UPDATEs of a whole table at some version of it. */
  dump({ table, version }: Position): Uint8Array[] {
    const whole = version === table.version ? table : table.copy(version);
    return familyList(this.output.families).flatMap((afi) => {
      const snapshot = this.snapshot(whole, afi);
      const messages: Uint8Array[] = [];
      for (let index = 0, chunk = snapshot.chunk(0); chunk !== undefined; chunk = snapshot.chunk(++index)) {
        messages.push(...messagesOf(chunk.bytes));
      }
      return messages;
    });
  }

  /** The UPDATEs that a change takes where everything before it is on the wire. */
  change(change: Change): readonly Chunk[] {
    let chunks = this.#changes.get(change);
    if (chunks === undefined) {
      const work = new Work(this.output.context);
      for (const { before, after } of change.items) this.#plan(work, before, after);
      chunks = work.chunks();
      this.#changes.set(change, chunks);
    }
    return chunks;
  }

  #plan(work: Work, before: Route | undefined, after: Route | undefined): void {
    const bucket = this.delivery(after);
    if (after !== undefined && typeof bucket === "object") work.announce(bucket, after.prefix);
    else if (before !== undefined && typeof this.delivery(before) === "object") work.withdraw(before.prefix);
  }
}

/** The prefix of a change's item. */
export function prefixOf({
  before,
  after,
}: {
  readonly before: Route | undefined;
  readonly after: Route | undefined;
}): Prefix {
  const route = after ?? before;
  if (route === undefined) throw new Error("BUG: an item is of some route");
  return route.prefix;
}

export class UpdateGroups {
  #last = 0;
  readonly #groups = new Map<string, { readonly group: UpdateGroup; members: number }>();

  enter(output: Output): UpdateGroup {
    const key = outputKey(output);
    let entry = this.#groups.get(key);
    if (entry === undefined) {
      this.#last += 1;
      entry = { group: new UpdateGroup(output, this.#last), members: 0 };
      this.#groups.set(key, entry);
    }
    entry.members += 1;
    return entry.group;
  }

  leave(group: UpdateGroup): void {
    const key = outputKey(group.output);
    const entry = this.#groups.get(key);
    if (entry === undefined) return;
    entry.members -= 1;
    if (entry.members === 0) this.#groups.delete(key);
  }
}
