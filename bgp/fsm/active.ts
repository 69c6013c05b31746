/** Active: waiting for the peer to connect, until ConnectRetryTimer has us try ourselves (RFC 4271 §8.2.2). */
import type { FsmConfig, Machine, StartedEvent, Step } from "./types.ts";
import { Draft, ignore, isConnected } from "./draft.ts";
import { toIdle } from "./endings.ts";
import { ceaseOf } from "./notifications.ts";
import { opening } from "./opening.ts";

export function active(config: FsmConfig, machine: Machine, event: StartedEvent): Step {
  switch (event.type) {
    case "ManualStop":
      return toIdle(config, machine, event, {
        reason: "manual-stop",
        send: config.sendNotificationWithoutOpen && isConnected(machine) ? ceaseOf(event.cease) : undefined,
        counter: "zero",
      });
    case "ConnectRetryTimerExpires":
      return isConnected(machine) ? ignore(machine, event) : retry(config, machine, event);
    case "TcpConnectionFails":
      return toIdle(config, machine, event, { reason: "connection-failed", abort: true });
    default:
      return opening(config, machine, event);
  }
}

/** RFC 4271 connects with PassiveTcpEstablishment too; here a peer set to passive is never dialled. */
function retry(config: FsmConfig, machine: Machine, event: StartedEvent): Step {
  const draft = new Draft(machine, event).startConnectRetry(config);
  return config.passive ? draft.to("Active") : draft.act({ type: "connect" }, { type: "listen" }).to("Connect");
}
