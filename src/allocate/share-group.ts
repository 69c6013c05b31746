/** The addresses on which Services share under one key with the same backends, and which of them has which ports free. */
import { Priorities, merge, split } from "./treap.ts";
import type { TreapNode } from "./treap.ts";

interface Member extends TreapNode<Member> {
  readonly number: bigint;
  /** In use on this address. */
  readonly ports: Set<string>;
  /** In use on each address from here down: nobody who needs one of them need look here. */
  common: ReadonlySet<string>;
}

function refresh(member: Member): void {
  member.common = intersection(intersection(member.ports, member.left?.common), member.right?.common);
}

/** One of the two itself where it is the answer: mostly, all addresses have the same ports in use. */
function intersection(a: ReadonlySet<string>, b: ReadonlySet<string> | undefined): ReadonlySet<string> {
  if (b === undefined || a === b) return a;
  if (b.isSubsetOf(a)) return b;
  return a.isSubsetOf(b) ? a : a.intersection(b);
}

/** The lowest at or under `member` with all of `ports` free. */
function lowest(member: Member | undefined, ports: readonly string[]): bigint | undefined {
  if (member === undefined) return undefined;
  const { common, left, right, number } = member;
  if (ports.some((port) => common.has(port))) return undefined;
  return lowest(left, ports) ?? (ports.some((port) => member.ports.has(port)) ? lowest(right, ports) : number);
}

/** Addresses go by their number in the pool. */
export class ShareGroup {
  #root: Member | undefined;
  readonly #priorities = new Priorities();

  get isEmpty(): boolean {
    return this.#root === undefined;
  }

  /** A Service with these ports joins, or begins, the use of an address. */
  join(number: bigint, ports: readonly string[]): void {
    this.#change(number, (member) => {
      const used = member?.ports ?? new Set();
      for (const port of ports) used.add(port);
      const priority = member?.priority ?? this.#priorities.next();
      return { number, ports: used, common: used, priority, left: undefined, right: undefined };
    });
  }

  /** `last`: nobody is left on the address. */
  leave(number: bigint, ports: readonly string[], last: boolean): void {
    this.#change(number, (member) => {
      for (const port of ports) member?.ports.delete(port);
      return last ? undefined : member;
    });
  }

  /**
   * The lowest address on which all of `ports` are free. O(log n) for one port; for several it may look at addresses on
   * which only some are free.
   */
  lowest(ports: readonly string[]): bigint | undefined {
    return lowest(this.#root, ports);
  }

  #change(number: bigint, change: (member: Member | undefined) => Member | undefined): void {
    const [before, rest] = split(this.#root, (member) => member.number < number, refresh);
    const [member, after] = split(rest, (member) => member.number === number, refresh);
    this.#root = merge(merge(before, change(member), refresh), after, refresh);
  }
}
