/** Socket options of Linux and their byte layouts, which are of the machine's own byte order where numbers are wider than a byte. */
import { endianness, networkInterfaces } from "node:os";
import type { AoKey } from "@herald/bgp";
import { parseIpv4, parseIpv6 } from "bgp-ts-codec";

export const AF_INET = 2;
export const AF_INET6 = 10;
export type SocketFamily = typeof AF_INET | typeof AF_INET6;

/** One option: what to call it in errors, and the arguments of setsockopt. */
export interface SocketOption {
  readonly name: string;
  readonly level: number;
  readonly option: number;
  readonly value: Uint8Array;
}

const SOL_SOCKET = 1;
const IPPROTO_IP = 0;
const IPPROTO_TCP = 6;
const IPPROTO_IPV6 = 41;

const LITTLE = endianness() === "LE";

function int(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, LITTLE);
  return bytes;
}

/** DSCP CS6, network control: RFC 4271 appendix E. */
const CS6 = 0xc0;

/** What every BGP connection has: DSCP CS6, and small messages sent at once. */
export function commonOptions(family: SocketFamily): SocketOption[] {
  const noDelay = { name: "TCP_NODELAY", level: IPPROTO_TCP, option: 1, value: int(1) };
  const tos = { name: "IP_TOS", level: IPPROTO_IP, option: 1, value: int(CS6) };
  if (family === AF_INET) return [noDelay, tos];
  // A dual-stack socket needs both: its IPv4 connections follow IP_TOS.
  return [noDelay, tos, { name: "IPV6_TCLASS", level: IPPROTO_IPV6, option: 67, value: int(CS6) }];
}

/** TTL or hop limit of what is sent. */
export function ttlOptions(family: SocketFamily, ttl: number): SocketOption[] {
  const v4 = { name: "IP_TTL", level: IPPROTO_IP, option: 2, value: int(ttl) };
  if (family === AF_INET) return [v4];
  return [v4, { name: "IPV6_UNICAST_HOPS", level: IPPROTO_IPV6, option: 16, value: int(ttl) }];
}

/** Least TTL or hop limit that is taken in (GTSM, RFC 5082). */
export function minTtlOptions(family: SocketFamily, minTtl: number): SocketOption[] {
  const v4 = { name: "IP_MINTTL", level: IPPROTO_IP, option: 21, value: int(minTtl) };
  if (family === AF_INET) return [v4];
  return [v4, { name: "IPV6_MINHOPCOUNT", level: IPPROTO_IPV6, option: 73, value: int(minTtl) }];
}

export function deviceOption(device: string): SocketOption {
  return {
    name: "SO_BINDTODEVICE",
    level: SOL_SOCKET,
    option: 25,
    value: new TextEncoder().encode(`${device}\0`),
  };
}

export const REUSE_ADDRESS: SocketOption = { name: "SO_REUSEADDR", level: SOL_SOCKET, option: 2, value: int(1) };

/** The port is chosen at connect, where the whole four-tuple is known: bound sources do not run out of ports. */
export const BIND_ADDRESS_NO_PORT: SocketOption = {
  name: "IP_BIND_ADDRESS_NO_PORT",
  level: IPPROTO_IP,
  option: 24,
  value: int(1),
};

/** DSCP CS6, also for the queues of this host: what BFD sends. */
export function controlOptions(family: SocketFamily): SocketOption[] {
  const priority = { name: "SO_PRIORITY", level: SOL_SOCKET, option: 12, value: int(6) };
  if (family === AF_INET) return [{ name: "IP_TOS", level: IPPROTO_IP, option: 1, value: int(CS6) }, priority];
  return [{ name: "IPV6_TCLASS", level: IPPROTO_IPV6, option: 67, value: int(CS6) }, priority];
}

/** The kernel says of each datagram its TTL or hop limit, and where it came in. */
export function arrivalOptions(family: SocketFamily): SocketOption[] {
  if (family === AF_INET) {
    return [
      { name: "IP_RECVTTL", level: IPPROTO_IP, option: 12, value: int(1) },
      { name: "IP_PKTINFO", level: IPPROTO_IP, option: 8, value: int(1) },
    ];
  }
  return [
    { name: "IPV6_RECVHOPLIMIT", level: IPPROTO_IPV6, option: 51, value: int(1) },
    { name: "IPV6_RECVPKTINFO", level: IPPROTO_IPV6, option: 49, value: int(1) },
  ];
}

/** Whether an IPv6 socket takes IPv4 connections too. */
export function ipv6Only(only: boolean): SocketOption {
  return { name: "IPV6_V6ONLY", level: IPPROTO_IPV6, option: 26, value: int(only ? 1 : 0) };
}

/** The most that the kernel takes. */
const MD5_KEY_BYTES = 80;

/** TCP_MD5SIG_EXT takes a prefix where this flag is set. */
const MD5_FLAG_PREFIX = 1;

/**
 * The key for one peer, or for all of a prefix ("10.0.0.0/24") (RFC 2385); an empty one removes it. struct tcp_md5sig:
 * sockaddr_storage 128 bytes, flags 1, prefix length 1, key length 2, interface index 4, key 80.
 */
export function md5Option(family: SocketFamily, peer: string, key: string): SocketOption {
  const [address = "", length] = peer.split("/");
  const bytes = new TextEncoder().encode(key);
  if (bytes.length > MD5_KEY_BYTES) {
    throw new RangeError(`the MD5 key has ${bytes.length} bytes; at most ${MD5_KEY_BYTES} are possible`);
  }
  const value = new Uint8Array(216);
  value.set(socketAddress(family, address, 0), 0);
  if (length !== undefined) value.set([MD5_FLAG_PREFIX, Number(length)], 128);
  new DataView(value.buffer).setUint16(130, bytes.length, LITTLE);
  value.set(bytes, 136);
  return length === undefined
    ? { name: "TCP_MD5SIG", level: IPPROTO_TCP, option: 14, value }
    : { name: "TCP_MD5SIG_EXT", level: IPPROTO_TCP, option: 32, value };
}

const AO_ALGORITHMS: Readonly<Record<AoKey["algorithm"], string>> = {
  "hmac-sha-1-96": "hmac(sha1)",
  "aes-128-cmac-96": "cmac(aes128)",
};

/**
 * A TCP-AO key for one peer (RFC 5925), Linux 6.7. struct tcp_ao_add: sockaddr_storage 128 bytes, algorithm 64, interface
 * index 4, flags 4, reserved 2, prefix length 1, send ID 1, receive ID 1, bytes of the MAC 1 (0: 12), key flags 1, key length 1,
 * key 80.
 */
export function aoOption(
  family: SocketFamily,
  address: string,
  { key, sendId, receiveId, algorithm }: AoKey,
): SocketOption {
  const text = new TextEncoder();
  const bytes = text.encode(key);
  if (bytes.length === 0 || bytes.length > MD5_KEY_BYTES) {
    throw new RangeError(`the TCP-AO key has ${bytes.length} bytes; 1 to ${MD5_KEY_BYTES} are possible`);
  }
  const value = new Uint8Array(288);
  value.set(socketAddress(family, address, 0), 0);
  value.set(text.encode(AO_ALGORITHMS[algorithm]), 128);
  value.set([familyOf(address) === AF_INET ? 32 : 128, sendId, receiveId, 0, 0, bytes.length], 202);
  value.set(bytes, 208);
  return { name: "TCP_AO_ADD_KEY", level: IPPROTO_TCP, option: 38, value };
}

/** Of an address or a prefix. */
export function familyOf(address: string): SocketFamily {
  return parseIpv4(address.split("/")[0] ?? "") === undefined ? AF_INET6 : AF_INET;
}

/** ::ffff:0:0/96. */
const MAPPED = 0xffff_0000_0000n;

/** sockaddr_in (16 bytes) or sockaddr_in6 (28 bytes); an IPv4 address on an IPv6 socket is mapped (RFC 4291 2.5.5.2). */
export function socketAddress(family: SocketFamily, address: string, port: number): Uint8Array {
  const bytes = new Uint8Array(family === AF_INET ? 16 : 28);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, family, LITTLE);
  view.setUint16(2, port);
  const [host = "", zone] = address.split("%");
  const v4 = parseIpv4(host);
  if (family === AF_INET) {
    if (v4 === undefined) throw new RangeError(`${address} is not an IPv4 address`);
    view.setUint32(4, v4);
    return bytes;
  }
  const v6 = v4 === undefined ? parseIpv6(host) : MAPPED | BigInt(v4);
  if (v6 === undefined) throw new RangeError(`${address} is not an IP address`);
  view.setBigUint64(8, v6 >> 64n);
  view.setBigUint64(16, v6 & 0xffff_ffff_ffff_ffffn);
  if (zone !== undefined) view.setUint32(24, interfaceIndex(zone), LITTLE);
  return bytes;
}

/** Our own link-local addresses on an interface, without their zone. */
export function linkLocalAddresses(device: string): string[] {
  const own = networkInterfaces()[device] ?? [];
  return own
    .filter(({ address, family }) => family === "IPv6" && /^fe[89ab]/i.test(address))
    .map(({ address }) => address);
}

/** From the zone of a link-local address: a number, or an interface's name. */
function interfaceIndex(zone: string): number {
  if (/^\d+$/.test(zone)) return Number(zone);
  const scope = networkInterfaces()[zone]?.find((info) => info.family === "IPv6" && (info.scopeid ?? 0) !== 0);
  if (scope?.scopeid === undefined) throw new RangeError(`interface ${zone} has no IPv6 link-local address`);
  return scope.scopeid;
}
