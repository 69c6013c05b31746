/** Connect: waiting for our TCP connection to come up (RFC 4271 §8.2.2). */
import type { FsmConfig, Machine, StartedEvent, Step } from "./types.ts";
import { Draft, isConnected } from "./draft.ts";
import { toIdle } from "./endings.ts";
import { opening } from "./opening.ts";

export function connect(config: FsmConfig, machine: Machine, event: StartedEvent): Step {
  switch (event.type) {
    case "ManualStop":
      return toIdle(config, machine, event, { reason: "manual-stop", counter: "zero" });
    // No answer within ConnectRetryTime: the attempt is given up for a new one.
    case "ConnectRetryTimerExpires":
      return new Draft(machine, event)
        .stop("DelayOpen")
        .act({ type: "close", abort: true })
        .startConnectRetry(config)
        .act({ type: "connect" })
        .to("Connect", "connect-retry");
    // A delayed connection was lost: the peer is there, so wait for it. A refused one goes to Idle, uncounted.
    case "TcpConnectionFails":
      return isConnected(machine)
        ? new Draft(machine, event)
            .stop("DelayOpen")
            .act({ type: "close", abort: true })
            .startConnectRetry(config)
            .act({ type: "listen" })
            .to("Active", "connection-failed")
        : toIdle(config, machine, event, { reason: "connection-failed", counter: "keep", abort: true });
    default:
      return opening(config, machine, event);
  }
}
