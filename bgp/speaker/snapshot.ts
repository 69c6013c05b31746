/** A whole table of one family as chunks, made as they are asked for, kept for the next session that asks. */
import type { Afi, CodecContext, Prefix } from "bgp-ts-codec";
import { ChunkBuilder } from "./chunk.ts";
import type { Chunk } from "./chunk.ts";
import type { Bucket, Buckets } from "./output.ts";
import type { RouteTable } from "./table.ts";
import { routeKey } from "./key.ts";
import type { PrefixKey } from "./key.ts";
import type { Unsent } from "./types.ts";
import { Work, encodeBucket } from "./work.ts";

interface Part {
  readonly bucket: Bucket;
  readonly prefixes: readonly Prefix[];
}

/** Which prefixes of which part a chunk holds. */
interface Range {
  readonly part: Part;
  readonly start: number;
  readonly end: number;
}

interface Kept {
  readonly chunk: Chunk;
  readonly ranges: readonly Range[];
}

export class Snapshot {
  readonly #context: CodecContext;
  readonly #parts: Part[] = [];
  readonly #kept: Kept[] = [];
  readonly #source: Iterator<Kept, void, undefined>;
  readonly unsent = new Map<PrefixKey, Unsent>();
  /** Routes in it. */
  readonly total: number;

  constructor(table: RouteTable, afi: Afi, buckets: Buckets, context: CodecContext) {
    this.#context = context;
    const parts = new Map<Bucket, { bucket: Bucket; prefixes: Prefix[] }>();
    let total = 0;
    table.each((key, route) => {
      const { prefix } = route;
      if (prefix.afi !== afi) return;
      const bucket = buckets.of(route);
      if (typeof bucket === "string") {
        this.unsent.set(key, { prefix, reason: bucket });
        return;
      }
      total += 1;
      let part = parts.get(bucket);
      if (part === undefined) {
        part = { bucket, prefixes: [] };
        parts.set(bucket, part);
      }
      part.prefixes.push(prefix);
    });
    this.#parts.push(...parts.values());
    this.total = total;
    this.#source = this.#encode();
  }

  chunk(index: number): Chunk | undefined {
    return this.#at(index)?.chunk;
  }

  /** A chunk without some prefixes: the shared one where it has none of them. */
  without(index: number, skip: ReadonlySet<PrefixKey>): readonly Chunk[] {
    const kept = this.#at(index);
    if (kept === undefined) return [];
    const work = new Work(this.#context);
    let skipped = 0;
    for (const { part, start, end } of kept.ranges) {
      for (let i = start; i < end; i++) {
        const prefix = part.prefixes[i];
        if (prefix === undefined) continue;
        if (skip.has(routeKey(prefix))) skipped += 1;
        else work.announce(part.bucket, prefix);
      }
    }
    if (skipped === 0) return [kept.chunk];
    return work.chunks();
  }

  #at(index: number): Kept | undefined {
    while (this.#kept.length <= index) {
      const { value, done } = this.#source.next();
      if (done === true) return undefined;
      this.#kept.push(value);
    }
    return this.#kept[index];
  }

  *#encode(): Generator<Kept, void, undefined> {
    const builder = new ChunkBuilder();
    let ranges: Range[] = [];
    const take = (): Kept | undefined => {
      const chunk = builder.take();
      const kept = chunk && { chunk, ranges };
      ranges = [];
      return kept;
    };
    for (const part of this.#parts) {
      let start = 0;
      for (const { message, end } of encodeBucket(part.bucket, part.prefixes, this.#context)) {
        builder.add(message, end - start);
        ranges.push({ part, start, end });
        start = end;
        if (!builder.full) continue;
        const kept = take();
        if (kept !== undefined) yield kept;
      }
    }
    const kept = take();
    if (kept !== undefined) yield kept;
  }
}
