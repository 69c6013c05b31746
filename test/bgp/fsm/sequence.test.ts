import * as fc from "fast-check";
import t from "tap";
import {
  type Action,
  type EventName,
  EventNumber,
  type FsmConfig,
  type FsmEvent,
  initialMachine,
  type Machine,
  type State,
  step,
  type Step,
  type TimerName,
} from "../../../bgp/fsm/index.ts";
import { CONFIG } from "./fixtures.ts";

const notification = fc.record({
  code: fc.integer({ min: 1, max: 8 }),
  subcode: fc.integer({ min: 0, max: 11 }),
  data: fc.uint8Array({ maxLength: 4 }),
});
const times = fc.constantFrom({ holdTime: 0, keepaliveTime: 0 }, { holdTime: 9, keepaliveTime: 3 });
const cease = fc.record({ subcode: fc.integer({ min: 1, max: 10 }), data: fc.uint8Array({ maxLength: 3 }) });

function eventOf(name: EventName): fc.Arbitrary<FsmEvent> {
  switch (name) {
    case "ManualStop":
    case "AutomaticStop":
      return fc.oneof(
        fc.constant({ type: name }),
        cease.map((value) => ({ type: name, cease: value })),
      );
    case "BgpOpen":
    case "BgpOpenWithDelayOpenTimerRunning":
      return times.map((value) => ({ type: name, ...value }));
    case "BgpHeaderErr":
    case "BgpOpenMsgErr":
    case "UpdateMsgErr":
    case "NotifMsg":
      return notification.map((value) => ({ type: name, notification: value }));
    case "OpenCollisionDump":
      return fc.constantFrom<FsmEvent>({ type: name }, { type: name, silent: true });
    default:
      return fc.constant({ type: name });
  }
}

function isName(name: string): name is EventName {
  return name in EventNumber;
}

const anyEvent = fc.constantFrom(...Object.keys(EventNumber).filter(isName)).chain(eventOf);
const start: FsmEvent = { type: "ManualStart" };
const keepalive: FsmEvent = { type: "KeepAliveMsg" };
const again: FsmEvent = { type: "IdleHoldTimerExpires" };
const connected: FsmEvent = { type: "TcpCrAcked" };

/** Steps of the way to Established, so that sequences get there, between events of any kind. */
const chunk: fc.Arbitrary<FsmEvent[]> = fc.oneof(
  anyEvent.map((event) => [event]),
  fc.constantFrom(start, again).map((event) => [event]),
  eventOf("BgpOpen").map((open) => [start, connected, open]),
  eventOf("BgpOpenWithDelayOpenTimerRunning").map((open) => [start, connected, open]),
  eventOf("BgpOpen").map((open) => [start, connected, open, keepalive]),
);
const sequence = fc.array(chunk, { maxLength: 20 }).map((chunks) => chunks.flat());

const config: fc.Arbitrary<FsmConfig> = fc
  .record({
    passive: fc.boolean(),
    sendNotificationWithoutOpen: fc.boolean(),
    damped: fc.boolean(),
    delayed: fc.boolean(),
  })
  .map(({ passive, sendNotificationWithoutOpen, damped, delayed }) => {
    const { damping, ...rest } = { ...CONFIG, passive, sendNotificationWithoutOpen };
    return {
      ...rest,
      ...(damped && damping !== undefined ? { damping } : {}),
      ...(delayed ? { delayOpenTime: 10 } : {}),
    };
  });

/** What a shell knows from the actions alone. */
class Shell {
  readonly timers = new Set<TimerName>();
  /** "attempt": connecting; "open": bytes can flow. */
  connection: "none" | "attempt" | "open" = "none";
  isUp = false;

  take(action: Action): void {
    switch (action.type) {
      case "startTimer":
        if (action.seconds <= 0) throw new Error(`${action.timer} started for ${action.seconds} s`);
        this.timers.add(action.timer);
        break;
      case "stopTimer":
        if (!this.timers.delete(action.timer)) throw new Error(`${action.timer} stopped and did not run`);
        break;
      case "connect":
        if (this.connection !== "none") throw new Error("connects with a connection there");
        this.connection = "attempt";
        break;
      case "close":
        if (this.connection === "none") throw new Error("closes nothing");
        this.connection = "none";
        break;
      case "sendOpen":
      case "sendKeepalive":
      case "sendNotification":
        if (this.connection !== "open") throw new Error(`${action.type} without a connection`);
        break;
      case "up":
        if (this.isUp) throw new Error("up twice");
        this.isUp = true;
        break;
      case "down":
        if (!this.isUp) throw new Error("down without up");
        this.isUp = false;
        break;
      case "processUpdate":
        if (!this.isUp) throw new Error("an UPDATE outside Established");
        break;
      case "listen":
        break;
    }
  }
}

const INTO: Readonly<Record<State, readonly State[]>> = {
  Idle: ["Connect", "Active"],
  Connect: ["Idle", "Active", "OpenSent", "OpenConfirm"],
  Active: ["Idle", "Connect", "OpenSent", "OpenConfirm"],
  OpenSent: ["Idle", "Active", "OpenConfirm"],
  OpenConfirm: ["Idle", "Established"],
  Established: ["Idle"],
};

function takeStep(shell: Shell, before: Machine, event: FsmEvent, result: Step): void {
  const { machine, actions, reason } = result;
  for (const timer of shell.timers) if (event.type === `${timer}TimerExpires`) shell.timers.delete(timer);
  const connects = event.type === "TcpCrAcked" || event.type === "TcpConnectionConfirmed";
  if (connects && (before.state === "Connect" || before.state === "Active")) shell.connection = "open";
  for (const action of actions) shell.take(action);
  const left = before.state !== machine.state;
  if (left && !INTO[before.state].includes(machine.state)) throw new Error(`${before.state} to ${machine.state}`);
  if (new Set(machine.running).size !== machine.running.length) throw new Error("a timer runs twice");
  if ([...shell.timers].sort().join() !== [...machine.running].sort().join()) throw new Error("timers differ");
  if (shell.isUp !== (machine.state === "Established")) throw new Error("up is not Established");
  if (machine.connectRetryCounter < 0) throw new Error("ConnectRetryCounter below zero");
  if (machine.state === "Idle" && shell.connection !== "none") throw new Error("Idle with a connection");
  if (left && (machine.state === "Idle" || (machine.state === "Active" && before.state !== "Idle"))) {
    if (reason === undefined) throw new Error(`to ${machine.state} without a reason`);
  }
  const rests = reason === "manual-stop" || reason === "collision";
  if (left && machine.state === "Idle" && machine.running.includes("IdleHold") === rests) {
    throw new Error(`restart after ${reason}`);
  }
  const closed = actions.findIndex((action) => action.type === "close");
  const stopped = actions.findLastIndex((action) => action.type === "stopTimer");
  const sent = actions.findLastIndex((action) => action.type === "sendNotification");
  if (closed !== -1 && (closed < stopped || closed < sent)) throw new Error("closed before timers and NOTIFICATION");
}

t.test("no sequence of events breaks the machine", (t) => {
  const reached = new Set<State>();
  fc.assert(
    fc.property(config, sequence, (config, events) => {
      const shell = new Shell();
      let machine = initialMachine(config);
      for (const event of events) {
        const result = step(config, machine, event);
        takeStep(shell, machine, event, result);
        machine = result.machine;
        reached.add(machine.state);
      }
    }),
    { numRuns: 500, seed: 4271 },
  );
  t.equal(reached.size, 6, "and the sequences reach every state");
  t.end();
});
