/** IPAddressPools to pools. */
import type { PoolEntry } from "../api/metallb/ip-address-pool.ts";
import type { IPAddressPoolObject } from "../api/parse.ts";
import type { AddressRange } from "../model/address.ts";
import { width } from "../model/address.ts";
import type { Pool, PoolAllocation } from "../model/config.ts";
import { formatRef } from "../model/object.ts";
import { distinctNames, distinctSelectors } from "./lists.ts";
import { findOverlaps } from "./overlaps.ts";
import { precedenceOf, uniqueByName } from "./precedence.ts";
import type { Report } from "./report.ts";
import { compareText, quote } from "./report.ts";

/** A pool and the object it is from. */
export interface CompiledPool {
  readonly object: IPAddressPoolObject;
  /** The entries that have effect, in the order of the pool's ranges. */
  readonly entries: readonly PoolEntry[];
  readonly pool: Pool;
}

/** By name, in order of name. An entry that overlaps one of another pool has no effect; the rest of its pool has. */
export function compilePools(objects: readonly IPAddressPoolObject[], report: Report): Map<string, CompiledPool> {
  const unique = uniqueByName(objects, report);
  const entries = unique.flatMap((pool) => pool.spec.addresses.map((entry) => ({ pool, entry, range: entry.range })));
  const lost = new Set<PoolEntry>();
  for (const { winner, loser } of findOverlaps(entries)) {
    lost.add(loser.entry);
    const [what, fix] =
      winner.pool === loser.pool
        ? [`spec.addresses[${winner.entry.index}]`, "remove one of the two"]
        : [
            `${formatRef(winner.pool.ref)}, ${precedenceOf(winner.pool)} and keeps it`,
            "write addresses that no other pool has",
          ];
    report.error(
      loser.pool,
      `spec.addresses[${loser.entry.index}]`,
      `${quote(loser.entry.text)} overlaps ${quote(winner.entry.text)} of ${what}`,
      fix,
    );
  }
  const pools = new Map<string, CompiledPool>();
  for (const object of unique.sort((a, b) => compareText(a.ref.name, b.ref.name))) {
    const kept = object.spec.addresses.filter((entry) => !lost.has(entry));
    if (kept.length > 0) pools.set(object.ref.name, { object, entries: kept, pool: poolOf(object, kept, report) });
  }
  return pools;
}

function poolOf(object: IPAddressPoolObject, entries: readonly PoolEntry[], report: Report): Pool {
  const { autoAssign, avoidBuggyIPs, serviceAllocation } = object.spec;
  const ranges = entries.map(({ range }) => range);
  if (avoidBuggyIPs) warnOfBuggyOnly(object, entries, report);
  const pool = { name: object.ref.name, labels: object.metadata.labels, ranges, autoAssign, avoidBuggyIPs };
  if (serviceAllocation === undefined) return pool;
  const { priority, namespaces, namespaceSelectors, serviceSelectors } = serviceAllocation;
  const field = "spec.serviceAllocation";
  const allocation: PoolAllocation = {
    priority,
    namespaces: distinctNames(namespaces, object, `${field}.namespaces`, report),
    namespaceSelectors: distinctSelectors(namespaceSelectors, object, `${field}.namespaceSelectors`, report),
    serviceSelectors: distinctSelectors(serviceSelectors, object, `${field}.serviceSelectors`, report),
  };
  return { ...pool, allocation };
}

/** Entries of which avoidBuggyIPs leaves nothing: at most two addresses, x.255 and the .0 after it. */
function warnOfBuggyOnly(object: IPAddressPoolObject, entries: readonly PoolEntry[], report: Report): void {
  for (const { index, text, range } of entries) {
    const { family, first, last } = range;
    const ends = [first, last].map((address) => address & 0xffn);
    if (family !== 4 || last - first > 1n || ends.some((end) => end !== 0n && end !== 255n)) continue;
    report.warning(
      object,
      `spec.addresses[${index}]`,
      `${quote(text)} has no address to give, as spec.avoidBuggyIPs leaves out what ends in .0 or .255`,
      "write further addresses, or remove avoidBuggyIPs",
    );
  }
}

/** The length of the largest prefix that fits into a range. */
export function widestPrefix(range: AddressRange): number {
  const bits = width(range.family);
  const size = range.last - range.first + 1n;
  for (let hostBits = size.toString(2).length - 1; hostBits > 0; hostBits--) {
    const block = 1n << BigInt(hostBits);
    const start = ((range.first + block - 1n) / block) * block;
    if (start + block - 1n <= range.last) return bits - hostBits;
  }
  return bits;
}
