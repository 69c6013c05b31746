/** The Services that wait, indexed by what would help them: nobody else is looked at when an address becomes free. */
import type { Address, Family } from "../model/address.ts";
import { IntervalSet } from "./intervals.ts";

/** Something that can become available: an explicit address, or an address of a pool in a family, or in both at once. */
export type Lane = string;

export function addressLane(address: Address): Lane {
  return `${address.family} ${address.value}`;
}

export function poolLane(pool: string, family: Family | "both"): Lane {
  return `${family} of ${pool}`;
}

export interface Waiter<T> {
  /** Its place in the line, lower first; the same as long as it waits. */
  readonly turn: bigint;
  readonly item: T;
}

interface Line {
  readonly everyone: IntervalSet;
  readonly bySharingKey: Map<string, IntervalSet>;
}

interface Entry<T> {
  readonly item: T;
  readonly sharingKey: string;
  readonly lanes: readonly Lane[];
}

/** Two waiters never have the same turn. */
export class WaitingLines<T> {
  readonly #lines = new Map<Lane, Line>();
  readonly #entries = new Map<bigint, Entry<T>>();

  /** No lanes: only a change of its own helps it. */
  add({ turn, item }: Waiter<T>, sharingKey: string, lanes: readonly Lane[]): void {
    this.#entries.set(turn, { item, sharingKey, lanes });
    for (const lane of lanes) {
      const line = this.#lines.get(lane) ?? { everyone: new IntervalSet(), bySharingKey: new Map() };
      this.#lines.set(lane, line);
      line.everyone.add(turn);
      const sharers = line.bySharingKey.get(sharingKey) ?? new IntervalSet();
      line.bySharingKey.set(sharingKey, sharers);
      sharers.add(turn);
    }
  }

  delete(turn: bigint): void {
    const entry = this.#entries.get(turn);
    if (entry === undefined) return;
    const { sharingKey, lanes } = entry;
    this.#entries.delete(turn);
    for (const lane of lanes) {
      const line = this.#lines.get(lane);
      const sharers = line?.bySharingKey.get(sharingKey);
      line?.everyone.delete(turn);
      sharers?.delete(turn);
      if (sharers?.first() === undefined) line?.bySharingKey.delete(sharingKey);
      if (line?.everyone.first() === undefined) this.#lines.delete(lane);
    }
  }

  /** The first in any of `lanes` whose turn is not before `from`; with `sharingKey`, of those who have that key. */
  next(lanes: readonly Lane[], from: bigint, sharingKey?: string): Waiter<T> | undefined {
    let turn: bigint | undefined;
    for (const lane of lanes) {
      const line = this.#lines.get(lane);
      const next = (sharingKey === undefined ? line?.everyone : line?.bySharingKey.get(sharingKey))?.next(from);
      if (next !== undefined && (turn === undefined || next < turn)) turn = next;
    }
    const entry = turn === undefined ? undefined : this.#entries.get(turn);
    return turn === undefined || entry === undefined ? undefined : { turn, item: entry.item };
  }

  /** Everyone, first come first. */
  items(): T[] {
    return [...this.#entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { item }]) => item);
  }
}
