/** Idle: no connection is tried or taken (RFC 4271 §8.2.2). IdleHoldTimer is the only timer that may run here. */
import type { FsmConfig, FsmEvent, Machine, Step } from "./types.ts";
import { Draft, ignore } from "./draft.ts";

export function idle(config: FsmConfig, machine: Machine, event: FsmEvent): Step {
  const waiting = machine.running.includes("IdleHold");
  switch (event.type) {
    // Started by hand: nothing of what was before counts.
    case "ManualStart":
      return start(config, { ...machine, connectRetryCounter: 0, idleHoldTime: 0 }, event, false);
    case "ManualStartPassive":
      return start(config, { ...machine, connectRetryCounter: 0, idleHoldTime: 0 }, event, true);
    case "AutomaticStart":
      return start(config, { ...machine, connectRetryCounter: 0 }, event, false);
    case "AutomaticStartPassive":
      return start(config, { ...machine, connectRetryCounter: 0 }, event, true);
    // Damped starts wait until IdleHoldTimer has run out; RFC 4271 leaves the method open.
    case "AutomaticStartDamped":
      return waiting ? ignore(machine, event) : start(config, machine, event, false);
    case "AutomaticStartDampedPassive":
      return waiting ? ignore(machine, event) : start(config, machine, event, true);
    // AllowAutomaticStart: the machine starts again by itself. A late expiry after a stop is nothing.
    case "IdleHoldTimerExpires":
      return waiting ? start(config, machine, event, config.passive) : ignore(machine, event);
    // RFC 4271 ignores the stop, knowing of no pending restart: that one ends here.
    case "ManualStop":
      return waiting
        ? standDown({ ...machine, connectRetryCounter: 0, idleHoldTime: 0 }, event)
        : ignore(machine, event);
    case "OpenCollisionDump":
      return waiting ? standDown(machine, event) : ignore(machine, event);
    case "AutomaticStop":
    case "ConnectRetryTimerExpires":
    case "HoldTimerExpires":
    case "KeepaliveTimerExpires":
    case "DelayOpenTimerExpires":
    case "TcpConnectionValid":
    case "TcpCrInvalid":
    case "TcpCrAcked":
    case "TcpConnectionConfirmed":
    case "TcpConnectionFails":
    case "BgpOpen":
    case "BgpOpenWithDelayOpenTimerRunning":
    case "BgpHeaderErr":
    case "BgpOpenMsgErr":
    case "NotifMsgVerErr":
    case "NotifMsg":
    case "KeepAliveMsg":
    case "UpdateMsg":
    case "UpdateMsgErr":
    case "SendHoldTimerExpires":
      return ignore(machine, event);
  }
}

function start(config: FsmConfig, machine: Machine, event: FsmEvent, passive: boolean): Step {
  const draft = new Draft(machine, event).stop("IdleHold").set({ held: false }).startConnectRetry(config);
  return passive
    ? draft.act({ type: "listen" }).to("Active")
    : draft.act({ type: "connect" }, { type: "listen" }).to("Connect");
}

function standDown(machine: Machine, event: FsmEvent): Step {
  return new Draft(machine, event).stop("IdleHold").set({ held: false }).to("Idle");
}
