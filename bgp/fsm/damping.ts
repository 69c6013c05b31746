/** Damping of peer oscillations: which endings count, and how long the machine is held (RFC 4271 §8.1.1, RFC 4486 §4). */
import type { NotificationError } from "bgp-ts-codec";
import type { Damping, DownReason } from "./types.ts";
import { CeaseSubcode, ErrorCode } from "./notifications.ts";

/** The IdleHoldTime that an error brings, in seconds: the initial one, then twice the one before, up to the maximum. */
export function nextIdleHoldTime(damping: Damping, previous: number): number {
  return Math.min(previous === 0 ? damping.initial : previous * 2, damping.max);
}

/** How long Established has to last until earlier errors are forgotten, in seconds. */
export function stableTime(damping: Damping): number {
  return damping.stable ?? damping.max;
}

/**
 * Whether an ending counts as an oscillation. `notification` is the one that came with it, sent or received: of a Cease
 * the sub-code decides. A lost or refused connection, a collision and a stop by hand do not count.
 */
export function countsForDamping(reason: DownReason, notification?: NotificationError): boolean {
  switch (reason) {
    case "hold-timer-expired":
    case "send-hold-timer-expired":
    case "header-error":
    case "open-error":
    case "update-error":
    case "fsm-error":
      return true;
    case "notification-received":
      return notification === undefined || notificationCounts(notification.code, notification.subcode, notification);
    case "automatic-stop":
      return notification !== undefined && notificationCounts(notification.code, notification.subcode, notification);
    case "manual-stop":
    case "connection-failed":
    case "collision":
    case "connect-retry":
      return false;
  }
}

/** Of the Ceases those that a quick retry cannot mend; a Hard Reset is what it wraps (RFC 8538 §3). */
function notificationCounts(code: number, subcode: number, { data }: NotificationError): boolean {
  if (code !== ErrorCode.Cease) return true;
  switch (subcode) {
    case CeaseSubcode.MaximumPrefixes:
    case CeaseSubcode.AdministrativeShutdown:
    case CeaseSubcode.PeerDeconfigured:
    case CeaseSubcode.ConnectionRejected:
    case CeaseSubcode.OutOfResources:
      return true;
    case CeaseSubcode.HardReset: {
      const [innerCode, innerSubcode] = data;
      if (innerCode === undefined || innerSubcode === undefined) return false;
      return notificationCounts(innerCode, innerSubcode, {
        code: innerCode,
        subcode: innerSubcode,
        data: data.subarray(2),
      });
    }
    default:
      return false;
  }
}
