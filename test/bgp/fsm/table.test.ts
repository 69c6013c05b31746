import { readFileSync } from "node:fs";
import t from "tap";
import {
  type Action,
  EventNumber,
  type FsmEvent,
  State,
  step,
  type Step,
  type TimerName,
} from "../../../bgp/fsm/index.ts";
import { configWith, isKnownWord, machineWith } from "./fixtures.ts";

/** One row of the table: what a state answers to an event. */
interface Row {
  readonly line: number;
  readonly state: State;
  readonly number: number;
  readonly name: FsmEvent["type"];
  readonly argument: string | undefined;
  readonly words: readonly string[];
  readonly next: string;
  readonly counter: number;
  readonly reason: string;
  readonly actions: string;
  readonly source: string;
}

const ROWS = parse(readFileSync(new URL("../../data/bgp/fsm/transitions.txt", import.meta.url), "utf8"));

t.test("every row of the table holds", (t) => {
  for (const row of ROWS) {
    const machine = machineWith(row.state, row.words);
    const result = step(configWith(row.words), machine, eventOf(row));
    const wanted = { next: row.next, counter: row.counter, reason: row.reason, actions: row.actions };
    t.same(
      {
        next: result.machine.state,
        counter: result.machine.connectRetryCounter,
        reason: result.reason ?? "",
        actions: result.actions.map(actionText).join(", "),
      },
      wanted,
      `line ${row.line}: ${row.state} ${row.name} ${row.words.join(" ")} (${row.source})`,
    );
    t.same(
      [...result.machine.running].sort(),
      runningAfter(machine.running, row.name, result).sort(),
      `line ${row.line}: the machine knows which timers run`,
    );
  }
  t.end();
});

t.test("every state has a row for every event, numbered as in the RFC", (t) => {
  for (const row of ROWS) {
    t.equal(row.number, EventNumber[row.name], `line ${row.line}: ${row.name}`);
    t.ok(row.source.length > 0, `line ${row.line}: says why`);
    t.ok(row.words.every(isKnownWord), `line ${row.line}: known words only`);
  }
  const cells = new Set(ROWS.map((row) => `${row.state} ${row.name}`));
  for (const state of Object.values(State)) {
    for (const name of Object.keys(EventNumber)) t.ok(cells.has(`${state} ${name}`), `${state} ${name}`);
  }
  t.equal(cells.size, 6 * 29);
  t.equal(new Set(ROWS.map((row) => [row.state, row.name, row.argument, ...row.words].join(" "))).size, ROWS.length);
  t.end();
});

t.test("a step leaves the machine it was given as it was", (t) => {
  for (const row of ROWS) {
    const machine = machineWith(row.state, row.words);
    const before = structuredClone(machine);
    step(configWith(row.words), machine, eventOf(row));
    t.same(machine, before);
  }
  t.end();
});

function parse(text: string): Row[] {
  return text
    .split("\n")
    .map((content, index) => ({ content, line: index + 1 }))
    .filter(({ content }) => content !== "" && !content.startsWith("#"))
    .map(({ content, line }) => parseRow(content, line));
}

function parseRow(content: string, line: number): Row {
  const cells = content.split("|").map((cell) => cell.trim());
  const [state = "", event = "", words = "", next = "", counter = "", reason = "", actions = "", source = ""] = cells;
  const [number, name, argument] = event.split(" ");
  if (!isState(state) || !isEventName(name)) throw new Error(`transitions.txt line ${line}: ${content}`);
  return {
    line,
    state,
    number: Number(number),
    name,
    argument,
    words: words === "" ? [] : words.split(" "),
    next,
    counter: Number(counter),
    reason,
    actions,
    source,
  };
}

function isState(text: string): text is State {
  return text in State;
}

function isEventName(text: string | undefined): text is FsmEvent["type"] {
  return text !== undefined && text in EventNumber;
}

function eventOf({ name, argument }: Row): FsmEvent {
  const [first = 0, second = 0] = (argument ?? "").split("/").map(Number);
  const data = new Uint8Array(0);
  const notification = { code: first, subcode: second, data };
  switch (name) {
    case "ManualStop":
    case "AutomaticStop":
      return argument === "silent" ? { type: name } : { type: name, cease: { subcode: second, data } };
    case "BgpOpen":
    case "BgpOpenWithDelayOpenTimerRunning":
      return { type: name, holdTime: first, keepaliveTime: second };
    case "BgpHeaderErr":
    case "BgpOpenMsgErr":
    case "UpdateMsgErr":
    case "NotifMsg":
      return { type: name, notification };
    case "OpenCollisionDump":
      return argument === "silent" ? { type: name, silent: true } : { type: name };
    case "UpdateMsg":
      return argument === "refresh" ? { type: name, routeRefresh: true } : { type: name };
    default:
      return { type: name };
  }
}

function actionText(action: Action): string {
  switch (action.type) {
    case "startTimer":
      return `+${action.timer} ${action.seconds}${action.jitter ? "~" : ""}`;
    case "stopTimer":
      return `-${action.timer}`;
    case "sendNotification": {
      const { code, subcode, data } = action.notification;
      return ["notify", `${code}/${subcode}`, ...[...data].map((byte) => byte.toString(16).padStart(2, "0"))].join(" ");
    }
    case "sendOpen":
      return "open";
    case "sendKeepalive":
      return "keepalive";
    case "close":
      return action.abort === true ? "abort" : "close";
    case "processUpdate":
      return "update";
    case "connect":
    case "listen":
    case "up":
    case "down":
      return action.type;
  }
}

/** What runs when the actions are done: an expired timer does not, whatever is started does. */
function runningAfter(before: readonly TimerName[], event: FsmEvent["type"], { actions }: Step): TimerName[] {
  const running = new Set<TimerName>(before.filter((timer) => event !== `${timer}TimerExpires`));
  for (const action of actions) {
    if (action.type === "startTimer") running.add(action.timer);
    if (action.type === "stopTimer") running.delete(action.timer);
  }
  return [...running];
}
