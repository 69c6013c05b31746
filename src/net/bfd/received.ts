/** What Linux says of a received datagram besides its bytes: sockaddr and control messages, in the layout of 64-bit machines. */
import { endianness } from "node:os";
import { formatIpv4, formatIpv6 } from "bgp-ts-codec";
import { AF_INET } from "../socket-options.ts";

const LITTLE = endianness() === "LE";

/** The source of a datagram, from sockaddr_in or sockaddr_in6, without a zone. */
export function sourceAddress(name: DataView): string {
  if (name.getUint16(0, LITTLE) === AF_INET) return formatIpv4(name.getUint32(4));
  return formatIpv6((name.getBigUint64(8) << 64n) | name.getBigUint64(16));
}

export interface Arrival {
  /** TTL or hop limit; absent: the kernel did not say. */
  readonly ttl?: number;
  readonly interfaceIndex?: number;
  readonly localAddress?: string;
}

const IPPROTO_IP = 0;
const IPPROTO_IPV6 = 41;
const IP_TTL = 2;
const IP_PKTINFO = 8;
const IPV6_PKTINFO = 50;
const IPV6_HOPLIMIT = 52;

/** cmsghdr: length (8, with the header), level (4), type (4); the next one begins at a multiple of 8. */
const HEADER = 16;

/** `control` has as many bytes as the kernel wrote. */
export function readControl(control: DataView): Arrival {
  let arrival: Arrival = {};
  for (let at = 0; at + HEADER <= control.byteLength;) {
    const length = Number(control.getBigUint64(at, LITTLE));
    if (length < HEADER || at + length > control.byteLength) break;
    const level = control.getInt32(at + 8, LITTLE);
    const type = control.getInt32(at + 12, LITTLE);
    arrival = { ...arrival, ...readMessage(level, type, control, at + HEADER) };
    at += (length + 7) & ~7;
  }
  return arrival;
}

function readMessage(level: number, type: number, view: DataView, at: number): Arrival {
  if ((level === IPPROTO_IP && type === IP_TTL) || (level === IPPROTO_IPV6 && type === IPV6_HOPLIMIT)) {
    return { ttl: view.getInt32(at, LITTLE) };
  }
  // in_pktinfo: interface, the local address that answers would have, the destination in the header.
  if (level === IPPROTO_IP && type === IP_PKTINFO) {
    return { interfaceIndex: view.getInt32(at, LITTLE), localAddress: formatIpv4(view.getUint32(at + 8)) };
  }
  // in6_pktinfo: the destination in the header, interface.
  if (level === IPPROTO_IPV6 && type === IPV6_PKTINFO) {
    const address = (view.getBigUint64(at) << 64n) | view.getBigUint64(at + 8);
    return { interfaceIndex: view.getUint32(at + 16, LITTLE), localAddress: formatIpv6(address) };
  }
  return {};
}
