/** A step being written: the machine after it and its actions, in order. */
import type { Action, DownReason, FsmConfig, FsmEvent, Machine, State, Step, TimerName } from "./types.ts";

/** The timer whose expiry an event reports. */
const EXPIRED: { readonly [Name in FsmEvent["type"]]?: TimerName } = {
  ConnectRetryTimerExpires: "ConnectRetry",
  HoldTimerExpires: "Hold",
  KeepaliveTimerExpires: "Keepalive",
  DelayOpenTimerExpires: "DelayOpen",
  IdleHoldTimerExpires: "IdleHold",
  SendHoldTimerExpires: "SendHold",
};

export class Draft {
  #machine: Machine;
  readonly #actions: Action[] = [];

  /** An expired timer no longer runs. */
  constructor(machine: Machine, event: FsmEvent) {
    const expired = EXPIRED[event.type];
    this.#machine = expired === undefined ? machine : without(machine, expired);
  }

  start(timer: TimerName, seconds: number, jitter: boolean): this {
    if (!this.#machine.running.includes(timer)) this.set({ running: [...this.#machine.running, timer] });
    return this.act({ type: "startTimer", timer, seconds, jitter });
  }

  /** ConnectRetryTimer "with its initial value", jittered (RFC 4271 §10). */
  startConnectRetry(config: FsmConfig): this {
    return this.start("ConnectRetry", config.connectRetryTime, true);
  }

  /** Stops those of the timers that run. */
  stop(...timers: readonly TimerName[]): this {
    for (const timer of timers.filter((name) => this.#machine.running.includes(name))) {
      this.#machine = without(this.#machine, timer);
      this.act({ type: "stopTimer", timer });
    }
    return this;
  }

  stopAll(): this {
    return this.stop(...this.#machine.running);
  }

  act(...actions: readonly Action[]): this {
    this.#actions.push(...actions);
    return this;
  }

  set(changes: Partial<Machine>): this {
    this.#machine = { ...this.#machine, ...changes };
    return this;
  }

  /** The finished step, in the state named. */
  to(state: State, reason?: DownReason): Step {
    const machine = { ...this.#machine, state };
    return reason === undefined ? { machine, actions: this.#actions } : { machine, actions: this.#actions, reason };
  }
}

function without(machine: Machine, timer: TimerName): Machine {
  return { ...machine, running: machine.running.filter((name) => name !== timer) };
}

/** The event changes nothing but that an expired timer no longer runs. */
export function ignore(machine: Machine, event: FsmEvent): Step {
  return new Draft(machine, event).to(machine.state);
}

/** Whether the machine has a connection that carries messages: with its OPEN sent or delayed. */
export function isConnected(machine: Machine): boolean {
  switch (machine.state) {
    case "OpenSent":
    case "OpenConfirm":
    case "Established":
      return true;
    default:
      return machine.running.includes("DelayOpen");
  }
}
