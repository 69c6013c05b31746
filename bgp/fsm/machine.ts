/** Machines at rest, and what may be asked of one. */
import type { FsmConfig, FsmEvent, Machine, TimerName } from "./types.ts";

/**
 * A machine in Idle that waits for its start. `idleHoldTime` carries the peer's damping over from a machine before,
 * bounded by what this configuration allows.
 */
export function initialMachine(config: FsmConfig, idleHoldTime = 0): Machine {
  return {
    state: "Idle",
    connectRetryCounter: 0,
    holdTime: 0,
    keepaliveTime: 0,
    idleHoldTime: config.damping === undefined ? 0 : Math.min(idleHoldTime, config.damping.max),
    held: false,
    running: [],
  };
}

/** The start of a configured peer: by hand, passive where the peer is to connect (RFC 4271 §8.1.2). */
export function startEvent(config: FsmConfig): FsmEvent {
  return { type: config.passive ? "ManualStartPassive" : "ManualStart" };
}

const EXPIRY: { readonly [Timer in TimerName]: FsmEvent } = {
  ConnectRetry: { type: "ConnectRetryTimerExpires" },
  Hold: { type: "HoldTimerExpires" },
  Keepalive: { type: "KeepaliveTimerExpires" },
  DelayOpen: { type: "DelayOpenTimerExpires" },
  IdleHold: { type: "IdleHoldTimerExpires" },
  SendHold: { type: "SendHoldTimerExpires" },
};

/** The event of a timer that ran out. */
export function expiryEvent(timer: TimerName): FsmEvent {
  return EXPIRY[timer];
}

/**
 * Whether a connection from the peer may be taken, by the state of the machine that dials it: not before it is started,
 * nor while it is held in Idle as a penalty (RFC 4271 §8.2.2, Idle). A machine that only waits to dial again may.
 */
export function acceptsConnections(machine: Machine): boolean {
  return machine.state !== "Idle" || (machine.running.includes("IdleHold") && !machine.held);
}
