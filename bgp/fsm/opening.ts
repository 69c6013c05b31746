/** What Connect and Active have in common: everything from a TCP connection to our OPEN (RFC 4271 §8.2.2). */
import type { EventNamed, FsmConfig, FsmEvent, Machine, StartedEvent, Step } from "./types.ts";
import { countsForDamping } from "./damping.ts";
import { Draft, ignore, isConnected } from "./draft.ts";
import { failed, notificationReceived, toIdle } from "./endings.ts";
import { ceaseOf } from "./notifications.ts";
import { startNegotiatedTimers } from "./timers.ts";

/** The events the two states answer differently stand in their own files. */
export type OpeningEvent = Exclude<
  StartedEvent,
  { readonly type: "ManualStop" | "ConnectRetryTimerExpires" | "TcpConnectionFails" }
>;

/** Where DelayOpenTimer runs there is a connection and our OPEN is being held back. */
export function opening(config: FsmConfig, machine: Machine, event: OpeningEvent): Step {
  const delaying = isConnected(machine);
  switch (event.type) {
    case "TcpCrAcked":
    case "TcpConnectionConfirmed":
      return delaying ? ignore(machine, event) : connected(config, machine, event);
    case "DelayOpenTimerExpires":
      return delaying ? sendOpen(config, new Draft(machine, event)) : stray(config, machine, event);
    case "BgpOpenWithDelayOpenTimerRunning":
      return delaying ? confirm(machine, event) : stray(config, machine, event);
    case "BgpHeaderErr":
      return failed(config, machine, event, "header-error", withoutOpen(config, machine, event));
    case "BgpOpenMsgErr":
      return failed(config, machine, event, "open-error", withoutOpen(config, machine, event));
    case "NotifMsgVerErr":
      return delaying
        ? toIdle(config, machine, event, {
            reason: "notification-received",
            counter: "keep",
            abort: true,
          })
        : toIdle(config, machine, event, { reason: "notification-received", abort: true, damp: true });
    case "NotifMsg":
      return notificationReceived(config, machine, event);
    // No OPEN was sent, so no Cease either.
    case "AutomaticStop":
      return toIdle(config, machine, event, {
        reason: "automatic-stop",
        damp: countsForDamping("automatic-stop", ceaseOf(event.cease)),
      });
    case "OpenCollisionDump":
      return toIdle(config, machine, event, { reason: "collision" });
    case "HoldTimerExpires":
    case "KeepaliveTimerExpires":
    case "IdleHoldTimerExpires":
    case "BgpOpen":
    case "KeepAliveMsg":
    case "UpdateMsg":
    case "UpdateMsgErr":
    case "SendHoldTimerExpires":
      return stray(config, machine, event);
  }
}

/** "Any other event": the connection is dropped without a NOTIFICATION. */
function stray(config: FsmConfig, machine: Machine, event: FsmEvent): Step {
  return failed(config, machine, event, "fsm-error");
}

function connected(config: FsmConfig, machine: Machine, event: FsmEvent): Step {
  const draft = new Draft(machine, event).stop("ConnectRetry");
  return config.delayOpenTime === undefined
    ? sendOpen(config, draft)
    : draft.start("DelayOpen", config.delayOpenTime, false).to(machine.state);
}

function sendOpen(config: FsmConfig, draft: Draft): Step {
  return draft.act({ type: "sendOpen" }).start("Hold", config.openHoldTime, false).to("OpenSent");
}

/** The peer's OPEN came while ours was held back: both OPEN and KEEPALIVE go out now. */
function confirm(machine: Machine, event: EventNamed<"BgpOpenWithDelayOpenTimerRunning">): Step {
  const draft = new Draft(machine, event).stop("DelayOpen").act({ type: "sendOpen" }, { type: "sendKeepalive" });
  return startNegotiatedTimers(draft, event).to("OpenConfirm");
}

/** SendNOTIFICATIONwithoutOPEN (RFC 4271 §8.2.1.5): the NOTIFICATION only where allowed, and where there is a connection. */
function withoutOpen(
  config: FsmConfig,
  machine: Machine,
  { notification }: EventNamed<"BgpHeaderErr" | "BgpOpenMsgErr">,
): EventNamed<"BgpHeaderErr">["notification"] | undefined {
  return config.sendNotificationWithoutOpen && isConnected(machine) ? notification : undefined;
}
