/**
 * Many prefixes with one attribute set into as few UPDATEs as they need. A message carries one kind of thing:
 * withdrawn IPv4, reachable IPv4, MP_UNREACH_NLRI or MP_REACH_NLRI (RFC 7606 §5.1). What surrounds the prefixes is
 * encoded once and copied into each message; the messages are made one at a time, as they are asked for.
 */
import { writeAttributes } from "./attribute-writer.ts";
import { AttributeFlag } from "./attribute-row.ts";
import { AttributeType } from "./attributes.ts";
import { CodecError } from "./error.ts";
import { LENGTH_OFFSET, maxMessageLength, writeHeader } from "./header.ts";
import { hasAddPath, writeMpReachHead } from "./mp.ts";
import { MAX_IPV4_NLRI, MAX_IPV6_NLRI, PATH_ID_LENGTH, prefixBytes, putIpv4, putIpv6 } from "./nlri.ts";
import {
  Afi,
  type CodecContext,
  MessageType,
  type NextHop,
  type PathAttributes,
  type Prefix,
  SAFI_UNICAST,
} from "./types.ts";
import { checkUint, Writer } from "./writer.ts";

/** Prefixes of one family, by index: an array, or anything that looks like one. */
export type PrefixList = ArrayLike<Prefix>;

const MP_FLAGS = AttributeFlag.Optional | AttributeFlag.ExtendedLength;

/** What stands around the prefixes of each message, and where the lengths that grow with them are. */
interface Frame {
  readonly field: string;
  readonly afi: Afi;
  /** From the message's first byte to the first prefix. */
  readonly head: Uint8Array;
  /** After the last prefix. */
  readonly tail: Uint8Array;
  /** Offsets into `head` of the 16-bit lengths to which the prefixes' bytes are added. */
  readonly lengths: readonly number[];
}

function framed(field: string, afi: Afi, writer: Writer, lengths: readonly number[], tail: Uint8Array): Frame {
  return { field, afi, head: writer.finish(), tail, lengths };
}

function begin(): Writer {
  const writer = new Writer();
  writeHeader(writer, MessageType.Update);
  return writer;
}

const NOTHING = new Uint8Array(0);

/** IPv4 NLRI behind the attributes. */
function mainFrame(attributes: PathAttributes, context: CodecContext): Frame {
  const writer = begin();
  writer.u16(0, "withdrawn");
  writer.prefixed16("attributes", () => {
    writeAttributes(writer, attributes, context);
  });
  return framed("nlri", Afi.Ipv4, writer, [], NOTHING);
}

/** Withdrawn IPv4 routes; no attributes. */
function withdrawnFrame(): Frame {
  const writer = begin();
  const at = writer.length;
  writer.u16(0, "withdrawn");
  return framed("withdrawn", Afi.Ipv4, writer, [at], new Uint8Array(2));
}

/** A multiprotocol attribute, always with two bytes of length, then the others, if any. */
function mpFrame(type: number, afi: Afi, others: Uint8Array, body: (writer: Writer) => void): Frame {
  const writer = begin();
  writer.u16(0, "withdrawn");
  const total = writer.length;
  writer.u16(others.length, "attributes");
  const attribute = writer.length;
  writer.u8(MP_FLAGS, "flags");
  writer.u8(type, "type");
  writer.prefixed16("attribute", () => {
    body(writer);
  });
  writer.patch16(total, writer.length - attribute + others.length);
  return framed(
    type === AttributeType.MpReachNlri ? "mpReach nlri" : "mpUnreach nlri",
    afi,
    writer,
    [total, attribute + 2],
    others,
  );
}

function reachFrame(attributes: PathAttributes, nextHop: NextHop | undefined, afi: Afi, context: CodecContext): Frame {
  if (afi === Afi.Ipv4 && nextHop?.afi !== Afi.Ipv6) {
    const all = nextHop === undefined ? attributes : { ...attributes, nextHop: nextHop.address };
    if (all.nextHop === undefined) throw new CodecError("nextHop", "is missing");
    return mainFrame(all, context);
  }
  if (nextHop === undefined) throw new CodecError("nextHop", "is missing");
  const { nextHop: _main, ...rest } = attributes;
  const others = new Writer();
  writeAttributes(others, rest, context);
  return mpFrame(AttributeType.MpReachNlri, afi, others.finish(), (writer) => {
    writeMpReachHead(writer, afi, nextHop);
  });
}

/** The longest entry of the list, or the longest possible where the answer makes no difference. */
function longestEntry(prefixes: PrefixList, afi: Afi, room: number): number {
  const most = afi === Afi.Ipv4 ? MAX_IPV4_NLRI : MAX_IPV6_NLRI;
  if (room >= most) return most;
  let longest = 0;
  for (let i = 0; i < prefixes.length; i++) {
    const prefix = prefixes[i];
    if (prefix !== undefined) longest = Math.max(longest, prefixBytes(prefix));
  }
  return longest;
}

function* fill(
  { field, afi, head, tail, lengths }: Frame,
  prefixes: PrefixList,
  context: CodecContext,
  pathId: number,
): Generator<Uint8Array, void, undefined> {
  const limit = maxMessageLength(context);
  const idLength = hasAddPath(afi, context) ? PATH_ID_LENGTH : 0;
  checkUint(pathId, 0xffff_ffff, "pathId");
  const room = limit - head.length - tail.length;
  const longest = longestEntry(prefixes, afi, room - idLength);
  if (longest + idLength > room) {
    const around = head.length + tail.length;
    throw new CodecError(
      "attributes",
      `leave ${room} of ${limit} bytes for a prefix: the message has ${around} without it`,
    );
  }
  const most = (afi === Afi.Ipv4 ? MAX_IPV4_NLRI : MAX_IPV6_NLRI) + idLength;
  let next = 0;
  while (next < prefixes.length) {
    // Behind the tail there is room for one whole address: an IPv6 prefix is written with all its 16 bytes.
    const size = Math.min(limit, head.length + tail.length + (prefixes.length - next) * most);
    const bytes = new Uint8Array(size + MAX_IPV6_NLRI);
    const view = new DataView(bytes.buffer);
    bytes.set(head);
    const end = size - tail.length;
    let at = head.length;
    for (; next < prefixes.length; next++) {
      const prefix = prefixes[next];
      if (prefix === undefined) throw new CodecError(field, `entry ${next} is missing`);
      if (at + idLength + prefixBytes(prefix) > end && at > head.length) break;
      if (idLength > 0) {
        view.setUint32(at, pathId);
        at += idLength;
      }
      if (prefix.afi !== afi) throw new CodecError(field, "IPv4 and IPv6 prefixes cannot stand in one list");
      at = prefix.afi === Afi.Ipv4 ? putIpv4(bytes, at, prefix, field) : putIpv6(view, at, prefix, field);
    }
    for (const offset of lengths) view.setUint16(offset, view.getUint16(offset) + at - head.length);
    bytes.set(tail, at);
    at += tail.length;
    view.setUint16(LENGTH_OFFSET, at);
    yield bytes.subarray(0, at);
  }
}

/**
 * UPDATEs that announce `prefixes` (of one family) with `attributes`.
 * - IPv4 with an IPv4 next hop, or with `attributes.nextHop` where `nextHop` is undefined: NLRI field and NEXT_HOP.
 * - IPv6, or IPv4 with an IPv6 next hop (RFC 8950): MP_REACH_NLRI, no NEXT_HOP.
 *
 * `pathId` goes with each prefix on an ADD-PATH family. Throws `CodecError` at the first step when a value cannot be
 * encoded, and when the attributes leave no room for the longest of the prefixes: such routes are not announced, and
 * withdrawn where they were (RFC 4271 §9.2).
 */
export function* encodeReach(
  attributes: PathAttributes,
  nextHop: NextHop | undefined,
  prefixes: PrefixList,
  context: CodecContext,
  pathId = 1,
): Generator<Uint8Array, void, undefined> {
  const first = prefixes[0];
  if (first !== undefined) yield* fill(reachFrame(attributes, nextHop, first.afi, context), prefixes, context, pathId);
}

/** UPDATEs that withdraw `prefixes`, all of family `afi`: the withdrawn field for IPv4, MP_UNREACH_NLRI for IPv6. */
export function* encodeUnreach(
  afi: Afi,
  prefixes: PrefixList,
  context: CodecContext,
  pathId = 1,
): Generator<Uint8Array, void, undefined> {
  const frame =
    afi === Afi.Ipv4
      ? withdrawnFrame()
      : mpFrame(AttributeType.MpUnreachNlri, afi, NOTHING, (writer) => {
          writer.u16(afi, "AFI");
          writer.u8(SAFI_UNICAST, "SAFI");
        });
  yield* fill(frame, prefixes, context, pathId);
}
