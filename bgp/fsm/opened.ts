/**
 * What OpenSent, OpenConfirm and Established have in common: our OPEN is out, so every way to Idle says why
 * (RFC 4271 §8.2.2). Where one of them differs, its own file answers first.
 */
import type { FsmConfig, Machine, StartedEvent, Step } from "./types.ts";
import { countsForDamping } from "./damping.ts";
import { Draft, ignore } from "./draft.ts";
import { failed, notificationReceived, toIdle } from "./endings.ts";
import { ceaseOf, COLLISION, fsmError, type FsmErrorSubcode, HOLD_TIMER_EXPIRED } from "./notifications.ts";
import { startKeepalive } from "./timers.ts";

export function opened(config: FsmConfig, machine: Machine, event: StartedEvent, subcode: FsmErrorSubcode): Step {
  switch (event.type) {
    // A second connection has a machine of its own until its OPEN comes (§6.8).
    case "TcpCrAcked":
    case "TcpConnectionConfirmed":
      return ignore(machine, event);
    case "ManualStop":
      return toIdle(config, machine, event, { reason: "manual-stop", send: ceaseOf(event.cease), counter: "zero" });
    case "AutomaticStop": {
      const send = ceaseOf(event.cease);
      const damp = countsForDamping("automatic-stop", send);
      return toIdle(config, machine, event, { reason: "automatic-stop", send, damp });
    }
    case "HoldTimerExpires":
      return failed(config, machine, event, "hold-timer-expired", HOLD_TIMER_EXPIRED);
    // With a hold time of zero no KEEPALIVE is due (§4.4).
    case "KeepaliveTimerExpires":
      return machine.keepaliveTime === 0
        ? ignore(machine, event)
        : startKeepalive(new Draft(machine, event).act({ type: "sendKeepalive" }), machine).to(machine.state);
    case "TcpConnectionFails":
      return toIdle(config, machine, event, { reason: "connection-failed", abort: true });
    // In Established too: §6.1 demands the error's own NOTIFICATION, §8.2.2 there lists it under "any other event".
    case "BgpHeaderErr":
      return failed(config, machine, event, "header-error", event.notification);
    case "BgpOpenMsgErr":
      return failed(config, machine, event, "open-error", event.notification);
    case "OpenCollisionDump":
      return event.silent === true
        ? toIdle(config, machine, event, { reason: "collision", abort: true })
        : toIdle(config, machine, event, { reason: "collision", send: COLLISION });
    case "NotifMsgVerErr":
      return toIdle(config, machine, event, { reason: "notification-received", counter: "keep", abort: true });
    // In OpenSent too, where §8.2.2 lists it under "any other event": a NOTIFICATION is not answered by one (§6.4).
    case "NotifMsg":
      return notificationReceived(config, machine, event);
    case "BgpOpen":
    case "ConnectRetryTimerExpires":
    case "DelayOpenTimerExpires":
    case "IdleHoldTimerExpires":
    case "BgpOpenWithDelayOpenTimerRunning":
    case "KeepAliveMsg":
    case "UpdateMsg":
    case "UpdateMsgErr":
    case "SendHoldTimerExpires":
      return unexpected(config, machine, event, subcode);
  }
}

/** "Any other event": Finite State Machine Error (RFC 4271 §6.6, RFC 6608 §4). */
export function unexpected(config: FsmConfig, machine: Machine, event: StartedEvent, subcode: FsmErrorSubcode): Step {
  return failed(config, machine, event, "fsm-error", fsmError(subcode, event));
}
