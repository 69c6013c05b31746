/**
 * AS_PATH and AS4_PATH (RFC 4271 §4.3, RFC 6793): segments of type (1), count (1), AS numbers of 2 or 4 bytes.
 */
import { CodecError, Malformed, UpdateSubcode } from "./error.ts";
import type { Reader } from "./reader.ts";
import { AS_TRANS, type AsPathSegment, SegmentType } from "./types.ts";
import type { Writer } from "./writer.ts";

const MAX_AS2 = 0xffff;
const MAX_AS4 = 0xffff_ffff;

function isSegmentType(type: number): type is SegmentType {
  return type >= SegmentType.Set && type <= SegmentType.ConfedSet;
}

function isConfederation({ type }: AsPathSegment): boolean {
  return type === SegmentType.ConfedSequence || type === SegmentType.ConfedSet;
}

export function isSet({ type }: AsPathSegment): boolean {
  return type === SegmentType.Set || type === SegmentType.ConfedSet;
}

/** Reads all that is left. Unknown segment types, empty segments, AS 0 (RFC 7607) and cut segments are malformed. */
export function readAsPath(reader: Reader, as4: boolean): AsPathSegment[] {
  const segments: AsPathSegment[] = [];
  while (reader.left > 0) {
    const type = reader.u8("AS_PATH segment type");
    if (!isSegmentType(type)) {
      throw new Malformed(`AS_PATH segment type ${type} is unknown`, UpdateSubcode.MalformedAsPath);
    }
    const count = reader.u8("AS_PATH segment length");
    if (count === 0) throw new Malformed("AS_PATH segment is empty", UpdateSubcode.MalformedAsPath);
    const body = reader.sub(count * (as4 ? 4 : 2), "AS_PATH segment");
    const asns: number[] = [];
    while (body.left > 0) {
      const asn = as4 ? body.u32("AS number") : body.u16("AS number");
      if (asn === 0) throw new Malformed("AS_PATH holds AS 0", UpdateSubcode.MalformedAsPath);
      asns.push(asn);
    }
    segments.push({ type, asns });
  }
  return segments;
}

/** Throws `CodecError` unless it is an AS number that may stand on the wire: 1 to 4294967295 (RFC 7607). */
export function checkAsn(asn: number, field: string): void {
  if (!(Number.isInteger(asn) && asn >= 1 && asn <= MAX_AS4)) {
    throw new CodecError(field, `${asn} is not an AS number from 1 to ${MAX_AS4}`);
  }
}

/** The two-byte form of an AS number: itself or AS_TRANS (RFC 6793 §4.2.2). */
export function asn16(asn: number): number {
  return asn > MAX_AS2 ? AS_TRANS : asn;
}

/** In two-byte form, numbers that need four become AS_TRANS. */
export function writeAsPath(writer: Writer, segments: readonly AsPathSegment[], as4: boolean, field: string): void {
  for (const { type, asns } of segments) {
    if (!isSegmentType(type)) throw new CodecError(field, `segment type ${String(type)} is unknown`);
    if (asns.length < 1 || asns.length > 255) {
      throw new CodecError(field, `a segment holds 1 to 255 AS numbers, not ${asns.length}`);
    }
    writer.u8(type, field);
    writer.u8(asns.length, field);
    for (const asn of asns) {
      checkAsn(asn, field);
      if (as4) writer.u32(asn, field);
      else writer.u16(asn16(asn), field);
    }
  }
}

/** The AS4_PATH that goes with a path towards a two-byte peer, where one is needed (RFC 6793 §4.2.2). */
export function as4PathFor(segments: readonly AsPathSegment[]): readonly AsPathSegment[] | undefined {
  const carried = segments.filter((segment) => !isConfederation(segment));
  return carried.some(({ asns }) => asns.some((asn) => asn > MAX_AS2)) ? carried : undefined;
}

/** How many AS numbers a path counts for: a set is one, confederation segments are none (RFC 4271 §9.1.2.2, RFC 5065 §5.3). */
export function pathLength(segments: readonly AsPathSegment[]): number {
  let length = 0;
  for (const segment of segments) {
    if (!isConfederation(segment)) length += segment.type === SegmentType.Set ? 1 : segment.asns.length;
  }
  return length;
}

/** Puts `head` before `tail`, as one sequence where two meet and fit. */
function join(head: readonly AsPathSegment[], tail: readonly AsPathSegment[]): readonly AsPathSegment[] {
  const last = head.at(-1);
  const first = tail[0];
  if (
    last?.type === SegmentType.Sequence &&
    first?.type === SegmentType.Sequence &&
    last.asns.length + first.asns.length <= 255
  ) {
    const joined: AsPathSegment = { type: SegmentType.Sequence, asns: [...last.asns, ...first.asns] };
    return [...head.slice(0, -1), joined, ...tail.slice(1)];
  }
  return [...head, ...tail];
}

/**
 * The path that a two-byte peer's AS_PATH and AS4_PATH stand for: the AS4_PATH after as many leading AS numbers as the
 * AS_PATH is longer, with the confederation segments beside them. An AS4_PATH longer than the AS_PATH is ignored
 * (RFC 6793 §4.2.3).
 */
export function mergeAsPaths(
  asPath: readonly AsPathSegment[],
  as4Path: readonly AsPathSegment[],
): readonly AsPathSegment[] {
  const tail = as4Path.filter((segment) => !isConfederation(segment));
  let surplus = pathLength(asPath) - pathLength(tail);
  if (surplus < 0) return asPath;
  const head: AsPathSegment[] = [];
  for (const segment of asPath) {
    if (isConfederation(segment)) {
      head.push(segment);
      continue;
    }
    if (surplus === 0) break;
    const counted = segment.type === SegmentType.Set ? 1 : segment.asns.length;
    if (counted <= surplus) {
      head.push(segment);
      surplus -= counted;
    } else {
      head.push({ type: segment.type, asns: segment.asns.slice(0, surplus) });
      break;
    }
  }
  return join(head, tail);
}
