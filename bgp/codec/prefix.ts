/** Prefixes as text and as keys of a Map. */
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from "./address.ts";
import { maskIpv4, maskIpv6 } from "./nlri.ts";
import { Afi, type Prefix } from "./types.ts";

const LENGTH = /^(?:0|[1-9]\d{0,2})$/;

/** "address/length"; host bits are set to zero. Undefined for anything else, also for an address alone. */
export function parsePrefix(text: string): Prefix | undefined {
  const [address = "", digits = "", more] = text.split("/");
  if (more !== undefined || !LENGTH.test(digits)) return undefined;
  const length = Number(digits);
  const ipv4 = parseIpv4(address);
  if (ipv4 !== undefined) {
    return length > 32 ? undefined : { afi: Afi.Ipv4, address: maskIpv4(ipv4, length), length };
  }
  const ipv6 = parseIpv6(address);
  if (ipv6 === undefined || length > 128) return undefined;
  return { afi: Afi.Ipv6, address: maskIpv6(ipv6, length), length };
}

export function formatPrefix(prefix: Prefix): string {
  const address = prefix.afi === Afi.Ipv4 ? formatIpv4(prefix.address) : formatIpv6(prefix.address);
  return `${address}/${prefix.length}`;
}

/** A key that no other prefix has, cheap to make: a number for IPv4, a bigint for IPv6. A Map compares both by value. */
export function prefixKey(prefix: Prefix): number | bigint {
  return prefix.afi === Afi.Ipv4 ? prefix.address * 64 + prefix.length : (prefix.address << 8n) | BigInt(prefix.length);
}
