/** A way through a whole table: the first one, or one that the peer asked for. */
import type { Afi } from "bgp-ts-codec";
import type { Chunk } from "./chunk.ts";
import type { UpdateGroup } from "./group.ts";
import type { Snapshot } from "./snapshot.ts";
import type { RouteTable } from "./table.ts";
import type { PrefixKey } from "./key.ts";

export class Run {
  readonly kind: "initial" | "refresh";
  readonly families: readonly Afi[];
  /** Prefixes that changed on the way: what the table says of them is no longer to be sent. */
  readonly skip = new Set<PrefixKey>();
  readonly #snapshots: readonly Snapshot[];
  #snapshot = 0;
  #chunk = 0;
  #done = 0;

  /** The table as it is now, whatever happens to it later. */
  constructor(families: readonly Afi[], kind: Run["kind"], group: UpdateGroup, table: RouteTable) {
    this.kind = kind;
    this.families = families;
    this.#snapshots = families.map((afi) => group.snapshot(table, afi));
  }

  /** Routes not yet asked for. */
  get left(): number {
    return this.#snapshots.reduce((sum, { total }) => sum + total, -this.#done);
  }

  /** The next chunks, none where all of one was skipped; undefined at the end. */
  next(): readonly Chunk[] | undefined {
    const snapshot = this.#snapshots[this.#snapshot];
    if (snapshot === undefined) return undefined;
    const chunk = snapshot.chunk(this.#chunk);
    if (chunk === undefined) {
      this.#snapshot += 1;
      this.#chunk = 0;
      return this.next();
    }
    this.#done += chunk.prefixes;
    const index = this.#chunk;
    this.#chunk += 1;
    return this.skip.size === 0 ? [chunk] : snapshot.without(index, this.skip);
  }
}
