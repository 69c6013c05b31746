/** Text of IPv4 and IPv6 addresses. */

const IPV4 = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;

/** Dotted decimal to an unsigned 32-bit value; undefined for anything else, leading zeros included. */
export function parseIpv4(text: string): number | undefined {
  const match = IPV4.exec(text);
  if (match === null) return undefined;
  let value = 0;
  for (const part of match.slice(1)) {
    const byte = Number(part);
    if (byte > 255) return undefined;
    value = value * 256 + byte;
  }
  return value;
}

/** Dotted decimal of an unsigned 32-bit value. */
export function formatIpv4(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 0xff}.${(value >>> 8) & 0xff}.${value & 0xff}`;
}

const GROUP = /^[0-9a-fA-F]{1,4}$/;

/** Groups of 16 bits of one side of "::"; an IPv4 tail counts as two where it is allowed. */
function groups(text: string, tailAllowed: boolean): number[] | undefined {
  if (text === "") return [];
  const parts = text.split(":");
  const values: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (GROUP.test(part)) {
      values.push(Number.parseInt(part, 16));
      continue;
    }
    const ipv4 = tailAllowed && index === parts.length - 1 ? parseIpv4(part) : undefined;
    if (ipv4 === undefined) return undefined;
    values.push(ipv4 >>> 16, ipv4 & 0xffff);
  }
  return values;
}

/** RFC 4291 §2.2 text, with or without "::" and an IPv4 tail, to an unsigned 128-bit value; undefined for anything else. */
export function parseIpv6(text: string): bigint | undefined {
  const sides = text.split("::");
  const [left = "", right] = sides;
  if (sides.length > 2) return undefined;
  const head = groups(left, right === undefined);
  const tail = right === undefined ? [] : groups(right, true);
  if (head === undefined || tail === undefined) return undefined;
  const count = head.length + tail.length;
  // "::" stands for one group at least (RFC 5952 §4.2.2 wants more, RFC 4291 does not).
  if (right === undefined ? count !== 8 : count > 7) return undefined;
  const zeros: number[] = Array.from({ length: 8 - count }, () => 0);
  return [...head, ...zeros, ...tail].reduce((value, group) => (value << 16n) | BigInt(group), 0n);
}

const MAPPED = 0xffffn;

/** RFC 5952 text of an unsigned 128-bit value; an IPv4-mapped one ends in dotted decimal (RFC 5952 §5). */
export function formatIpv6(value: bigint): string {
  if (value >> 32n === MAPPED) return `::ffff:${formatIpv4(Number(value & 0xffff_ffffn))}`;
  const hex = value.toString(16).padStart(32, "0");
  const parts = Array.from({ length: 8 }, (_, i) => Number.parseInt(hex.slice(4 * i, 4 * i + 4), 16));
  // The first of the longest runs of two or more zero groups becomes "::".
  let start = 0;
  let length = 1;
  for (let i = 0; i < parts.length; i++) {
    let end = i;
    while (parts[end] === 0) end++;
    if (end - i > length) {
      start = i;
      length = end - i;
    }
    i = Math.max(i, end - 1);
  }
  const text = parts.map((part) => part.toString(16));
  if (length < 2) return text.join(":");
  return `${text.slice(0, start).join(":")}::${text.slice(start + length).join(":")}`;
}
