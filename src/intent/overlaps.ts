/** Which of many address ranges may stay when no two may overlap. */
import type { AddressRange } from "../model/address.ts";
import { overlaps } from "../model/address.ts";

/** `loser` may not stay since `winner` comes before it and overlaps it. */
export interface Overlap<T> {
  readonly winner: T;
  readonly loser: T;
}

/**
 * Every item that overlaps one before it which itself may stay. Sorting finds the groups of ranges that touch;
 * only inside a group is order of precedence looked at: O(n log n) where few overlap.
 */
export function findOverlaps<T extends { readonly range: AddressRange }>(items: readonly T[]): Overlap<T>[] {
  const ranked = items.map((item, rank) => ({ item, rank }));
  ranked.sort((a, b) => compareStart(a.item.range, b.item.range) || a.rank - b.rank);
  const found: Overlap<T>[] = [];
  let group: typeof ranked = [];
  let end: AddressRange | undefined;
  for (const entry of ranked) {
    const { range } = entry.item;
    if (end !== undefined && overlaps(end, range)) {
      group.push(entry);
      if (range.last > end.last) end = { ...end, last: range.last };
      continue;
    }
    found.push(...settle(group));
    group = [entry];
    end = range;
  }
  found.push(...settle(group));
  return found;
}

function compareStart(a: AddressRange, b: AddressRange): number {
  if (a.family !== b.family) return a.family - b.family;
  return a.first < b.first ? -1 : a.first > b.first ? 1 : 0;
}

/** Takes the ranges of a group by rank; those taken are kept sorted, and do not overlap, so one search decides. */
function settle<T extends { readonly range: AddressRange }>(
  group: { readonly item: T; readonly rank: number }[],
): Overlap<T>[] {
  if (group.length < 2) return [];
  const found: Overlap<T>[] = [];
  const taken: T[] = [];
  for (const { item } of group.sort((a, b) => a.rank - b.rank)) {
    let low = 0;
    let high = taken.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = taken[middle];
      if (other !== undefined && other.range.last < item.range.first) low = middle + 1;
      else high = middle;
    }
    const winner = taken[low];
    if (winner !== undefined && overlaps(winner.range, item.range)) found.push({ winner, loser: item });
    else taken.splice(low, 0, item);
  }
  return found;
}
