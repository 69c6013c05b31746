/**
 * An echo packet over IPv4 (RFC 5881 §4): from this end to itself, so that the neighbour's forwarding plane returns it.
 * IP header of 20 bytes (TTL 255, DSCP CS6, not to be fragmented), UDP to port 3785 without a checksum, payload.
 */
import type { PacketFilter } from "../packet-filter.ts";

export const ECHO_PORT = 3785;

const IP_HEADER = 20;
const UDP_HEADER = 8;
const UDP = 17;
const TTL = 255;
const CS6 = 0xc0;
const DONT_FRAGMENT = 0x4000;
const FRAGMENT_OFFSET = 0x1fff;
/** The first port that RFC 5881 allows as a source. */
const SOURCE_PORT = 49_152;

/** `address`: unsigned 32-bit. */
export function echoPacket(address: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(IP_HEADER + UDP_HEADER + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 0x45);
  view.setUint8(1, CS6);
  view.setUint16(2, bytes.length);
  view.setUint16(6, DONT_FRAGMENT);
  view.setUint8(8, TTL);
  view.setUint8(9, UDP);
  view.setUint32(12, address);
  view.setUint32(16, address);
  view.setUint16(10, checksum(view));
  view.setUint16(IP_HEADER, SOURCE_PORT);
  view.setUint16(IP_HEADER + 2, ECHO_PORT);
  view.setUint16(IP_HEADER + 4, UDP_HEADER + payload.length);
  bytes.set(payload, IP_HEADER + UDP_HEADER);
  return bytes;
}

/** The payload of an IPv4 packet to the echo port; undefined: it is none, or not whole. */
export function echoPayload(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < IP_HEADER + UDP_HEADER) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const header = (view.getUint8(0) & 0x0f) * 4;
  const isUdp = view.getUint8(0) >> 4 === 4 && view.getUint8(9) === UDP && (view.getUint16(6) & FRAGMENT_OFFSET) === 0;
  if (!isUdp || header < IP_HEADER || bytes.length < header + UDP_HEADER) return undefined;
  const end = header + view.getUint16(header + 4);
  if (view.getUint16(header + 2) !== ECHO_PORT || end < header + UDP_HEADER || end > bytes.length) return undefined;
  return bytes.subarray(header + UDP_HEADER, end);
}

/** The Internet checksum of an IP header of 20 bytes whose own field is 0. */
function checksum(view: DataView): number {
  let sum = 0;
  for (let at = 0; at < IP_HEADER; at += 2) sum += view.getUint16(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** Passes what `echoPayload` takes apart, on a socket that begins at the IP header. */
export const ECHO_FILTER: PacketFilter = [
  [0x30, 0, 0, 9], // the protocol
  [0x15, 0, 6, UDP],
  [0x28, 0, 0, 6], // the fragment offset
  [0x45, 4, 0, FRAGMENT_OFFSET],
  [0xb1, 0, 0, 0], // x: the length of the IP header
  [0x48, 0, 0, 2], // the destination port
  [0x15, 0, 1, ECHO_PORT],
  [0x06, 0, 0, 0xffff],
  [0x06, 0, 0, 0],
];
