/** A treap, the small balanced tree under the sets of this folder: expected O(log n) for everything. */

/** `left` holds what comes before, `right` what comes after. */
export interface TreapNode<N> {
  readonly priority: number;
  left: N | undefined;
  right: N | undefined;
}

/** Recomputes what a node keeps about the nodes below it. */
export type Refresh<N> = (node: N) => void;

/** Everything in `left` comes before everything in `right`. */
export function merge<N extends TreapNode<N>>(
  left: N | undefined,
  right: N | undefined,
  refresh: Refresh<N>,
): N | undefined {
  if (left === undefined) return right;
  if (right === undefined) return left;
  if (left.priority > right.priority) {
    left.right = merge(left.right, right, refresh);
    refresh(left);
    return left;
  }
  right.left = merge(left, right.left, refresh);
  refresh(right);
  return right;
}

/** `isBefore` holds for a run of nodes from the first on; they become the first tree, the rest the second. */
export function split<N extends TreapNode<N>>(
  node: N | undefined,
  isBefore: (node: N) => boolean,
  refresh: Refresh<N>,
): [before: N | undefined, rest: N | undefined] {
  if (node === undefined) return [undefined, undefined];
  if (isBefore(node)) {
    const [before, rest] = split(node.right, isBefore, refresh);
    node.right = before;
    refresh(node);
    return [node, rest];
  }
  const [before, rest] = split(node.left, isBefore, refresh);
  node.left = rest;
  refresh(node);
  return [before, node];
}

/** Priorities: xorshift32 from a fixed start, so that equal runs are equal in every step. */
export class Priorities {
  #state = 0x9e3779b9;

  next(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return this.#state;
  }
}
