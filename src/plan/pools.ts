/** Which pool an address is from, by binary search: the ranges of pools do not overlap. */
import { contains } from "../model/address.ts";
import type { Address, AddressRange, Family } from "../model/address.ts";
import type { Pool } from "../model/config.ts";
import { lastAtMost } from "../model/search.ts";

/** A range of a pool, and the pool's name. */
export interface PoolRange {
  readonly range: AddressRange;
  readonly pool: string;
}

/** Answers which pool an address is from, and which of its ranges, in O(log ranges). */
export function indexPools(pools: Iterable<Pool>): (address: Address) => PoolRange | undefined {
  const byFamily: Record<Family, PoolRange[]> = { 4: [], 6: [] };
  for (const pool of pools) {
    for (const range of pool.ranges) byFamily[range.family].push({ range, pool: pool.name });
  }
  for (const entries of Object.values(byFamily)) {
    entries.sort((a, b) => (a.range.first < b.range.first ? -1 : 1));
  }
  return (address) => {
    const entry = lastAtMost(byFamily[address.family], address.value, ({ range }) => range.first);
    return entry !== undefined && contains(entry.range, address) ? entry : undefined;
  };
}
