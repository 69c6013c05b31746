/** Which address is whose: the pools, what of them is free, and who holds the rest. */
import type { Address, Family } from "../model/address.ts";
import type { PoolUsage } from "../model/allocation.ts";
import type { Pool } from "../model/config.ts";
import { lastAtMost } from "../model/search.ts";
import { Holders } from "./holders.ts";
import { IntervalSet } from "./intervals.ts";
import { SharedAddresses } from "./sharing.ts";
import type { Claim } from "./sharing.ts";
import { AddressSpace } from "./space.ts";

/** One pool in one family. Addresses go by their number in `space`. */
interface Shelf {
  readonly pool: Pool;
  readonly space: AddressSpace;
  readonly free: IntervalSet;
  readonly shared: SharedAddresses;
  readonly holders: Holders;
}

interface Stretch {
  readonly first: bigint;
  readonly shelf: Shelf;
}

type ByFamily<T> = Readonly<Record<Family, T>>;

/** Where an address belongs. */
interface Place {
  readonly shelf: Shelf;
  readonly number: bigint;
}

function shelfOf(pool: Pool, family: Family): Shelf {
  const ranges = pool.ranges.filter((range) => range.family === family);
  const space = new AddressSpace(ranges, pool.avoidBuggyIPs && family === 4);
  return { pool, space, free: new IntervalSet(space.size), shared: new SharedAddresses(), holders: new Holders() };
}

/** Pools that are for some Services first, smaller priority first and 0 last; then general ones; each group by name. */
function compareInSearchOrder(a: Pool, b: Pool): number {
  return searchRank(a) - searchRank(b) || (a.name < b.name ? -1 : 1);
}

function searchRank(pool: Pool): number {
  if (pool.allocation === undefined) return Number.MAX_SAFE_INTEGER;
  return pool.allocation.priority === 0 ? Number.MAX_SAFE_INTEGER - 1 : pool.allocation.priority;
}

export class Ledger {
  /** In the order in which automatic allocation tries them. */
  readonly pools: readonly Pool[];
  readonly #shelves: ReadonlyMap<string, ByFamily<Shelf>>;
  readonly #stretches: ByFamily<readonly Stretch[]>;

  constructor(pools: Iterable<Pool>) {
    this.pools = [...pools].sort(compareInSearchOrder);
    const shelves = this.pools.map((pool) => [pool.name, { 4: shelfOf(pool, 4), 6: shelfOf(pool, 6) }] as const);
    this.#shelves = new Map(shelves);
    const stretches: ByFamily<Stretch[]> = { 4: [], 6: [] };
    for (const [, shelf] of shelves) {
      for (const { family, first } of shelf[4].pool.ranges) stretches[family].push({ first, shelf: shelf[family] });
    }
    for (const family of [4, 6] as const) stretches[family].sort((a, b) => (a.first < b.first ? -1 : 1));
    this.#stretches = stretches;
  }

  pool(name: string): Pool | undefined {
    return this.#shelves.get(name)?.[4].pool;
  }

  /** The pool that has this address to give, in use or not. */
  poolOf(address: Address): Pool | undefined {
    return this.#place(address)?.shelf.pool;
  }

  /** Does the pool have addresses of this family at all? */
  has(pool: string, family: Family): boolean {
    return (this.#shelves.get(pool)?.[family].space.size ?? 0n) > 0n;
  }

  hasFree(pool: string, family: Family): boolean {
    return this.#shelves.get(pool)?.[family].free.first() !== undefined;
  }

  /** The first address of the pool, in its own order, that is free or that `claim` may share. */
  lowest(pool: string, family: Family, claim: Claim): Address | undefined {
    const shelf = this.#shelves.get(pool)?.[family];
    const free = shelf?.free.first();
    const shared = shelf?.shared.lowest(claim);
    const number = free === undefined || (shared !== undefined && shared < free) ? shared : free;
    if (shelf === undefined || number === undefined) return undefined;
    return { family, value: shelf.space.valueAt(number) };
  }

  /** The sharing key in force on an address; undefined: nobody holds it. */
  sharingKey(address: Address): string | undefined {
    const place = this.#place(address);
    return place?.shelf.holders.first(place.number)?.sharingKey;
  }

  /** Why `claim` cannot have this address beside those who hold it, as the end of a sentence that begins with it. */
  objection(address: Address, claim: Claim): string | undefined {
    const place = this.#place(address);
    return place?.shelf.holders.objection(place.number, claim);
  }

  /** To be asked only for an address of a pool to which there is no objection. */
  take(address: Address, claim: Claim): void {
    const place = this.#place(address);
    if (place === undefined) return;
    const { shelf, number } = place;
    shelf.holders.add(number, claim);
    shelf.free.delete(number);
    shelf.shared.add(number, claim);
  }

  /** With the claim under which it was taken. */
  release(address: Address, claim: Claim): void {
    const place = this.#place(address);
    if (place === undefined) return;
    const { shelf, number } = place;
    shelf.holders.delete(number, claim);
    const last = shelf.holders.first(number) === undefined;
    shelf.shared.delete(number, claim, last);
    if (last) shelf.free.add(number);
  }

  /** Sorted by pool. An address that is shared counts once. */
  usage(): PoolUsage[] {
    const usage = [...this.#shelves].map(([pool, { 4: v4, 6: v6 }]) => ({
      pool,
      assignedIPv4: BigInt(v4.holders.size),
      assignedIPv6: BigInt(v6.holders.size),
      availableIPv4: v4.space.size - BigInt(v4.holders.size),
      availableIPv6: v6.space.size - BigInt(v6.holders.size),
    }));
    return usage.sort((a, b) => (a.pool < b.pool ? -1 : 1));
  }

  #place({ family, value }: Address): Place | undefined {
    const shelf = lastAtMost(this.#stretches[family], value, (stretch) => stretch.first)?.shelf;
    const number = shelf?.space.numberOf(value);
    return shelf === undefined || number === undefined ? undefined : { shelf, number };
  }
}
