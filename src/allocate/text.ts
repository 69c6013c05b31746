/** The words in which decisions are told. */
import type { Address, Family } from "../model/address.ts";
import { formatAddress } from "../model/address.ts";

/** How many pools a sentence names before it sums up; an event has 1,024 bytes. */
const POOLS_NAMED = 8;

export function formatAddresses(addresses: readonly Address[]): string {
  return addresses.map(formatAddress).join(" and ");
}

/** "an IPv4 and an IPv6 address". */
export function formatFamilies(families: readonly Family[]): string {
  return `${families.map((family) => `an IPv${family}`).join(" and ")} address`;
}

export function formatPool(pool: string): string {
  return `pool ${pool}`;
}

/** What is held, as the start of a sentence. */
export function formatHeld({ addresses, pool }: { addresses: readonly Address[]; pool: string | undefined }): string {
  if (addresses.length === 0) return "has no address";
  return `keeps ${formatAddresses(addresses)}${pool === undefined ? "" : ` of ${formatPool(pool)}`}`;
}

export function formatReasons(reasons: readonly string[]): string {
  const more = reasons.length - POOLS_NAMED;
  const named = reasons.slice(0, POOLS_NAMED).join(", ");
  return more > 0 ? `${named}, and ${more} more ${more === 1 ? "pool does" : "pools do"} not fit` : named;
}
