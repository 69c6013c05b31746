/** The state machine (RFC 5880 §6.2, §6.8.6, §6.8.16) as data: `step` answers the next machine and what follows from it. */
import { Diagnostic, State } from "./packet.ts";

export interface Machine {
  readonly state: State;
  /** bfd.LocalDiag: why the session last went down; 0 once it is up. */
  readonly diagnostic: number;
}

export type FsmEvent =
  /** A valid packet; the state in it. */
  | { readonly type: "packet"; readonly state: State }
  | { readonly type: "detectionExpired" }
  /** The path or the forwarding plane is known to be gone (RFC 5880 §6.8.5, §6.8.15, §6.8.17): diagnostic 2, 4, 5, 6 or 8. */
  | { readonly type: "pathDown"; readonly diagnostic: number }
  | { readonly type: "adminDown" }
  | { readonly type: "adminUp" };

export type Action =
  /** The packet goes no further: no answer to a poll, no restart of the detection timer. */
  | { readonly type: "discard" }
  | { readonly type: "up" }
  /** Up was left. */
  | { readonly type: "down" }
  /** The state changed: tell the peer at once. */
  | { readonly type: "transmit" };

export interface Step {
  readonly machine: Machine;
  readonly actions: readonly Action[];
}

/** Own state, then the state received: the next state. AdminDown takes no packet. */
const NEXT: { readonly [Own in Exclude<State, "AdminDown">]: { readonly [Received in State]: State } } = {
  Down: { AdminDown: State.Down, Down: State.Init, Init: State.Up, Up: State.Down },
  Init: { AdminDown: State.Down, Down: State.Init, Init: State.Up, Up: State.Up },
  Up: { AdminDown: State.Down, Down: State.Down, Init: State.Up, Up: State.Up },
};

export const INITIAL: Machine = { state: State.Down, diagnostic: Diagnostic.None };

export function step(machine: Machine, event: FsmEvent): Step {
  const { state } = machine;
  switch (event.type) {
    case "packet": {
      if (state === State.AdminDown) return { machine, actions: [{ type: "discard" }] };
      return enter(machine, NEXT[state][event.state], Diagnostic.NeighborSignaledSessionDown);
    }
    case "detectionExpired":
      if (state !== State.Init && state !== State.Up) return { machine, actions: [] };
      return enter(machine, State.Down, Diagnostic.ControlDetectionTimeExpired);
    case "pathDown":
      if (state === State.AdminDown) return { machine, actions: [] };
      return enter(machine, State.Down, event.diagnostic);
    case "adminDown":
      return enter(machine, State.AdminDown, Diagnostic.AdministrativelyDown);
    case "adminUp":
      return state === State.AdminDown ? enter(machine, State.Down, Diagnostic.None) : { machine, actions: [] };
  }
}

/** The next state; `diagnostic` tells why where it is Down or AdminDown, Init keeps the one before. */
function enter(machine: Machine, state: State, diagnostic: number): Step {
  if (state === machine.state) return { machine, actions: [] };
  const actions: Action[] = [];
  if (state === State.Up) actions.push({ type: "up" });
  if (machine.state === State.Up) actions.push({ type: "down" });
  actions.push({ type: "transmit" });
  const reason = state === State.Up ? Diagnostic.None : state === State.Init ? machine.diagnostic : diagnostic;
  return { machine: { state, diagnostic: reason }, actions };
}
