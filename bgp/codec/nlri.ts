/**
 * NLRI: a path identifier (4, only on an ADD-PATH family: RFC 7911 §3), the length in bits (1), the prefix in
 * ceil(length / 8) bytes (RFC 4271 §4.3). Host bits are ignored on receipt and zero when sent.
 */
import { CodecError, Malformed } from "./error.ts";
import type { Reader } from "./reader.ts";
import { Afi, type Ipv4Prefix, type Ipv6Prefix, type Nlri, type Prefix } from "./types.ts";
import type { Writer } from "./writer.ts";

const MAX_U128 = (1n << 128n) - 1n;

/** The value of an IPv4 address with all but the first `length` bits zero. */
export function maskIpv4(address: number, length: number): number {
  return length === 0 ? 0 : (address & (-1 << (32 - length))) >>> 0;
}

/** The value of an IPv6 address with all but the first `length` bits zero. */
export function maskIpv6(address: bigint, length: number): bigint {
  const host = BigInt(128 - length);
  return (address >> host) << host;
}

function readLength(reader: Reader, width: number): number {
  const length = reader.u8("NLRI length");
  if (length > width) throw new Malformed(`prefix length ${length} is above ${width}`);
  return length;
}

/** Bytes of a prefix as a number: at most four, left-aligned. */
function readIpv4Prefix(reader: Reader): Ipv4Prefix {
  const length = readLength(reader, 32);
  const count = (length + 7) >>> 3;
  let address = 0;
  if (count === 4) {
    address = reader.u32("IPv4 prefix");
  } else {
    const body = reader.sub(count, "IPv4 prefix");
    for (let shift = 24; body.left > 0; shift -= 8) address |= body.u8("IPv4 prefix") << shift;
  }
  return { afi: Afi.Ipv4, address: maskIpv4(address, length), length };
}

function readIpv6Prefix(reader: Reader): Ipv6Prefix {
  const length = readLength(reader, 128);
  const count = (length + 7) >>> 3;
  let address = 0n;
  if (count === 16) {
    address = reader.u128("IPv6 prefix");
  } else {
    const body = reader.sub(count, "IPv6 prefix");
    if (count >= 8) address = body.u64("IPv6 prefix");
    while (body.left > 0) address = (address << 8n) | BigInt(body.u8("IPv6 prefix"));
    address <<= BigInt(8 * (16 - count));
  }
  return { afi: Afi.Ipv6, address: maskIpv6(address, length), length };
}

function readAll<P extends Ipv4Prefix | Ipv6Prefix>(
  reader: Reader,
  addPath: boolean,
  readPrefix: (reader: Reader) => P,
): Nlri<P>[] {
  const list: Nlri<P>[] = [];
  while (reader.left > 0) {
    if (addPath) {
      const pathId = reader.u32("path identifier");
      list.push({ prefix: readPrefix(reader), pathId });
    } else {
      list.push({ prefix: readPrefix(reader) });
    }
  }
  return list;
}

/** Reads all that is left as IPv4 NLRI. */
export function readIpv4Nlri(reader: Reader, addPath: boolean): Nlri<Ipv4Prefix>[] {
  return readAll(reader, addPath, readIpv4Prefix);
}

/** Reads all that is left as IPv6 NLRI. */
export function readIpv6Nlri(reader: Reader, addPath: boolean): Nlri<Ipv6Prefix>[] {
  return readAll(reader, addPath, readIpv6Prefix);
}

/** Bytes that a prefix takes at most, with its length byte; a path identifier adds four. */
export const MAX_IPV4_NLRI = 5;
export const MAX_IPV6_NLRI = 17;
export const PATH_ID_LENGTH = 4;

/** Bytes that a prefix takes, with its length byte. */
export function prefixBytes(prefix: Prefix): number {
  return 1 + ((prefix.length + 7) >>> 3);
}

function badPrefix(prefix: Prefix, afi: Afi, field: string): CodecError {
  if (prefix.afi !== afi) return new CodecError(field, "IPv4 and IPv6 prefixes cannot stand in one list");
  const width = afi === Afi.Ipv4 ? 32 : 128;
  return new CodecError(field, `${prefix.address}/${prefix.length} is not a prefix of ${width} bits`);
}

/** Writes an IPv4 prefix at `at` and answers where it ends. The caller has made room. */
export function putIpv4(bytes: Uint8Array, at: number, prefix: Ipv4Prefix, field: string): number {
  const { address, length } = prefix;
  if (prefix.afi !== Afi.Ipv4 || address >>> 0 !== address || length >>> 0 !== length || length > 32) {
    throw badPrefix(prefix, Afi.Ipv4, field);
  }
  const value = length === 32 ? address : maskIpv4(address, length);
  bytes[at] = length;
  if (length > 0) bytes[at + 1] = value >>> 24;
  if (length > 8) bytes[at + 2] = value >>> 16;
  if (length > 16) bytes[at + 3] = value >>> 8;
  if (length > 24) bytes[at + 4] = value;
  return at + 1 + ((length + 7) >>> 3);
}

/**
 * Writes an IPv6 prefix at `at` and answers where it ends. The caller has made room for all 17 bytes, also where the
 * prefix is shorter: what follows the end is then overwritten.
 */
export function putIpv6(view: DataView, at: number, prefix: Ipv6Prefix, field: string): number {
  const { address, length } = prefix;
  if (prefix.afi !== Afi.Ipv6 || length >>> 0 !== length || length > 128 || address < 0n || address > MAX_U128) {
    throw badPrefix(prefix, Afi.Ipv6, field);
  }
  const value = length === 128 ? address : maskIpv6(address, length);
  view.setUint8(at, length);
  view.setBigUint64(at + 1, value >> 64n);
  view.setBigUint64(at + 9, value);
  return at + 1 + ((length + 7) >>> 3);
}

/** Writes a list whose entries carry a path identifier exactly where the family has ADD-PATH. */
export function writeNlri(writer: Writer, afi: Afi, list: readonly Nlri[], addPath: boolean, field: string): void {
  const scratch = new Uint8Array(MAX_IPV6_NLRI);
  const view = new DataView(scratch.buffer);
  for (const { prefix, pathId } of list) {
    if (prefix.afi !== afi) throw badPrefix(prefix, afi, field);
    if ((pathId !== undefined) !== addPath) {
      throw new CodecError(
        field,
        addPath ? "needs a path identifier on this session" : "takes no path identifier here",
      );
    }
    if (pathId !== undefined) writer.u32(pathId, `${field} path identifier`);
    const end = prefix.afi === Afi.Ipv4 ? putIpv4(scratch, 0, prefix, field) : putIpv6(view, 0, prefix, field);
    writer.bytes(scratch.subarray(0, end));
  }
}
