/** The routes of the benches, as values and as bytes ready to be written. */
import { Afi, encodeMessage, encodeReach, MessageType } from "bgp-ts-codec";
import type { CodecContext, Ipv4Prefix, Ipv6Prefix } from "bgp-ts-codec";

export const CONTEXT: CodecContext = {
  as4: true,
  ebgp: true,
  addPath: { ipv4: false, ipv6: false },
  extendedMessages: false,
};

/** Host routes from 172.16.0.0 upward. */
export function ipv4Hosts(count: number): Ipv4Prefix[] {
  return Array.from({ length: count }, (_, i) => ({ afi: Afi.Ipv4, address: 0xac10_0000 + i, length: 32 }));
}

/** Host routes from fd00:: upward. */
export function ipv6Hosts(count: number): Ipv6Prefix[] {
  return Array.from({ length: count }, (_, i) => ({
    afi: Afi.Ipv6,
    address: (0xfd00n << 112n) + BigInt(i),
    length: 128,
  }));
}

export const KEEPALIVE = encodeMessage({ type: MessageType.Keepalive }, CONTEXT);

export function openMessage(asn: number, bgpId: number, holdTime: number): Uint8Array {
  const capabilities = [
    { kind: "multiprotocol", afi: 1, safi: 1 },
    { kind: "four-octet-as", asn },
  ] as const;
  return encodeMessage({ type: MessageType.Open, version: 4, asn16: asn, holdTime, bgpId, capabilities }, CONTEXT);
}

/** All UPDATEs that announce `count` host routes of AS `asn`. */
export function updates(asn: number, count: number): Uint8Array {
  const attributes = { origin: 0, asPath: [{ type: 2, asns: [asn] }] } as const;
  const nextHop = { afi: Afi.Ipv4, address: 0x0a00_000b } as const;
  return Buffer.concat([...encodeReach(attributes, nextHop, ipv4Hosts(count), CONTEXT)]);
}
