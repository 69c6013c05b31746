/** A message as one plain object of text and numbers, for people and for scripts. */
import {
  CeaseSubcode,
  decodeHardReset,
  decodeMessage,
  decodeShutdownCommunication,
  ErrorCode,
  HEADER_LENGTH,
  MessageType,
  notificationText,
} from "bgp-ts-codec";
import type { CodecContext, Message, NotificationError, Verdict } from "bgp-ts-codec";
import { hex } from "./names.ts";
import { describeOpen } from "./open.ts";
import { describeUpdate } from "./update.ts";

/** What every message has; those of its type follow. */
export interface Described {
  /** "OPEN" and so on; null where the header does not say. */
  readonly type: string | null;
  readonly verdict: Verdict;
  /** What to send for it; `data` as hex. */
  readonly notification: { readonly code: number; readonly subcode: number; readonly data: string } | null;
  readonly errors: readonly string[];
  readonly attributes: object;
  readonly withdrawn: readonly string[];
  readonly announced: readonly string[];
}

const TYPES: Readonly<Record<number, string>> = {
  [MessageType.Open]: "OPEN",
  [MessageType.Update]: "UPDATE",
  [MessageType.Notification]: "NOTIFICATION",
  [MessageType.Keepalive]: "KEEPALIVE",
  [MessageType.RouteRefresh]: "ROUTE-REFRESH",
};

/** The bytes of one message, or of what should have been one. Never throws. */
export function describeMessage(bytes: Uint8Array, context: CodecContext): Described {
  const { message, verdict, errors, notification } = decodeMessage(bytes, context);
  return {
    type: typeOf(bytes),
    verdict,
    notification: notification && { ...notification, data: hex(notification.data) },
    errors: errors.map(({ text }) => text),
    attributes: {},
    withdrawn: [],
    announced: [],
    ...(message === null ? {} : fieldsOf(message, verdict === "ok")),
  };
}

function typeOf(bytes: Uint8Array): string | null {
  const marked = bytes.subarray(0, 16).every((byte) => byte === 0xff);
  return (marked ? TYPES[bytes[HEADER_LENGTH - 1] ?? 0] : undefined) ?? null;
}

function fieldsOf(message: Message, whole: boolean): object {
  switch (message.type) {
    case MessageType.Open:
      return describeOpen(message);
    case MessageType.Update:
      return describeUpdate(message, whole);
    case MessageType.Notification:
      return describeNotification(message);
    case MessageType.Keepalive:
      return {};
    case MessageType.RouteRefresh: {
      const { afi, safi, subtype } = message;
      return { afi, safi, subtype, request: ["request", "begin", "end"][subtype] ?? null };
    }
  }
}

function describeNotification({ code, subcode, data }: NotificationError): object {
  const shutdown =
    code === ErrorCode.Cease &&
    (subcode === CeaseSubcode.AdministrativeShutdown || subcode === CeaseSubcode.AdministrativeReset);
  const communication = shutdown ? decodeShutdownCommunication(data) : undefined;
  const hard = code === ErrorCode.Cease && subcode === CeaseSubcode.HardReset ? decodeHardReset(data) : undefined;
  return {
    code,
    subcode,
    text: notificationText(code, subcode),
    data: hex(data),
    ...(communication === undefined ? {} : { communication }),
    ...(hard === undefined ? {} : { hardReset: describeNotification(hard) }),
  };
}
