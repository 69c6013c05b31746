/** What the state machine needs of a session's configuration. */
import type { FsmConfig } from "../fsm/index.ts";
import type { SessionConfig } from "./types.ts";

/** The HoldTimer while an OPEN is awaited (RFC 4271 §8.2.2), in seconds. */
const OPEN_HOLD_TIME = 240;

/** The first wait after an error, and the longest, in seconds. */
const FIRST_WAIT = 5;
const LONGEST_WAIT = 60;

export function fsmConfig(config: SessionConfig): FsmConfig {
  const { connectRetryTime, passive = false, delayOpenTime, sendHoldTime, damping } = config;
  return {
    connectRetryTime,
    openHoldTime: OPEN_HOLD_TIME,
    passive,
    damping: damping ?? { initial: Math.min(FIRST_WAIT, connectRetryTime), max: LONGEST_WAIT },
    sendNotificationWithoutOpen: false,
    collisionDetectEstablishedState: false,
    ...(delayOpenTime !== undefined && { delayOpenTime }),
    ...(sendHoldTime !== undefined && { sendHoldTime }),
  };
}
