/** How a machine gets back to Idle: the list of actions that nearly every row of RFC 4271 §8.2.2 ends with. */
import type { NotificationError } from "bgp-ts-codec";
import type { DownReason, EventNamed, FsmConfig, FsmEvent, Machine, Step } from "./types.ts";
import { countsForDamping, nextIdleHoldTime } from "./damping.ts";
import { Draft, isConnected } from "./draft.ts";

interface Ending {
  readonly reason: DownReason;
  /** Sent before the connection is closed. */
  readonly send?: NotificationError | undefined;
  /** ConnectRetryCounter: one more (the rule), zero, or as it was. */
  readonly counter?: "increment" | "zero" | "keep";
  /** Close without waiting for what was written. */
  readonly abort?: boolean;
  /** Whether DampPeerOscillations applies; absent: it does not. */
  readonly damp?: boolean;
}

/**
 * Stops all timers, sends the NOTIFICATION, drops the connection, goes to Idle and sees to the next start:
 * none after a stop by hand or a collision, otherwise IdleHoldTimer with the penalty or with ConnectRetryTime.
 */
export function toIdle(config: FsmConfig, machine: Machine, event: FsmEvent, ending: Ending): Step {
  const draft = new Draft(machine, event).stopAll();
  if (ending.send !== undefined) draft.act({ type: "sendNotification", notification: ending.send });
  if (machine.state === "Connect" || isConnected(machine)) {
    draft.act(ending.abort === true ? { type: "close", abort: true } : { type: "close" });
  }
  draft.set({ holdTime: 0, keepaliveTime: 0, held: false, connectRetryCounter: counter(machine, ending) });
  if (ending.reason === "manual-stop") {
    draft.set({ idleHoldTime: 0 });
  } else if (ending.reason !== "collision") {
    waitForRestart(config, machine, draft, ending.damp ?? false);
  }
  if (machine.state === "Established") draft.act({ type: "down", reason: ending.reason });
  return draft.to("Idle", ending.reason);
}

function counter({ connectRetryCounter }: Machine, ending: Ending): number {
  switch (ending.counter ?? "increment") {
    case "increment":
      return connectRetryCounter + 1;
    case "zero":
      return 0;
    case "keep":
      return connectRetryCounter;
  }
}

function waitForRestart(config: FsmConfig, machine: Machine, draft: Draft, damp: boolean): void {
  if (damp && config.damping !== undefined) {
    const idleHoldTime = nextIdleHoldTime(config.damping, machine.idleHoldTime);
    draft.set({ idleHoldTime, held: true }).start("IdleHold", idleHoldTime, true);
  } else {
    draft.start("IdleHold", config.connectRetryTime, true);
  }
}

/** The peer's NOTIFICATION is never answered by one (RFC 4271 §6.4); the peer has closed its end (§4.5). */
export function notificationReceived(config: FsmConfig, machine: Machine, event: EventNamed<"NotifMsg">): Step {
  const damp = countsForDamping("notification-received", event.notification);
  return toIdle(config, machine, event, { reason: "notification-received", abort: true, damp });
}

/** An error that has a NOTIFICATION of its own, or none where OPEN was not sent. */
export function failed(
  config: FsmConfig,
  machine: Machine,
  event: FsmEvent,
  reason: "hold-timer-expired" | "header-error" | "open-error" | "update-error" | "fsm-error",
  send?: NotificationError,
): Step {
  return toIdle(config, machine, event, { reason, send, damp: countsForDamping(reason, send) });
}
