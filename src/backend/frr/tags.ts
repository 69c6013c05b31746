/**
 * Routes that are told to the same peers with the same attributes are a class, and a class has a tag: its network lines
 * set it, the route-map towards each peer knows by it what to say. A tag is drawn from the class's content, so that
 * another run of Herald finds the lines it would write.
 */

/** A tag is also the number of a route-map's entry, below the last one, which denies. */
export const LAST = 65535;

/** FNV-1a, unsigned 32-bit. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}

/** A tag for each class, 1-65534; those of `previous` keep theirs. Throws where there are more classes than tags. */
export function assignTags(
  classes: Iterable<string>,
  previous: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const wanted = [...new Set(classes)].sort();
  if (wanted.length >= LAST) throw new Error(`more than ${LAST - 1} different sets of attributes`);
  const tags = new Map<string, number>();
  // A tag whose class has gone is not given away at once: a network line that has it may still stand.
  const taken = new Set(previous.size + wanted.length < LAST ? previous.values() : []);
  for (const key of wanted) {
    const tag = previous.get(key);
    if (tag !== undefined) tags.set(key, tag);
  }
  for (const tag of tags.values()) taken.add(tag);
  for (const key of wanted) {
    if (tags.has(key)) continue;
    let tag = (hash(key) % (LAST - 1)) + 1;
    while (taken.has(tag)) tag = (tag % (LAST - 1)) + 1;
    taken.add(tag);
    tags.set(key, tag);
  }
  return tags;
}
