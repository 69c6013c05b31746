/** Words that sentences for people are made of. */

/** "1 endpoint", "2 endpoints". */
export function count(n: number, noun: string): string {
  return n === 1 ? `1 ${noun}` : `${n} ${noun}s`;
}

/** "a", "a and b", "a, b and c"; beyond `limit` names "a, b and 7 more". */
export function list(names: readonly string[], limit = 5): string {
  const shown = names.length > limit ? names.slice(0, limit - 1) : names;
  const last = names.length > limit ? `${names.length - shown.length} more` : shown.at(-1);
  const head = names.length > limit ? shown : shown.slice(0, -1);
  return head.length === 0 ? (last ?? "") : `${head.join(", ")} and ${last}`;
}
