/**
 * OpenConfirm: OPENs are exchanged, the peer's first KEEPALIVE is awaited (RFC 4271 §8.2.2).
 * BgpOpen is a second OPEN on this very connection, so unexpected; one on another connection is the arbiter's (§6.8).
 */
import type { FsmConfig, Machine, StartedEvent, Step } from "./types.ts";
import { Draft } from "./draft.ts";
import { FsmErrorSubcode } from "./notifications.ts";
import { opened } from "./opened.ts";
import { restartHold, startSendHold, startStable } from "./timers.ts";

export function openConfirm(config: FsmConfig, machine: Machine, event: StartedEvent): Step {
  switch (event.type) {
    // The session is up; SendHoldTimer begins (RFC 9687 §4.3).
    case "KeepAliveMsg": {
      const draft = restartHold(new Draft(machine, event), machine);
      startSendHold(draft, config, machine);
      return startStable(draft, config, machine).act({ type: "up" }).to("Established");
    }
    default:
      return opened(config, machine, event, FsmErrorSubcode.OpenConfirm);
  }
}
