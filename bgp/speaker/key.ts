/** Prefixes as keys of a Map. */
import { Afi, prefixKey } from "bgp-ts-codec";
import type { Prefix } from "bgp-ts-codec";

export type PrefixKey = number | bigint;

/** Above every value of `| 0`. */
const BEYOND = 2 ** 32;

/** A key that no other prefix has. Of an IPv4 host route it is a 32-bit number, which needs no memory of its own. */
export function routeKey(prefix: Prefix): PrefixKey {
  if (prefix.afi !== Afi.Ipv4) return prefixKey(prefix);
  return prefix.length === 32 ? prefix.address | 0 : BEYOND + prefix.address * 64 + prefix.length;
}
