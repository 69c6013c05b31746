/** OpenSent: our OPEN is out, the peer's is awaited (RFC 4271 §8.2.2). */
import type { FsmConfig, Machine, StartedEvent, Step } from "./types.ts";
import { Draft } from "./draft.ts";
import { FsmErrorSubcode } from "./notifications.ts";
import { opened, unexpected } from "./opened.ts";
import { startNegotiatedTimers } from "./timers.ts";

export function openSent(config: FsmConfig, machine: Machine, event: StartedEvent): Step {
  switch (event.type) {
    case "BgpOpen": {
      const draft = new Draft(machine, event).act({ type: "sendKeepalive" });
      return startNegotiatedTimers(draft, event).to("OpenConfirm");
    }
    // The peer is there, so it is waited for.
    case "TcpConnectionFails":
      return new Draft(machine, event)
        .stopAll()
        .act({ type: "close", abort: true })
        .startConnectRetry(config)
        .act({ type: "listen" })
        .to("Active", "connection-failed");
    // No KEEPALIVE is due before the OPENs are exchanged.
    case "KeepaliveTimerExpires":
      return unexpected(config, machine, event, FsmErrorSubcode.OpenSent);
    default:
      return opened(config, machine, event, FsmErrorSubcode.OpenSent);
  }
}
