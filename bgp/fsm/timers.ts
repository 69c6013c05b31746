/** The timers that an OPEN and the session after it bring (RFC 4271 §4.2, §4.4, §10; RFC 9687 §4.4). */
import type { FsmConfig, Machine } from "./types.ts";
import type { Draft } from "./draft.ts";
import { stableTime } from "./damping.ts";

/** What both sides agreed on: HoldTimer and KeepaliveTimer, or neither for a hold time of zero (RFC 4271 §4.2). */
export function startNegotiatedTimers(
  draft: Draft,
  { holdTime, keepaliveTime }: Pick<Machine, "holdTime" | "keepaliveTime">,
): Draft {
  if (holdTime === 0) return draft.stop("Hold");
  draft.set({ holdTime, keepaliveTime });
  return startKeepalive(draft, { keepaliveTime }).start("Hold", holdTime, false);
}

/** Jittered (RFC 4271 §10); none for a time of zero. */
export function startKeepalive(draft: Draft, { keepaliveTime }: Pick<Machine, "keepaliveTime">): Draft {
  return keepaliveTime > 0 ? draft.start("Keepalive", keepaliveTime, true) : draft;
}

/** Something came from the peer. */
export function restartHold(draft: Draft, { holdTime }: Machine): Draft {
  return holdTime > 0 ? draft.start("Hold", holdTime, false) : draft;
}

/** SendHoldTimer, off with a hold time of zero (RFC 9687 §4.3). */
export function startSendHold(draft: Draft, config: FsmConfig, { holdTime }: Machine): Draft {
  const seconds = holdTime === 0 ? 0 : (config.sendHoldTime ?? Math.max(480, 2 * holdTime));
  return seconds > 0 ? draft.start("SendHold", seconds, false) : draft;
}

/** In Established IdleHoldTimer measures how long the session is stable, where earlier errors are remembered. */
export function startStable(draft: Draft, config: FsmConfig, { idleHoldTime }: Machine): Draft {
  return config.damping !== undefined && idleHoldTime > 0
    ? draft.start("IdleHold", stableTime(config.damping), false)
    : draft;
}
