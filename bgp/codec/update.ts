/**
 * UPDATE (RFC 4271 §4.3): withdrawn length (2), withdrawn routes, attributes length (2), attributes, NLRI.
 * Errors lead to what RFC 7606 says.
 */
import { attributeError, type AttributeList, readAttributes } from "./attribute-reader.ts";
import { AttributeFlag } from "./attribute-row.ts";
import { writeAttributes } from "./attribute-writer.ts";
import { AttributeType } from "./attributes.ts";
import { asMalformed, ErrorCode, Malformed, notificationError, resetError, UpdateSubcode } from "./error.ts";
import { carriedAfi, writeMpReach, writeMpUnreach } from "./mp.ts";
import { readIpv4Nlri, writeNlri } from "./nlri.ts";
import type { Reader } from "./reader.ts";
import {
  Afi,
  type CodecContext,
  type Ipv4Prefix,
  type MessageError,
  MessageType,
  type MpUnreach,
  type Nlri,
  type UpdateMessage,
} from "./types.ts";
import type { Writer } from "./writer.ts";

export interface DecodedUpdate {
  readonly update: UpdateMessage;
  readonly errors: readonly MessageError[];
}

/** The three parts of the body; a length or an NLRI that does not fit cannot be survived (RFC 7606 §3, §5.3). */
interface Parts {
  readonly withdrawn: readonly Nlri<Ipv4Prefix>[];
  readonly nlri: readonly Nlri<Ipv4Prefix>[];
  readonly list: AttributeList;
}

function updateError(subcode: UpdateSubcode, text: string): MessageError {
  return resetError(`UPDATE: ${text}`, notificationError(ErrorCode.UpdateMessage, subcode));
}

function readParts(reader: Reader, context: CodecContext): Parts {
  const withdrawn = reader.sub(reader.u16("withdrawn routes length"), "withdrawn routes");
  const attributes = reader.sub(reader.u16("total path attribute length"), "path attributes");
  return {
    withdrawn: readField(withdrawn, context, "withdrawn routes"),
    nlri: readField(reader, context, "NLRI"),
    list: readAttributes(attributes, context),
  };
}

function readField(reader: Reader, { addPath }: CodecContext, name: string): Nlri<Ipv4Prefix>[] {
  try {
    return readIpv4Nlri(reader, addPath.ipv4);
  } catch (error) {
    throw new Malformed(`${name}: ${asMalformed(error).message}`, UpdateSubcode.InvalidNetwork);
  }
}

/** Mandatory attributes that are not there (RFC 4271 §5.1, RFC 7606 §3d), each as an error. */
function missing({ list, nlri }: Parts): MessageError[] {
  const { attributes, errors } = list;
  const wanted: [number, unknown][] = [
    [AttributeType.Origin, attributes.origin],
    [AttributeType.AsPath, attributes.asPath],
  ];
  if (nlri.length > 0) wanted.push([AttributeType.NextHop, attributes.nextHop]);
  return wanted
    .filter(([type, value]) => value === undefined && !errors.some(({ attribute }) => attribute === type))
    .map(([type]) => {
      const text = "missing, but mandatory with reachable routes";
      return attributeError("treat-as-withdraw", type, UpdateSubcode.MissingWellKnown, text, Uint8Array.of(type));
    });
}

/** The message with all its routes withdrawn. IPv4 routes go to `withdrawn`, so that no family is lost. */
function asWithdraw({ withdrawn, nlri, list }: Parts): UpdateMessage {
  const all = [...withdrawn, ...nlri];
  const other: MpUnreach[] = [];
  for (const part of [list.mpUnreach, list.mpReach]) {
    if (part === undefined) continue;
    if (carriedAfi(part) === Afi.Ipv4) {
      for (const { prefix, ...rest } of part.nlri) if (prefix.afi === Afi.Ipv4) all.push({ prefix, ...rest });
    } else if (carriedAfi(part) === Afi.Ipv6) {
      other.push({ afi: part.afi, safi: part.safi, nlri: part.nlri });
    }
  }
  const [first, second] = other;
  const mpUnreach = first && (second ? { ...first, nlri: [...first.nlri, ...second.nlri] } : first);
  return {
    type: MessageType.Update,
    withdrawn: all,
    attributes: list.attributes,
    nlri: [],
    ...(mpUnreach === undefined ? {} : { mpUnreach }),
  };
}

/**
 * Reads the body of an UPDATE. When an error is worse than a discarded attribute and the message announces nothing,
 * it becomes a reset, as its routes may not have been found (RFC 7606 §5.2).
 */
export function decodeUpdate(reader: Reader, context: CodecContext): DecodedUpdate | MessageError {
  let parts: Parts;
  try {
    parts = readParts(reader, context);
  } catch (error) {
    const { subcode = UpdateSubcode.MalformedAttributeList, message } = asMalformed(error);
    return updateError(subcode, message);
  }
  const { withdrawn, nlri, list } = parts;
  const found = nlri.length > 0 || list.reachable;
  const errors = found ? [...list.errors, ...missing(parts), ...list.routeErrors] : list.errors;
  const worse = errors.some(({ verdict }) => verdict !== "attribute-discard");
  if (worse && !found) {
    const raised = errors.map((error): MessageError =>
      error.verdict === "attribute-discard" ? error : { ...error, verdict: "session-reset" },
    );
    return { update: asWithdraw(parts), errors: raised };
  }
  if (worse) return { update: asWithdraw(parts), errors };
  const { attributes, mpReach, mpUnreach } = list;
  const update: UpdateMessage = {
    type: MessageType.Update,
    withdrawn,
    attributes,
    nlri,
    ...(mpReach === undefined ? {} : { mpReach }),
    ...(mpUnreach === undefined ? {} : { mpUnreach }),
  };
  return { update, errors };
}

/** MP_REACH_NLRI and MP_UNREACH_NLRI come first, so that a receiver finds them behind nothing broken (RFC 7606 §5.1). */
export function writeUpdate(writer: Writer, update: UpdateMessage, context: CodecContext): void {
  const { withdrawn, attributes, nlri, mpReach, mpUnreach } = update;
  const addPath = context.addPath.ipv4;
  writer.prefixed16("withdrawn", () => {
    writeNlri(writer, Afi.Ipv4, withdrawn, addPath, "withdrawn");
  });
  writer.prefixed16("attributes", () => {
    if (mpReach !== undefined) {
      writer.attribute(AttributeFlag.Optional, AttributeType.MpReachNlri, "mpReach", () => {
        writeMpReach(writer, mpReach, context);
      });
    }
    if (mpUnreach !== undefined) {
      writer.attribute(AttributeFlag.Optional, AttributeType.MpUnreachNlri, "mpUnreach", () => {
        writeMpUnreach(writer, mpUnreach, context);
      });
    }
    writeAttributes(writer, attributes, context);
  });
  writeNlri(writer, Afi.Ipv4, nlri, addPath, "nlri");
}
