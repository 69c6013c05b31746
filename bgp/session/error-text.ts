/** Errors of a session as sentences. */
import { CeaseSubcode, ErrorCode, decodeHardReset, decodeShutdownCommunication, notificationText } from "bgp-ts-codec";
import type { NotificationError } from "bgp-ts-codec";
import type { DownReason } from "../fsm/types.ts";

/** "Cease / Administrative Shutdown: upgrade"; of a Hard Reset also what it wraps (RFC 8538 §3). */
export function describeNotification({ code, subcode, data }: NotificationError): string {
  const name = notificationText(code, subcode);
  if (code !== ErrorCode.Cease) return name;
  switch (subcode) {
    case CeaseSubcode.AdministrativeShutdown:
    case CeaseSubcode.AdministrativeReset: {
      const text = decodeShutdownCommunication(data);
      return text === undefined ? name : `${name}: ${text}`;
    }
    case CeaseSubcode.HardReset: {
      const inner = decodeHardReset(data);
      // One level only: a Hard Reset in a Hard Reset says nothing more.
      return inner === undefined ? name : `${name} (${notificationText(inner.code, inner.subcode)})`;
    }
    default:
      return name;
  }
}

const REASONS: Readonly<Record<DownReason, string>> = {
  "manual-stop": "stopped",
  "automatic-stop": "stopped",
  "hold-timer-expired": "nothing came from the peer within the hold time",
  "send-hold-timer-expired": "the peer took nothing within the send hold time",
  "connection-failed": "the connection was lost",
  "notification-received": "the peer sent a NOTIFICATION",
  "header-error": "a message header was wrong",
  "open-error": "the OPEN was wrong",
  "update-error": "an UPDATE was wrong",
  "fsm-error": "a message came that was not expected",
  collision: "another connection to the peer was kept",
  "connect-retry": "no answer within the connect retry time",
};

export function describeReason(reason: DownReason): string {
  return REASONS[reason];
}
