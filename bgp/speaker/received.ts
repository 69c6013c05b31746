/** How many prefixes a peer announces. Their keys are kept, nothing else, and no more of them than a bound. */
import type { Afi, UpdateMessage } from "bgp-ts-codec";
import { routeKey } from "./key.ts";
import type { PrefixKey } from "./key.ts";

/** Told apart where no limit is configured. */
const BOUND = 100_000;

export class ReceivedPrefixes {
  readonly #keys = new Set<PrefixKey>();
  #exact = true;

  get count(): number {
    return this.#keys.size;
  }

  /** False once the bound was passed: prefixes came that are not counted. */
  get exact(): boolean {
    return this.#exact;
  }

  /** Notes an UPDATE. Answers the family whose prefix passed the limit, if one is set. */
  note({ withdrawn, nlri, mpReach, mpUnreach }: UpdateMessage, limit: number | undefined): Afi | undefined {
    for (const { prefix } of [...withdrawn, ...(mpUnreach?.nlri ?? [])]) this.#keys.delete(routeKey(prefix));
    for (const { prefix } of [...nlri, ...(mpReach?.nlri ?? [])]) {
      const key = routeKey(prefix);
      if (this.#keys.has(key)) continue;
      if (limit !== undefined && this.#keys.size >= limit) return prefix.afi;
      if (this.#keys.size >= Math.max(BOUND, limit ?? 0)) this.#exact = false;
      else this.#keys.add(key);
    }
    return undefined;
  }
}
