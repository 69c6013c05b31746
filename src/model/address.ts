/** Addresses and prefixes as numbers, for arithmetic and comparison. Text is for the edges. */
import { formatIpv4, formatIpv6 } from "bgp-ts-codec";

export type Family = 4 | 6;

/** An IP address; `value` is unsigned, 32 or 128 bits. */
export interface Address {
  readonly family: Family;
  readonly value: bigint;
}

/** A prefix; the host bits of `value` are zero. */
export interface Prefix {
  readonly family: Family;
  readonly value: bigint;
  readonly length: number;
}

/** Addresses from `first` to `last`, both included. */
export interface AddressRange {
  readonly family: Family;
  readonly first: bigint;
  readonly last: bigint;
}

/** 32 or 128. */
export function width(family: Family): number {
  return family === 4 ? 32 : 128;
}

export function formatAddress(address: Address): string {
  return address.family === 4 ? formatIpv4(Number(address.value)) : formatIpv6(address.value);
}

export function formatPrefix(prefix: Prefix): string {
  return `${formatAddress(prefix)}/${prefix.length}`;
}

export function formatRange(range: AddressRange): string {
  const { family } = range;
  return `${formatAddress({ family, value: range.first })}-${formatAddress({ family, value: range.last })}`;
}

/** A key of a Map that no other prefix has. Of an IPv4 host route it is a 32-bit number, which needs no memory of its own. */
export type PrefixKey = number | bigint;

/** Above every value of `| 0`. */
const BEYOND = 2 ** 32;

export function prefixKey({ family, value, length }: Prefix): PrefixKey {
  if (family === 6) return (value << 8n) | BigInt(length);
  return length === 32 ? Number(value) | 0 : BEYOND + Number(value) * 64 + length;
}

/** The prefix of `length` bits that holds `address`. */
export function mask(address: Address, length: number): Prefix {
  const hostBits = BigInt(width(address.family) - length);
  return { family: address.family, value: (address.value >> hostBits) << hostBits, length };
}

/** The host route of an address: /32 or /128. */
export function hostPrefix(address: Address): Prefix {
  return { family: address.family, value: address.value, length: width(address.family) };
}

/** The range that a prefix covers. */
export function rangeOf(prefix: Prefix): AddressRange {
  const size = 1n << BigInt(width(prefix.family) - prefix.length);
  return { family: prefix.family, first: prefix.value, last: prefix.value + size - 1n };
}

/** Whether a prefix is another one, or part of it. */
export function isWithin(inner: Prefix, outer: Prefix): boolean {
  return outer.length <= inner.length && contains(rangeOf(outer), inner);
}

export function contains(range: AddressRange, address: Address): boolean {
  return range.family === address.family && range.first <= address.value && address.value <= range.last;
}

export function overlaps(a: AddressRange, b: AddressRange): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}

export function sameAddress(a: Address, b: Address): boolean {
  return a.family === b.family && a.value === b.value;
}

/** IPv4 before IPv6, then by value: the order in which addresses are shown and stored. */
export function compareAddresses(a: Address, b: Address): number {
  if (a.family !== b.family) return a.family - b.family;
  return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
}
