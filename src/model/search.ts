/** Binary search. */

/** The last of `items`, which are sorted by `key`, whose key is not above `value`. */
export function lastAtMost<T>(items: readonly T[], value: bigint, key: (item: T) => bigint): T | undefined {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && key(item) <= value) low = middle + 1;
    else high = middle;
  }
  return items[low - 1];
}
