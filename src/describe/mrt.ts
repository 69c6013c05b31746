/**
 * Messages as an MRT file, which the tools of network people read (RFC 6396): one BGP4MP_ET record each.
 * Seconds 4, type 2, subtype 2, length 4, microseconds 4; then AS of the peer, ours, interface 2, family 2, both addresses,
 * the message.
 */
import { parseIpv4, parseIpv6 } from "bgp-ts-codec";

export interface MrtMessage {
  /** Unix time in milliseconds. */
  readonly at: number;
  readonly direction: "sent" | "received";
  /** AS numbers of the message have four bytes. */
  readonly as4: boolean;
  readonly remoteAs: number;
  readonly localAs: number;
  /** In text, of one family. */
  readonly remoteAddress: string;
  readonly localAddress: string;
  readonly bytes: Uint8Array;
}

const BGP4MP_ET = 17;

/** Subtypes of RFC 6396 §4.4: with AS numbers of four bytes or two; of messages received, or our own. */
function subtypeOf({ as4, direction }: MrtMessage): number {
  if (direction === "sent") return as4 ? 7 : 6;
  return as4 ? 4 : 1;
}

export function encodeMrt(message: MrtMessage): Uint8Array {
  const { at, as4, remoteAs, localAs, remoteAddress, localAddress, bytes } = message;
  const [remote, local] = [addressBytes(remoteAddress), addressBytes(localAddress)];
  const asBytes = as4 ? 4 : 2;
  const ipv6 = remote.length === 16;
  const addresses = ipv6 ? [remote, local.length === 16 ? local : new Uint8Array(16)] : [remote, local.subarray(0, 4)];
  const length = 4 + 2 * asBytes + 4 + 2 * remote.length + bytes.length;
  const record = new Uint8Array(12 + length);
  const view = new DataView(record.buffer);
  view.setUint32(0, Math.floor(at / 1000));
  view.setUint16(4, BGP4MP_ET);
  view.setUint16(6, subtypeOf(message));
  view.setUint32(8, length);
  view.setUint32(12, (at % 1000) * 1000);
  if (as4) {
    view.setUint32(16, remoteAs);
    view.setUint32(20, localAs);
  } else {
    view.setUint16(16, remoteAs);
    view.setUint16(18, localAs);
  }
  let offset = 16 + 2 * asBytes + 2;
  view.setUint16(offset, ipv6 ? 2 : 1);
  offset += 2;
  for (const part of [...addresses, bytes]) {
    record.set(part, offset);
    offset += part.length;
  }
  return record;
}

function addressBytes(text: string): Uint8Array {
  const [address = ""] = text.split("%");
  const ipv6 = parseIpv6(address);
  const bytes = new Uint8Array(ipv6 === undefined ? 4 : 16);
  const view = new DataView(bytes.buffer);
  if (ipv6 === undefined) {
    view.setUint32(0, parseIpv4(address) ?? 0);
    return bytes;
  }
  view.setBigUint64(0, ipv6 >> 64n);
  view.setBigUint64(8, ipv6 & 0xffff_ffff_ffff_ffffn);
  return bytes;
}
