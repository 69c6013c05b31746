/** The BGP finite-state machine as data. */
export { EventNumber, State, TimerName } from "./types.ts";
export type {
  Action,
  Cease,
  Damping,
  DownReason,
  EventName,
  EventNamed,
  FsmConfig,
  FsmEvent,
  Machine,
  Step,
} from "./types.ts";
export { acceptsConnections, expiryEvent, initialMachine, startEvent } from "./machine.ts";
export { step } from "./step.ts";
export { resolveCollision } from "./collision.ts";
export type { Collision, CollisionOutcome, Direction } from "./collision.ts";
export { countsForDamping, nextIdleHoldTime } from "./damping.ts";
