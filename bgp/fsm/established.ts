/**
 * Established: routes are exchanged (RFC 4271 §8.2.2, RFC 9687 §4.3). Every way out ends in the action `down`.
 * BgpOpen is a second OPEN on this very connection, so unexpected; one on another connection is the arbiter's (§6.8).
 */
import type { FsmConfig, Machine, StartedEvent, Step } from "./types.ts";
import { Draft } from "./draft.ts";
import { failed, toIdle } from "./endings.ts";
import { FsmErrorSubcode, SEND_HOLD_TIMER_EXPIRED } from "./notifications.ts";
import { opened, unexpected } from "./opened.ts";
import { restartHold } from "./timers.ts";

export function established(config: FsmConfig, machine: Machine, event: StartedEvent): Step {
  switch (event.type) {
    case "KeepAliveMsg":
      return restartHold(new Draft(machine, event), machine).to("Established");
    case "UpdateMsg":
      return restartHold(new Draft(machine, event), machine).act({ type: "processUpdate" }).to("Established");
    // Only what RFC 7606 leaves as a session reset comes here.
    case "UpdateMsgErr":
      return failed(config, machine, event, "update-error", event.notification);
    // Whatever is wrong in it, no OPEN is expected any more.
    case "BgpOpenMsgErr":
      return unexpected(config, machine, event, FsmErrorSubcode.Established);
    // Counted here, as any NOTIFICATION in this state.
    case "NotifMsgVerErr":
      return toIdle(config, machine, event, { reason: "notification-received", abort: true, damp: true });
    // The peer takes nothing any more: the NOTIFICATION is tried, the close does not wait for it.
    case "SendHoldTimerExpires":
      return toIdle(config, machine, event, {
        reason: "send-hold-timer-expired",
        send: SEND_HOLD_TIMER_EXPIRED,
        abort: true,
        damp: true,
      });
    // The session has been stable long enough for earlier errors to be forgotten.
    case "IdleHoldTimerExpires":
      return machine.running.includes("IdleHold")
        ? new Draft(machine, event).set({ idleHoldTime: 0 }).to("Established")
        : unexpected(config, machine, event, FsmErrorSubcode.Established);
    default:
      return opened(config, machine, event, FsmErrorSubcode.Established);
  }
}
