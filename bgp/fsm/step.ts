/** The machine's one door: a state and an event give the next state and what to do. */
import type { FsmConfig, FsmEvent, Machine, SettledEvent, Step } from "./types.ts";
import { active } from "./active.ts";
import { connect } from "./connect.ts";
import { ignore } from "./draft.ts";
import { established } from "./established.ts";
import { idle } from "./idle.ts";
import { openConfirm } from "./open-confirm.ts";
import { openSent } from "./open-sent.ts";

/** Pure and total: every event has an answer in every state, and nothing throws (RFC 4271 §8.2.2). */
export function step(config: FsmConfig, machine: Machine, event: FsmEvent): Step {
  if (machine.state === "Idle") return idle(config, machine, event);
  if (isSettled(event)) return ignore(machine, event);
  switch (machine.state) {
    case "Connect":
      return connect(config, machine, event);
    case "Active":
      return active(config, machine, event);
    case "OpenSent":
      return openSent(config, machine, event);
    case "OpenConfirm":
      return openConfirm(config, machine, event);
    case "Established":
      return established(config, machine, event);
  }
}

function isSettled(event: FsmEvent): event is SettledEvent {
  switch (event.type) {
    case "ManualStart":
    case "AutomaticStart":
    case "ManualStartPassive":
    case "AutomaticStartPassive":
    case "AutomaticStartDamped":
    case "AutomaticStartDampedPassive":
    case "TcpConnectionValid":
    case "TcpCrInvalid":
      return true;
    default:
      return false;
  }
}
