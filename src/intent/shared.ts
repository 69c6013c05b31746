/**
 * Equal values as one. Thousands of Services say "TCP 80" in the same words, and each comes as a text of its own; of what
 * is kept for long, one is enough.
 */

/** So many different values are known; then all are forgotten, so that those of long ago do not stay for ever. */
const LIMIT = 1_000;

/** For one sort of values, which nobody changes and which JSON tells apart. */
export class Shared<T> {
  readonly #known = new Map<string, T>();

  /** An equal value that was given before, or this one. */
  of(value: T): T {
    const text = JSON.stringify(value);
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    if (this.#known.size === LIMIT) this.#known.clear();
    this.#known.set(text, value);
    return value;
  }
}
