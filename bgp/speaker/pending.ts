/** What is still to be said of which prefix: each stands in one place, and the last state wins. */
import type { Prefix } from "bgp-ts-codec";
import { sameRoute } from "./equal.ts";
import type { PrefixKey } from "./key.ts";
import type { Route } from "./types.ts";

/** What the peer knows of a prefix: a route, nothing, or one cannot tell. */
export type Known = Route | undefined | "unknown";

export interface PendingWithdraw {
  readonly prefix: Prefix;
  readonly known: Known;
}

export interface PendingReach {
  readonly route: Route;
  readonly known: Known;
}

export class Pending {
  readonly #withdraws = new Map<PrefixKey, PendingWithdraw>();
  readonly #reaches = new Map<PrefixKey, PendingReach>();

  get withdraws(): number {
    return this.#withdraws.size;
  }

  get reaches(): number {
    return this.#reaches.size;
  }

  get empty(): boolean {
    return this.#withdraws.size === 0 && this.#reaches.size === 0;
  }

  /** Announcements of prefixes that the peer may not have heard of. */
  get additions(): number {
    let count = 0;
    for (const { known } of this.#reaches.values()) if (known === undefined || known === "unknown") count += 1;
    return count;
  }

  /**
   * The prefix is to be `wanted`, a route that can be announced, or gone. `known` is what the peer knows if nothing was
   * pending; "unknown" overrules what was pending.
   */
  set(key: PrefixKey, prefix: Prefix, known: Known, wanted: Route | undefined): void {
    const before = this.#withdraws.get(key) ?? this.#reaches.get(key);
    const knows = known === "unknown" || before === undefined ? known : before.known;
    this.#withdraws.delete(key);
    this.#reaches.delete(key);
    if (wanted === undefined) {
      if (knows !== undefined) this.#withdraws.set(key, { prefix, known: knows });
    } else if (knows === "unknown" || knows === undefined || !sameRoute(knows, wanted)) {
      this.#reaches.set(key, { route: wanted, known: knows });
    }
  }

  /** Takes up to `most` of the withdrawals. */
  takeWithdraws(most: number): Prefix[] {
    return take(this.#withdraws, most).map(({ prefix }) => prefix);
  }

  takeReaches(most: number): Route[] {
    return take(this.#reaches, most).map(({ route }) => route);
  }
}

function take<T>(from: Map<PrefixKey, T>, most: number): T[] {
  const taken: T[] = [];
  for (const [key, value] of from) {
    if (taken.length === most) break;
    taken.push(value);
    from.delete(key);
  }
  return taken;
}
