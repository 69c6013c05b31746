/**
 * MP_REACH_NLRI: AFI (2), SAFI (1), next hop length (1), next hop, reserved (1), NLRI (RFC 4760 §3).
 * MP_UNREACH_NLRI: AFI (2), SAFI (1), NLRI (RFC 4760 §4).
 * Next hops: 4 bytes, 16, or 32 with a link-local address (RFC 2545 §3); IPv6 ones also for IPv4 (RFC 8950 §4).
 */
import { CodecError, Malformed } from "./error.ts";
import { readIpv4Nlri, readIpv6Nlri, writeNlri } from "./nlri.ts";
import type { Reader } from "./reader.ts";
import {
  Afi,
  type CodecContext,
  type MpReach,
  type MpUnreach,
  type NextHop,
  type Nlri,
  SAFI_UNICAST,
} from "./types.ts";
import type { Writer } from "./writer.ts";

/** The address family, where it is one that this library carries: IPv4 and IPv6 unicast. */
export function carriedAfi({ afi, safi }: { readonly afi: number; readonly safi: number }): Afi | undefined {
  if (safi !== SAFI_UNICAST) return undefined;
  return afi === Afi.Ipv4 || afi === Afi.Ipv6 ? afi : undefined;
}

export function hasAddPath(afi: Afi, { addPath }: CodecContext): boolean {
  return afi === Afi.Ipv4 ? addPath.ipv4 : addPath.ipv6;
}

function readNlri(reader: Reader, afi: Afi, context: CodecContext): Nlri[] {
  const addPath = hasAddPath(afi, context);
  return afi === Afi.Ipv4 ? readIpv4Nlri(reader, addPath) : readIpv6Nlri(reader, addPath);
}

function readNextHop(reader: Reader, afi: Afi): NextHop {
  const length = reader.left;
  if (length === 16) return { afi: Afi.Ipv6, address: reader.u128("next hop") };
  if (length === 32) {
    return { afi: Afi.Ipv6, address: reader.u128("next hop"), linkLocal: reader.u128("link-local next hop") };
  }
  if (length === 4 && afi === Afi.Ipv4) return { afi: Afi.Ipv4, address: reader.u32("next hop") };
  throw new Malformed(`next hop length ${length}: must be ${afi === Afi.Ipv4 ? "4, 16 or 32" : "16 or 32"}`);
}

/** `reachable`: it announces something, also where the family is one whose NLRI are not read. */
export function readMpReach(
  reader: Reader,
  context: CodecContext,
): { readonly mpReach: MpReach; readonly reachable: boolean } {
  const family = { afi: reader.u16("AFI"), safi: reader.u8("SAFI") };
  const nextHop = reader.sub(reader.u8("next hop length"), "next hop");
  reader.u8("reserved");
  const reachable = reader.left > 0;
  const afi = carriedAfi(family);
  if (afi === undefined) return { mpReach: { ...family, nlri: [] }, reachable };
  const mpReach = { ...family, nextHop: readNextHop(nextHop, afi), nlri: readNlri(reader, afi, context) };
  return { mpReach, reachable };
}

export function readMpUnreach(reader: Reader, context: CodecContext): MpUnreach {
  const family = { afi: reader.u16("AFI"), safi: reader.u8("SAFI") };
  const afi = carriedAfi(family);
  return { ...family, nlri: afi === undefined ? [] : readNlri(reader, afi, context) };
}

/** Length and bytes of a next hop. */
export function writeNextHop(writer: Writer, nextHop: NextHop, afi: Afi): void {
  writer.prefixed8("nextHop", () => {
    if (nextHop.afi === Afi.Ipv4) {
      if (afi === Afi.Ipv6) throw new CodecError("nextHop", "an IPv6 route needs an IPv6 next hop");
      writer.u32(nextHop.address, "nextHop");
      return;
    }
    writer.u128(nextHop.address, "nextHop");
    if (nextHop.linkLocal !== undefined) writer.u128(nextHop.linkLocal, "nextHop linkLocal");
  });
}

/** The fields before the NLRI. */
export function writeMpReachHead(writer: Writer, afi: Afi, nextHop: NextHop): void {
  writer.u16(afi, "mpReach AFI");
  writer.u8(SAFI_UNICAST, "mpReach SAFI");
  writeNextHop(writer, nextHop, afi);
  writer.u8(0, "reserved");
}

export function writeMpReach(writer: Writer, mpReach: MpReach, context: CodecContext): void {
  const afi = carriedAfi(mpReach);
  if (afi === undefined) {
    throw new CodecError("mpReach", `AFI ${mpReach.afi} SAFI ${mpReach.safi} is not IPv4 or IPv6 unicast`);
  }
  if (mpReach.nextHop === undefined) throw new CodecError("mpReach nextHop", "is missing");
  writeMpReachHead(writer, afi, mpReach.nextHop);
  writeNlri(writer, afi, mpReach.nlri, hasAddPath(afi, context), "mpReach nlri");
}

export function writeMpUnreach(writer: Writer, mpUnreach: MpUnreach, context: CodecContext): void {
  writer.u16(mpUnreach.afi, "mpUnreach AFI");
  writer.u8(mpUnreach.safi, "mpUnreach SAFI");
  const afi = carriedAfi(mpUnreach);
  if (afi !== undefined) writeNlri(writer, afi, mpUnreach.nlri, hasAddPath(afi, context), "mpUnreach nlri");
  else if (mpUnreach.nlri.length > 0) throw new CodecError("mpUnreach", "routes of a family that is not carried");
}
