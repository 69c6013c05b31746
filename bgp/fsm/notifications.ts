/** The NOTIFICATIONs that the state machine itself gives rise to. */
import type { NotificationError } from "bgp-ts-codec";
import type { Cease, FsmEvent } from "./types.ts";

const EMPTY = new Uint8Array(0);

/** The NOTIFICATION codes the machine deals in (RFC 4271 §4.5, RFC 9687 §5). */
export const ErrorCode = { HoldTimerExpired: 4, FiniteStateMachine: 5, Cease: 6, SendHoldTimerExpired: 8 } as const;

/** Cease sub-codes that decide about damping (RFC 4486 §3, RFC 8538 §3). */
export const CeaseSubcode = {
  MaximumPrefixes: 1,
  AdministrativeShutdown: 2,
  PeerDeconfigured: 3,
  ConnectionRejected: 5,
  ConnectionCollision: 7,
  OutOfResources: 8,
  HardReset: 9,
} as const;

/** 4/0 (RFC 4271 §6.5). */
export const HOLD_TIMER_EXPIRED: NotificationError = { code: ErrorCode.HoldTimerExpired, subcode: 0, data: EMPTY };

/** 8/0 (RFC 9687 §5). */
export const SEND_HOLD_TIMER_EXPIRED: NotificationError = {
  code: ErrorCode.SendHoldTimerExpired,
  subcode: 0,
  data: EMPTY,
};

/** 6/7 (RFC 4486 §3). */
export const COLLISION: NotificationError = {
  code: ErrorCode.Cease,
  subcode: CeaseSubcode.ConnectionCollision,
  data: EMPTY,
};

/** 6 with the sub-code and data of the stop (RFC 4486 §3); nothing for a stop without one. */
export function ceaseOf(cease: Cease | undefined): NotificationError | undefined {
  return cease === undefined ? undefined : { code: ErrorCode.Cease, subcode: cease.subcode, data: cease.data };
}

/** States in which an unexpected message has a sub-code of its own (RFC 6608 §3). */
export const FsmErrorSubcode = { OpenSent: 1, OpenConfirm: 2, Established: 3 } as const;
export type FsmErrorSubcode = (typeof FsmErrorSubcode)[keyof typeof FsmErrorSubcode];

/**
 * 5/1, 5/2 or 5/3 with the type byte of the unexpected message (RFC 6608 §4); 5/0 without data for an event that is
 * not a message, because those sub-codes speak of messages only.
 */
export function fsmError(subcode: FsmErrorSubcode, event: FsmEvent): NotificationError {
  const type = messageType(event);
  return type === undefined
    ? { code: ErrorCode.FiniteStateMachine, subcode: 0, data: EMPTY }
    : { code: ErrorCode.FiniteStateMachine, subcode, data: Uint8Array.of(type) };
}

/** The message type of RFC 4271 §4.1 and RFC 2918 §3 that an event stands for. */
function messageType(event: FsmEvent): number | undefined {
  switch (event.type) {
    case "BgpOpen":
    case "BgpOpenWithDelayOpenTimerRunning":
    case "BgpOpenMsgErr":
      return 1;
    case "UpdateMsg":
      return event.routeRefresh === true ? 5 : 2;
    case "UpdateMsgErr":
      return 2;
    case "KeepAliveMsg":
      return 4;
    default:
      return undefined;
  }
}
