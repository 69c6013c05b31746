/**
 * A route as GoBGP keeps it: one path of ours for a prefix, with the tag of its class as a large community. GoBGP takes
 * and gives paths in the bytes of BGP (nlri_binary, pattrs_binary), which are the same in all its versions.
 */
import type { Family, Prefix } from "../../model/address.ts";
import type { RouteAttributes } from "../../model/announcement.ts";
import { bandwidthCommunity } from "../../model/communities.ts";
import type { RouteClass } from "../daemon/classes.ts";
import type { path } from "./messages.ts";
import type { Value } from "./protobuf.ts";

type Path = Value<typeof path>;

/** Tells our paths from others for the same prefix: GoBGP replaces a local path only by one with its identifier. */
const IDENTIFIER = 0x48524c44;
/** The first two parts of the large community whose third one is the tag. */
const MARK = [0xffffffff, 0x48524c44] as const;

const ORIGIN = { igp: 0, egp: 1, incomplete: 2 } as const;
const NOTHING = [Uint8Array.of(0x40, 1, 1, ORIGIN.igp)];
const NEXT_HOP_SELF = Uint8Array.of(0x40, 3, 4, 0, 0, 0, 0);
/** GoBGP's policy takes 0 for none; the path itself can have it (RFC 4271 §5.1.5). */
export const NO_PREFERENCE = Uint8Array.of(0x40, 5, 4, 0, 0, 0, 0);
const LARGE_COMMUNITIES = 32;
const EXTENDED_COMMUNITIES = 16;
const MP_REACH = 14;

/** The tag's large community, as text; without a tag: an expression for all of them. */
export function mark(tag?: number): string {
  return `${MARK[0]}:${MARK[1]}:${tag ?? "\\d+"}`;
}

export function familyOf(family: Family): { readonly afi: number; readonly safi: number } {
  return { afi: family === 4 ? 1 : 2, safi: 1 };
}

/** RFC 4271 §4.3: the length in bits, and as many octets as it takes. */
function nlri({ family, value, length }: Prefix): Uint8Array {
  const octets = Math.ceil(length / 8);
  const width = family === 4 ? 32 : 128;
  const bytes = Array.from({ length: octets }, (_, i) => Number((value >> BigInt(width - 8 - 8 * i)) & 0xffn));
  return Uint8Array.of(length, ...bytes);
}

/** RFC 8092 §3. */
function largeCommunity(tag: number): Uint8Array {
  const bytes = new Uint8Array(15);
  const view = new DataView(bytes.buffer);
  bytes.set([0xc0, LARGE_COMMUNITIES, 12]);
  [...MARK, tag].forEach((part, i) => view.setUint32(3 + 4 * i, part));
  return bytes;
}

/**
 * What a class's path carries to all that are told of it, as attributes: GoBGP's policy cannot set every one. Undefined:
 * its peers are to be told different things that policy cannot set. `asn` is the daemon's own.
 */
export function carriedBy(of: RouteClass, asn: number): readonly Uint8Array[] | undefined {
  const all = [...of.members.values()];
  const [origin = "igp", ...others] = new Set(all.map((attributes) => attributes.origin ?? "igp"));
  const first = Uint8Array.of(0x40, 1, 1, ORIGIN[origin]);
  if (others.length > 0) return undefined;
  if (differs(of, asn)) return all.every((one) => extendedTexts(one, asn) !== undefined) ? [first] : undefined;
  const extended = all.slice(0, 1).flatMap((one) => extendedOf(one, asn));
  return extended.length === 0 ? [first] : [first, extendedCommunities(extended)];
}

/** The class's peers are told different extended communities: each by the policy towards it. */
export function differs({ members }: RouteClass, asn: number): boolean {
  return new Set(Array.from(members.values(), (attributes) => extendedOf(attributes, asn).join())).size > 1;
}

/** All extended communities of a route in the words of GoBGP's policy; undefined: it has none for one of them. */
export function extendedTexts(attributes: RouteAttributes, asn: number): readonly string[] | undefined {
  const texts = extendedOf(attributes, asn).map(extendedText);
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

const KINDS: Readonly<Record<number, string>> = { 2: "rt", 3: "soo" };
const TWO_OCTETS = 0;
const IPV4 = 1;
const FOUR_OCTETS = 2;
const NON_TRANSITIVE_BANDWIDTH = 0x4004;

/** By type (RFC 4360 §3, RFC 5668 §2, RFC 10005): a policy of GoBGP takes ASes of four octets as two numbers. */
function extendedText(value: bigint): string | undefined {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setBigUint64(0, value);
  if (bytes.getUint16(0) === NON_TRANSITIVE_BANDWIDTH) {
    const rate = bytes.getFloat32(4);
    return Number.isInteger(rate) && rate <= 0xffffffff ? `lb:${bytes.getUint16(2)}:${rate}` : undefined;
  }
  const kind = KINDS[bytes.getUint8(1)];
  if (kind === undefined) return undefined;
  switch (bytes.getUint8(0)) {
    case TWO_OCTETS:
      return `${kind}:${bytes.getUint16(2)}:${bytes.getUint32(4)}`;
    case IPV4:
      return `${kind}:${[2, 3, 4, 5].map((at) => bytes.getUint8(at)).join(".")}:${bytes.getUint16(6)}`;
    case FOUR_OCTETS:
      return `${kind}:${bytes.getUint16(2)}.${bytes.getUint16(4)}:${bytes.getUint16(6)}`;
    default:
      return undefined;
  }
}

function extendedOf({ communities, linkBandwidth }: RouteAttributes, asn: number): bigint[] {
  const weight = linkBandwidth === undefined ? [] : [bandwidthCommunity(linkBandwidth, asn)];
  return [...(communities.extended ?? []), ...weight];
}

/** RFC 4360 §2, with a length of two octets. */
function extendedCommunities(values: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(4 + 8 * values.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0xd0, EXTENDED_COMMUNITIES]);
  view.setUint16(2, 8 * values.length);
  values.forEach((value, i) => view.setBigUint64(4 + 8 * i, value));
  return bytes;
}

/** RFC 4760 §3, with :: as the next hop: each session's own address. */
function mpReach(bytes: Uint8Array): Uint8Array {
  const value = [0, 2, 1, 16, ...Array.from({ length: 16 }, () => 0), 0, ...bytes];
  return Uint8Array.of(0x80, MP_REACH, value.length, ...value);
}

/** A path of ours as far as it must be known to take it back. */
export interface OwnPath {
  readonly family: Family;
  readonly nlri: Uint8Array;
  readonly tag: number;
}

export function ownPath(prefix: Prefix, tag: number): OwnPath {
  return { family: prefix.family, nlri: nlri(prefix), tag };
}

/** `carried`: see `carriedBy`; undefined: the path is withdrawn. */
export function toMessage({ family, nlri: bytes, tag }: OwnPath, carried?: readonly Uint8Array[]): Path {
  return {
    family: familyOf(family),
    identifier: IDENTIFIER,
    nlri_binary: bytes,
    pattrs_binary: [...(carried ?? NOTHING), family === 4 ? NEXT_HOP_SELF : mpReach(bytes), largeCommunity(tag)],
    ...(carried === undefined && { is_withdraw: true }),
  };
}

/** The tag of a path of ours; undefined: it is somebody else's. */
export function tagOf({ identifier, pattrs_binary: attributes = [] }: Path): number | undefined {
  if (identifier !== IDENTIFIER) return undefined;
  const bytes = attributes.find((one) => one[1] === LARGE_COMMUNITIES);
  if (bytes === undefined || bytes.length < 15) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = ((bytes[0] ?? 0) & 0x10) === 0 ? 3 : 4;
  for (let at = start; at + 12 <= bytes.length; at += 12) {
    if (view.getUint32(at) === MARK[0] && view.getUint32(at + 4) === MARK[1]) return view.getUint32(at + 8);
  }
  return undefined;
}

/** Paths that somebody configured or added on this daemon, not learned from a neighbour. */
export function isLocal({ neighbor_ip: neighbor = "" }: Path): boolean {
  return neighbor === "" || neighbor === "<nil>" || neighbor === "invalid IP";
}
