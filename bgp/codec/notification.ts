/** NOTIFICATION (RFC 4271 §4.5): code (1), subcode (1), data; and what stands in the data of Cease. */
import { ErrorCode } from "./error.ts";
import { Reader } from "./reader.ts";
import { type Afi, MessageType, type NotificationError, type NotificationMessage, SAFI_UNICAST } from "./types.ts";
import { Writer } from "./writer.ts";

export function readNotification(reader: Reader): NotificationMessage {
  const code = reader.u8("error code");
  const subcode = reader.u8("error subcode");
  return { type: MessageType.Notification, code, subcode, data: reader.bytes(reader.left, "data") };
}

export function writeNotification(writer: Writer, { code, subcode, data }: NotificationError): void {
  writer.u8(code, "code");
  writer.u8(subcode, "subcode");
  writer.bytes(data);
}

/** Every receiver takes this many bytes of text (RFC 8203); newer ones take 255 (RFC 9003 §2). */
const MAX_SENT_TEXT = 128;

/** Control characters, line separators and those that reverse the direction of text: a log shows none of them. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** Shutdown communication for Cease 2 and 4: length (1), UTF-8, cut to 128 bytes between two characters (RFC 9003 §2). */
export function encodeShutdownCommunication(text: string): Uint8Array {
  const data = new Uint8Array(1 + MAX_SENT_TEXT);
  const { written } = new TextEncoder().encodeInto(text, data.subarray(1));
  data[0] = written;
  return data.slice(0, 1 + written);
}

/** The text of Cease 2 or 4, fit for a log; undefined where there is none. A length beyond the data is cut to it. */
export function decodeShutdownCommunication(data: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(data.subarray(1, 1 + (data[0] ?? 0))).replaceAll(UNPRINTABLE, "");
  return text === "" ? undefined : text;
}

/** Data of Cease 9, Hard Reset: the inner code (1), subcode (1) and data (RFC 8538 §3). */
export function encodeHardReset(inner: NotificationError): Uint8Array {
  const writer = new Writer();
  writeNotification(writer, inner);
  return writer.finish();
}

/** The NOTIFICATION inside a Hard Reset; undefined where the data hold none. */
export function decodeHardReset(data: Uint8Array): NotificationError | undefined {
  if (data.length < 2) return undefined;
  const { code, subcode, data: inner } = readNotification(new Reader(data));
  return { code, subcode, data: inner };
}

/** Data of Cease 1: AFI (2), SAFI (1), the bound that was passed (4) (RFC 4486 §4). */
export function encodeMaximumPrefixes(afi: Afi, bound: number): Uint8Array {
  const writer = new Writer();
  writer.u16(afi, "AFI");
  writer.u8(SAFI_UNICAST, "SAFI");
  writer.u32(bound, "bound");
  return writer.finish();
}

const SUBCODES: Readonly<Record<number, readonly [string, Readonly<Record<number, string>>]>> = {
  [ErrorCode.MessageHeader]: [
    "Message Header Error",
    { 1: "Connection Not Synchronized", 2: "Bad Message Length", 3: "Bad Message Type" },
  ],
  [ErrorCode.OpenMessage]: [
    "OPEN Message Error",
    {
      1: "Unsupported Version Number",
      2: "Bad Peer AS",
      3: "Bad BGP Identifier",
      4: "Unsupported Optional Parameter",
      5: "Authentication Failure",
      6: "Unacceptable Hold Time",
      7: "Unsupported Capability",
      11: "Role Mismatch",
    },
  ],
  [ErrorCode.UpdateMessage]: [
    "UPDATE Message Error",
    {
      1: "Malformed Attribute List",
      2: "Unrecognized Well-known Attribute",
      3: "Missing Well-known Attribute",
      4: "Attribute Flags Error",
      5: "Attribute Length Error",
      6: "Invalid ORIGIN Attribute",
      7: "AS Routing Loop",
      8: "Invalid NEXT_HOP Attribute",
      9: "Optional Attribute Error",
      10: "Invalid Network Field",
      11: "Malformed AS_PATH",
    },
  ],
  [ErrorCode.HoldTimerExpired]: ["Hold Timer Expired", {}],
  [ErrorCode.FiniteStateMachine]: [
    "Finite State Machine Error",
    {
      1: "Unexpected Message in OpenSent",
      2: "Unexpected Message in OpenConfirm",
      3: "Unexpected Message in Established",
    },
  ],
  [ErrorCode.Cease]: [
    "Cease",
    {
      1: "Maximum Number of Prefixes Reached",
      2: "Administrative Shutdown",
      3: "Peer De-configured",
      4: "Administrative Reset",
      5: "Connection Rejected",
      6: "Other Configuration Change",
      7: "Connection Collision Resolution",
      8: "Out of Resources",
      9: "Hard Reset",
      10: "BFD Down",
    },
  ],
  [ErrorCode.RouteRefreshMessage]: ["ROUTE-REFRESH Message Error", { 1: "Invalid Message Length" }],
  [ErrorCode.SendHoldTimerExpired]: ["Send Hold Timer Expired", {}],
};

/** "Cease / Administrative Shutdown"; the code alone for subcode 0, numbers for what has no name. */
export function notificationText(code: number, subcode: number): string {
  const entry = SUBCODES[code];
  const name = entry?.[0] ?? `Error ${code}`;
  if (subcode === 0) return name;
  return `${name} / ${entry?.[1][subcode] ?? `Subcode ${subcode}`}`;
}
