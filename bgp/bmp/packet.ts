/**
 * Messages of the BGP Monitoring Protocol (RFC 7854), as a monitored router sends them; of routes the Adj-RIB-Out after
 * policy (RFC 8671), and of what there is to tell the Loc-RIB (RFC 9069). Every message: version 1, length 4, type 1.
 */
import { parseIpv4, parseIpv6 } from "bgp-ts-codec";

const VERSION = 3;
const HEADER = 6;
const PEER_HEADER = 42;

const Type = { RouteMonitoring: 0, Statistics: 1, PeerDown: 2, PeerUp: 3, Initiation: 4, Termination: 5 } as const;
type Type = (typeof Type)[keyof typeof Type];

/** The speaker itself. */
export interface LocRibPeer {
  readonly as: number;
  readonly bgpId: number;
  /** Unix time in milliseconds of what is told. */
  readonly at: number;
}

/** Whom a message is about. */
export interface BmpPeer extends LocRibPeer {
  /** In text; an IPv6 one may have a zone. */
  readonly address: string;
  /** AS numbers of its messages have four bytes. */
  readonly as4: boolean;
}

/** Peer type of the Loc-RIB Instance Peer (RFC 9069 §4.1). */
const LOC_RIB = 3;
/** Information TLV: the VRF's or table's name (RFC 9069 §5.2.1). */
const TABLE_NAME = 3;

/** Flags of the per-peer header (RFC 7854 §4.2, RFC 8671 §4). */
const Flag = { Ipv6: 0x80, PostPolicy: 0x40, As2: 0x20, AdjRibOut: 0x10 } as const;

function message(type: Type, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, HEADER);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, VERSION);
  view.setUint32(1, length);
  view.setUint8(5, type);
  let at = HEADER;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Sixteen bytes; an IPv4 address stands in the last four. */
function addressBytes(text: string): { readonly bytes: Uint8Array; readonly ipv6: boolean } {
  const [address = ""] = text.split("%");
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  const ipv4 = parseIpv4(address);
  if (ipv4 !== undefined) {
    view.setUint32(12, ipv4);
    return { bytes, ipv6: false };
  }
  const ipv6 = parseIpv6(address) ?? 0n;
  view.setBigUint64(0, ipv6 >> 64n);
  view.setBigUint64(8, ipv6 & 0xffff_ffff_ffff_ffffn);
  return { bytes, ipv6: true };
}

/** Type 1, flags 1, distinguisher 8, address 16, AS 4, BGP identifier 4, seconds 4, microseconds 4. */
function header({ as, bgpId, at }: LocRibPeer): { readonly bytes: Uint8Array; readonly view: DataView } {
  const bytes = new Uint8Array(PEER_HEADER);
  const view = new DataView(bytes.buffer);
  view.setUint32(26, as);
  view.setUint32(30, bgpId);
  view.setUint32(34, Math.floor(at / 1000));
  view.setUint32(38, (at % 1000) * 1000);
  return { bytes, view };
}

/** Type 0: a peer of the global instance. */
function peerHeader(peer: BmpPeer, flags: number): Uint8Array {
  const { bytes, view } = header(peer);
  const { bytes: place, ipv6 } = addressBytes(peer.address);
  view.setUint8(1, flags | (ipv6 ? Flag.Ipv6 : 0) | (peer.as4 ? 0 : Flag.As2));
  bytes.set(place, 10);
  return bytes;
}

/** Type 3, of a Loc-RIB that nothing is filtered from; no address, and AS numbers of four bytes (RFC 9069 §4). */
function locRibHeader(peer: LocRibPeer): Uint8Array {
  const { bytes, view } = header(peer);
  view.setUint8(0, LOC_RIB);
  return bytes;
}

/** Type 2, length 2, value. */
function tlv(type: number, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + value.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, type);
  view.setUint16(2, value.length);
  bytes.set(value, 4);
  return bytes;
}

/** The first message of a connection: sysDescr and sysName (RFC 7854 §4.3). */
export function encodeInitiation(description: string, name: string): Uint8Array {
  const text = new TextEncoder();
  return message(Type.Initiation, tlv(1, text.encode(description)), tlv(2, text.encode(name)));
}

/** The last one: administratively closed (RFC 7854 §4.5). */
export function encodeTermination(): Uint8Array {
  return message(Type.Termination, tlv(1, Uint8Array.of(0, 0)));
}

export interface PeerUp {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remotePort: number;
  /** Both OPENs, whole. */
  readonly sentOpen: Uint8Array;
  readonly receivedOpen: Uint8Array;
}

/** RFC 7854 §4.10: local address 16, local port 2, remote port 2, the OPENs. */
export function encodePeerUp(peer: BmpPeer, { localAddress, localPort, remotePort, ...opens }: PeerUp): Uint8Array {
  const ports = new Uint8Array(4);
  const view = new DataView(ports.buffer);
  view.setUint16(0, localPort);
  view.setUint16(2, remotePort);
  const place = addressBytes(localAddress).bytes;
  return message(Type.PeerUp, peerHeader(peer, 0), place, ports, opens.sentOpen, opens.receivedOpen);
}

/** Why a session ended (RFC 7854 §4.9): which side, and its NOTIFICATION, whole, where there was one. */
export interface PeerDown {
  readonly by: "local" | "remote";
  readonly notification?: Uint8Array | undefined;
}

export function encodePeerDown(peer: BmpPeer, { by, notification }: PeerDown): Uint8Array {
  const reason = by === "local" ? (notification === undefined ? 2 : 1) : notification === undefined ? 4 : 3;
  // Reason 2 is followed by the event of the state machine; 0: none that is relevant.
  const more = reason === 2 ? Uint8Array.of(0, 0) : (notification ?? new Uint8Array(0));
  return message(Type.PeerDown, peerHeader(peer, 0), Uint8Array.of(reason), more);
}

/** One UPDATE that the peer was sent. */
export function encodeRouteMonitoring(peer: BmpPeer, update: Uint8Array): Uint8Array {
  return message(Type.RouteMonitoring, peerHeader(peer, Flag.PostPolicy | Flag.AdjRibOut), update);
}

/** Type 2, length 2, a gauge of 64 bits. */
function statistic(type: number, value: number): Uint8Array {
  const gauge = new Uint8Array(8);
  new DataView(gauge.buffer).setBigUint64(0, BigInt(value));
  return tlv(type, gauge);
}

const ONE = Uint8Array.of(0, 0, 0, 1);

/** What the peer is told: routes of the Adj-RIB-Out after policy, type 15 (RFC 8671 §6.2). */
export function encodeStatistics(peer: BmpPeer, adjRibOut: number): Uint8Array {
  return message(Type.Statistics, peerHeader(peer, 0), ONE, statistic(15, adjRibOut));
}

/** No address and no ports; the same OPEN twice, with what the routes' messages need; the table's name (RFC 9069 §5.2). */
export function encodeLocRibUp(peer: LocRibPeer, open: Uint8Array, table: string): Uint8Array {
  const name = tlv(TABLE_NAME, new TextEncoder().encode(table));
  return message(Type.PeerUp, locRibHeader(peer), new Uint8Array(20), open, open, name);
}

/** Reason 6: closed here (RFC 9069 §5.3). */
export function encodeLocRibDown(peer: LocRibPeer, table: string): Uint8Array {
  const name = tlv(TABLE_NAME, new TextEncoder().encode(table));
  return message(Type.PeerDown, locRibHeader(peer), Uint8Array.of(6), name);
}

/** One UPDATE of the Loc-RIB's routes. */
export function encodeLocRibRoutes(peer: LocRibPeer, update: Uint8Array): Uint8Array {
  return message(Type.RouteMonitoring, locRibHeader(peer), update);
}

/** Routes of the Loc-RIB, type 8 (RFC 7854 §4.8). */
export function encodeLocRibStatistics(peer: LocRibPeer, routes: number): Uint8Array {
  return message(Type.Statistics, locRibHeader(peer), ONE, statistic(8, routes));
}
