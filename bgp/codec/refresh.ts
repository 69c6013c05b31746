/** ROUTE-REFRESH (RFC 2918 §3, RFC 7313 §3.2): AFI (2), subtype (1), SAFI (1). */
import { ErrorCode, notificationError, resetError } from "./error.ts";
import type { Reader } from "./reader.ts";
import { type MessageError, MessageType, type RouteRefreshMessage } from "./types.ts";
import type { Writer } from "./writer.ts";

const INVALID_LENGTH = 1;
const BODY_LENGTH = 4;

/** Any other length than four is 7/1 with the whole message (RFC 7313 §5): route filters (RFC 5291) are never offered. */
export function decodeRouteRefresh(reader: Reader, message: Uint8Array): RouteRefreshMessage | MessageError {
  if (reader.left !== BODY_LENGTH) {
    const text = `ROUTE-REFRESH length ${message.length}: must be 23`;
    return resetError(text, notificationError(ErrorCode.RouteRefreshMessage, INVALID_LENGTH, message));
  }
  return {
    type: MessageType.RouteRefresh,
    afi: reader.u16("AFI"),
    subtype: reader.u8("subtype"),
    safi: reader.u8("SAFI"),
  };
}

export function writeRouteRefresh(writer: Writer, { afi, subtype, safi }: RouteRefreshMessage): void {
  writer.u16(afi, "AFI");
  writer.u8(subtype, "subtype");
  writer.u8(safi, "SAFI");
}
