/** Addresses, CIDRs and ranges as users write them. */
import { IPv4, IPv6 } from "ip-num";
import type { Address, AddressRange, Prefix } from "../model/address.ts";
import { mask, rangeOf, width } from "../model/address.ts";
import type { Fault, Parsed } from "./text.ts";
import { isFault } from "./text.ts";

const ADDRESS_EXAMPLE = "write an IPv4 address such as 192.0.2.10 or an IPv6 address such as 2001:db8::10";
const RANGE_EXAMPLE = "write a CIDR such as 192.0.2.0/24 or a range such as 192.0.2.10-192.0.2.20";

/** An IPv4 or IPv6 address. Leading zeros, zones and IPv4-mapped IPv6 addresses are refused. */
export function parseAddress(text: string): Parsed<Address> {
  const shown = JSON.stringify(text);
  if (text.includes("%")) {
    return { what: `${shown} has a zone`, fix: "write the address without % and what follows" };
  }
  if (text.includes("/")) {
    return {
      what: `${shown} is a CIDR where one address belongs`,
      fix: "write the address without / and what follows",
    };
  }
  return text.includes(":") ? parseIpv6(text, shown) : parseIpv4(text, shown);
}

function parseIpv4(text: string, shown: string): Parsed<Address> {
  if (/^\d+(\.\d+){3}$/.test(text) && /(^|\.)0\d/.test(text)) {
    return {
      what: `${shown} has a part with leading zeros, which some programs read as octal`,
      fix: `write ${text.replaceAll(/(^|\.)0+(?=\d)/g, "$1")}`,
    };
  }
  try {
    return { value: { family: 4, value: IPv4.fromString(text).value } };
  } catch {
    return { what: `${shown} is not an IP address`, fix: ADDRESS_EXAMPLE };
  }
}

function parseIpv6(text: string, shown: string): Parsed<Address> {
  let value: bigint;
  try {
    value = IPv6.fromString(text).value;
  } catch {
    return { what: `${shown} is not an IP address`, fix: ADDRESS_EXAMPLE };
  }
  if (value >> 32n === 0xffffn) {
    const plain = new IPv4(value & 0xffff_ffffn).toString();
    return { what: `${shown} is an IPv4 address inside IPv6`, fix: `write ${plain}` };
  }
  return { value: { family: 6, value } };
}

/** A CIDR, whose host bits do not count, or a range `start-end` with spaces allowed around the dash. */
export function parseRange(text: string): Parsed<AddressRange> {
  const trimmed = text.trim();
  if (trimmed.includes("-")) return parseStartEnd(trimmed);
  if (trimmed.includes("/")) return parseCidr(trimmed);
  const address = parseAddress(trimmed);
  if (isFault(address)) {
    if (!address.what.endsWith("is not an IP address")) return address;
    return { what: `${JSON.stringify(text)} is neither a CIDR nor a range of addresses`, fix: RANGE_EXAMPLE };
  }
  const fix = `write ${trimmed}/${width(address.value.family)} for this one address`;
  return { what: `${JSON.stringify(text)} is an address without a prefix length`, fix };
}

function parseCidr(text: string): Parsed<AddressRange> {
  const prefix = parsePrefix(text);
  return isFault(prefix) ? prefix : { value: rangeOf(prefix.value) };
}

/** "192.0.2.0/24"; host bits do not count. */
export function parsePrefix(text: string): Parsed<Prefix> {
  const [start = "", length = "", ...more] = text.split("/");
  const shown = JSON.stringify(text);
  const address = parseAddress(start.trim());
  if (isFault(address)) return within(shown, address);
  const { family } = address.value;
  if (more.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(length.trim()) || Number(length) > width(family)) {
    return {
      what: `${shown} has no valid prefix length`,
      fix: `write a length from 0 to ${width(family)} after the / for IPv${family}`,
    };
  }
  return { value: mask(address.value, Number(length)) };
}

function parseStartEnd(text: string): Parsed<AddressRange> {
  const shown = JSON.stringify(text);
  const [start = "", end = "", ...more] = text.split("-").map((part) => part.trim());
  if (more.length > 0) return { what: `${shown} has more than one dash`, fix: "write each range on a line of its own" };
  const first = parseAddress(start);
  if (isFault(first)) return within(shown, first);
  const last = parseAddress(end);
  if (isFault(last)) return within(shown, last);
  if (first.value.family !== last.value.family) {
    return {
      what: `${shown} starts in IPv${first.value.family} and ends in IPv${last.value.family}`,
      fix: "write one range for each family",
    };
  }
  if (first.value.value > last.value.value) {
    return { what: `${shown} ends before it starts`, fix: `write ${end}-${start}` };
  }
  return { value: { family: first.value.family, first: first.value.value, last: last.value.value } };
}

function within(shown: string, fault: Fault): Fault {
  return { what: `in ${shown}, ${fault.what}`, fix: fault.fix };
}

/** An address that one host can have and others can connect to. */
export function parseHostAddress(text: string): Parsed<Address> {
  const parsed = parseAddress(text);
  if (isFault(parsed)) return parsed;
  const { family, value } = parsed.value;
  const bits = BigInt(width(family));
  const shown = JSON.stringify(text);
  if (value === 0n) return { what: `${shown} is no address of a host`, fix: "write the address of the host" };
  if (family === 4 ? value >> (bits - 4n) >= 0b1110n : value >> (bits - 8n) === 0xffn) {
    return { what: `${shown} is a multicast or reserved address`, fix: "write the address of one host" };
  }
  return parsed;
}

/** A host's address that names it without an interface. */
export function parsePeerAddress(text: string): Parsed<Address> {
  const parsed = parseHostAddress(text);
  if (isFault(parsed) || parsed.value.family === 4 || parsed.value.value >> 118n !== 0b1111111010n) return parsed;
  const what = `${JSON.stringify(text)} is a link-local address, and the interface it is on is not known`;
  return { what, fix: "write interface in place of peerAddress, or another address of the peer" };
}

/** A BGP identifier in the form of an IPv4 address, not 0.0.0.0 (RFC 6286). */
export function parseRouterId(text: string): Parsed<number> {
  const parsed = parseAddress(text);
  const fix = "write a number in the form of an IPv4 address, such as 192.0.2.1";
  if (isFault(parsed) || parsed.value.family === 6) {
    return { what: `${JSON.stringify(text)} is not in the form of an IPv4 address`, fix };
  }
  if (parsed.value.value === 0n) return { what: `${JSON.stringify(text)} is no BGP identifier`, fix };
  return { value: Number(parsed.value.value) };
}
