/** Prefixes to withdraw and to announce, gathered by what goes into one message, and written as chunks. */
import { Afi, encodeReach, encodeUnreach } from "bgp-ts-codec";
import type { CodecContext, Prefix } from "bgp-ts-codec";
import { ChunkBuilder } from "./chunk.ts";
import type { Chunk } from "./chunk.ts";
import type { Bucket } from "./output.ts";

/** Bytes of a prefix in a message: its length in bits, then its significant bytes (RFC 4271 §4.3). */
export function wireBytes(prefix: Prefix): number {
  return 1 + ((prefix.length + 7) >>> 3);
}

/** UPDATEs for one bucket, each with the index of the prefix after its last. */
export function* encodeBucket(
  bucket: Bucket,
  prefixes: readonly Prefix[],
  context: CodecContext,
): Generator<{ readonly message: Uint8Array; readonly end: number }, void, undefined> {
  let end = 0;
  for (const message of encodeReach(bucket.attributes, bucket.nextHop, prefixes, context)) {
    for (let left = message.length - bucket.overhead; left > 0; end++) {
      const prefix = prefixes[end];
      if (prefix === undefined) throw new Error("BUG: a message holds more prefixes than were given");
      left -= wireBytes(prefix);
    }
    yield { message, end };
  }
}

export class Work {
  readonly #context: CodecContext;
  readonly #withdraw: Record<Afi, Prefix[]> = { [Afi.Ipv4]: [], [Afi.Ipv6]: [] };
  readonly #reach = new Map<Bucket, Prefix[]>();

  constructor(context: CodecContext) {
    this.#context = context;
  }

  withdraw(prefix: Prefix): void {
    this.#withdraw[prefix.afi].push(prefix);
  }

  announce(bucket: Bucket, prefix: Prefix): void {
    const prefixes = this.#reach.get(bucket);
    if (prefixes === undefined) this.#reach.set(bucket, [prefix]);
    else prefixes.push(prefix);
  }

  /** Withdrawals come first. */
  chunks(): Chunk[] {
    const chunks: Chunk[] = [];
    const builder = new ChunkBuilder();
    const flush = (): void => {
      const chunk = builder.take();
      if (chunk !== undefined) chunks.push(chunk);
    };
    for (const afi of [Afi.Ipv4, Afi.Ipv6]) {
      const prefixes = this.#withdraw[afi];
      let counted = prefixes.length;
      for (const message of encodeUnreach(afi, prefixes, this.#context)) {
        // The whole list counts with its first message: nobody asks for less.
        builder.add(message, counted);
        counted = 0;
        if (builder.full) flush();
      }
    }
    for (const [bucket, prefixes] of this.#reach) {
      let start = 0;
      for (const { message, end } of encodeBucket(bucket, prefixes, this.#context)) {
        builder.add(message, end - start);
        start = end;
        if (builder.full) flush();
      }
    }
    flush();
    return chunks;
  }
}
