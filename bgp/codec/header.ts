/**
 * The message header (RFC 4271 §4.1): marker of 16 bytes 0xFF, length (2, of the whole message), type (1).
 */
import { ErrorCode, HeaderSubcode, notificationError, resetError } from "./error.ts";
import { type MessageError, MessageType } from "./types.ts";
import type { Writer } from "./writer.ts";

export const HEADER_LENGTH = 19;
const MARKER_LENGTH = 16;
const MARKER = new Uint8Array(MARKER_LENGTH).fill(0xff);

/** Where the length stands. */
export const LENGTH_OFFSET = MARKER_LENGTH;

/** The longest message before and after RFC 8654. OPEN and KEEPALIVE stay within the first (RFC 8654 §4). */
export const MAX_MESSAGE = 4096;
export const MAX_EXTENDED_MESSAGE = 65535;

export interface HeaderLimits {
  /** We announced that we take messages up to 65535 bytes (RFC 8654). */
  readonly extendedMessages: boolean;
}

/**
 * What stands at the beginning of a message. "incomplete": `needed` more bytes decide. "error": the stream is lost;
 * `error.notification` is what to send, unless `silent`: the message at fault is a NOTIFICATION, which is never
 * answered by another (RFC 4271 §6.4).
 */
export type HeaderResult =
  | { readonly status: "ok"; readonly type: MessageType; readonly length: number }
  | { readonly status: "incomplete"; readonly needed: number }
  | { readonly status: "error"; readonly error: MessageError; readonly silent: boolean };

interface LengthRule {
  readonly name: string;
  readonly min: number;
  readonly max: (limits: HeaderLimits) => number;
}

const short = (): number => MAX_MESSAGE;
export const maxMessageLength = (limits: HeaderLimits): number =>
  limits.extendedMessages ? MAX_EXTENDED_MESSAGE : MAX_MESSAGE;

/** ROUTE-REFRESH may be too short here: RFC 7313 §5 has an error of its own for that, which its decoder gives. */
const RULES: Readonly<Record<number, LengthRule>> = {
  [MessageType.Open]: { name: "OPEN", min: 29, max: short },
  [MessageType.Update]: { name: "UPDATE", min: 23, max: maxMessageLength },
  [MessageType.Notification]: { name: "NOTIFICATION", min: 21, max: maxMessageLength },
  [MessageType.Keepalive]: { name: "KEEPALIVE", min: HEADER_LENGTH, max: () => HEADER_LENGTH },
  [MessageType.RouteRefresh]: { name: "ROUTE-REFRESH", min: HEADER_LENGTH, max: maxMessageLength },
};

function isMessageType(type: number): type is MessageType {
  return type in RULES;
}

function failed(subcode: number, text: string, data: readonly number[] = [], silent = false): HeaderResult {
  const notification = notificationError(ErrorCode.MessageHeader, subcode, Uint8Array.from(data));
  return { status: "error", error: resetError(text, notification), silent };
}

function badLength(text: string, length: number, silent = false): HeaderResult {
  return failed(HeaderSubcode.BadLength, text, [length >>> 8, length & 0xff], silent);
}

/**
 * Reads the header at `offset`; `end` is where the received bytes end. Marker bytes are checked as they come, so a
 * stranger is noticed at its first byte. Errors: NOTIFICATION 1/1, 1/2 (data: the length), 1/3 (data: the type).
 */
export function readHeader(
  bytes: Uint8Array,
  offset: number,
  limits: HeaderLimits,
  end: number = bytes.length,
): HeaderResult {
  const markerEnd = Math.min(offset + MARKER_LENGTH, end);
  for (let at = offset; at < markerEnd; at++) {
    if (bytes[at] !== 0xff) {
      return failed(HeaderSubcode.NotSynchronized, `marker: byte ${at - offset + 1} is ${bytes[at]}, must be 255`);
    }
  }
  if (end - offset < HEADER_LENGTH) return { status: "incomplete", needed: HEADER_LENGTH - (end - offset) };

  const [high = 0, low = 0, type = 0] = bytes.subarray(offset + MARKER_LENGTH, offset + HEADER_LENGTH);
  const length = (high << 8) | low;
  const longest = maxMessageLength(limits);
  const silent = type === MessageType.Notification;
  if (length < HEADER_LENGTH || length > longest) {
    return badLength(`message length ${length}: must be ${HEADER_LENGTH} to ${longest}`, length, silent);
  }
  const rule = RULES[type];
  if (rule === undefined || !isMessageType(type)) {
    return failed(HeaderSubcode.BadType, `message type ${type} is unknown`, [type]);
  }
  const max = rule.max(limits);
  if (length < rule.min || length > max) {
    const right = rule.min === max ? `${max}` : `${rule.min} to ${max}`;
    return badLength(`${rule.name} length ${length}: must be ${right}`, length, silent);
  }
  return { status: "ok", type, length };
}

/** A header whose length is still 0. */
export function writeHeader(writer: Writer, type: MessageType): void {
  writer.bytes(MARKER);
  writer.u16(0, "length");
  writer.u8(type, "type");
}
