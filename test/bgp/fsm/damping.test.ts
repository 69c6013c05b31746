import type { NotificationError } from "bgp-ts-codec";
import t from "tap";
import {
  countsForDamping,
  type DownReason,
  type FsmEvent,
  initialMachine,
  type Machine,
  nextIdleHoldTime,
  step,
} from "../../../bgp/fsm/index.ts";
import { CONFIG } from "./fixtures.ts";

const damping = { initial: 5, max: 60 };

t.test("the hold in Idle starts small and doubles up to its maximum", (t) => {
  const times: number[] = [];
  let previous = 0;
  for (let error = 0; error < 6; error += 1) {
    previous = nextIdleHoldTime(damping, previous);
    times.push(previous);
  }
  t.same(times, [5, 10, 20, 40, 60, 60]);
  t.equal(nextIdleHoldTime({ initial: 90, max: 60 }, 0), 60, "the maximum bounds the first one too");
  t.end();
});

function cease(subcode: number, ...data: number[]): NotificationError {
  return { code: 6, subcode, data: Uint8Array.from(data) };
}

t.test("which endings count", (t) => {
  const rows: readonly [DownReason, NotificationError | undefined, boolean][] = [
    ["manual-stop", undefined, false],
    ["manual-stop", cease(2), false],
    ["collision", cease(7), false],
    ["connection-failed", undefined, false],
    ["connect-retry", undefined, false],
    ["hold-timer-expired", undefined, true],
    ["send-hold-timer-expired", undefined, true],
    ["header-error", undefined, true],
    ["open-error", undefined, true],
    ["update-error", undefined, true],
    ["fsm-error", undefined, true],
    ["automatic-stop", undefined, false],
    ["automatic-stop", cease(1), true],
    ["automatic-stop", cease(8), true],
    ["automatic-stop", cease(6), false],
    ["automatic-stop", cease(10), false],
    ["notification-received", undefined, true],
    ["notification-received", { code: 2, subcode: 2, data: new Uint8Array(0) }, true],
    ["notification-received", { code: 4, subcode: 0, data: new Uint8Array(0) }, true],
    ["notification-received", cease(0), false],
    ["notification-received", cease(1), true],
    ["notification-received", cease(2), true],
    ["notification-received", cease(3), true],
    ["notification-received", cease(4), false],
    ["notification-received", cease(5), true],
    ["notification-received", cease(6), false],
    ["notification-received", cease(7), false],
    ["notification-received", cease(8), true],
    ["notification-received", cease(10), false],
    // Hard Reset: what it wraps decides (RFC 8538 §3).
    ["notification-received", cease(9, 6, 2), true],
    ["notification-received", cease(9, 6, 4), false],
    ["notification-received", cease(9, 3, 1), true],
    ["notification-received", cease(9, 6, 9, 6, 3), true],
    ["notification-received", cease(9, 6), false],
    ["notification-received", cease(9), false],
  ];
  for (const [reason, notification, counts] of rows) {
    const name = `${reason} ${notification?.code ?? "-"}/${notification?.subcode ?? "-"} ${notification?.data.join(" ") ?? ""}`;
    t.equal(countsForDamping(reason, notification), counts, name);
  }
  t.end();
});

/** Feeds the events; answers the machine and the seconds of each IdleHoldTimer started. */
function run(events: readonly FsmEvent[], from: Machine = initialMachine(CONFIG)): [Machine, number[]] {
  const held: number[] = [];
  let machine = from;
  for (const event of events) {
    const result = step(CONFIG, machine, event);
    machine = result.machine;
    for (const action of result.actions) {
      if (action.type === "startTimer" && action.timer === "IdleHold") held.push(action.seconds);
    }
  }
  return [machine, held];
}

const NO_ROUTE: FsmEvent = { type: "TcpConnectionFails" };
const AGAIN: FsmEvent = { type: "IdleHoldTimerExpires" };
const UP: readonly FsmEvent[] = [
  { type: "TcpCrAcked" },
  { type: "BgpOpen", holdTime: 90, keepaliveTime: 30 },
  { type: "KeepAliveMsg" },
];
const BAD_OPEN: readonly FsmEvent[] = [
  { type: "TcpCrAcked" },
  { type: "BgpOpenMsgErr", notification: { code: 2, subcode: 2, data: new Uint8Array(0) } },
];

t.test("refused connections are retried at one pace for ever", (t) => {
  const round: readonly FsmEvent[] = [NO_ROUTE, AGAIN];
  const [machine, held] = run([{ type: "ManualStart" }, ...round, ...round, ...round, ...round]);
  t.same(held, [120, 120, 120, 120]);
  t.match(machine, { state: "Connect", connectRetryCounter: 0, idleHoldTime: 0 });
  t.end();
});

t.test("errors are answered by ever longer holds, and a start by hand clears them", (t) => {
  const round = [...BAD_OPEN, AGAIN];
  const [machine, held] = run([{ type: "ManualStart" }, ...round, ...round, ...round, ...BAD_OPEN]);
  t.same(held, [60, 120, 240, 300]);
  t.match(machine, { state: "Idle", connectRetryCounter: 4, idleHoldTime: 300, held: true });
  const [restarted] = run([{ type: "ManualStart" }], machine);
  t.match(restarted, { state: "Connect", connectRetryCounter: 0, idleHoldTime: 0, held: false });
  const [automatic] = run([{ type: "AutomaticStart" }], machine);
  t.match(automatic, { state: "Connect", connectRetryCounter: 0, idleHoldTime: 300, held: false });
  t.end();
});

t.test("only a penalty holds the machine, and whatever stops the wait ends it", (t) => {
  const [held] = run([{ type: "ManualStart" }, ...BAD_OPEN]);
  t.match(held, { held: true, idleHoldTime: 60 });
  t.match(run([AGAIN], held)[0], { state: "Connect", held: false, idleHoldTime: 60 });
  t.match(run([AGAIN, NO_ROUTE], held)[0], { state: "Idle", held: false, idleHoldTime: 60 });
  t.match(run([{ type: "ManualStop" }], held)[0], { state: "Idle", held: false, idleHoldTime: 0, running: [] });
  t.match(run([{ type: "OpenCollisionDump" }], held)[0], { state: "Idle", held: false, idleHoldTime: 60, running: [] });
  t.match(run([{ type: "ManualStartPassive" }], held)[0], { state: "Active", held: false, idleHoldTime: 0 });
  t.match(run([{ type: "AutomaticStartPassive" }], held)[0], { state: "Active", held: false, idleHoldTime: 60 });
  t.match(run([AGAIN, { type: "ManualStop" }], held)[0], { state: "Idle", held: false, idleHoldTime: 0, running: [] });
  t.end();
});

t.test("a refused connection between two errors does not shorten the second hold", (t) => {
  const [, held] = run([{ type: "ManualStart" }, ...BAD_OPEN, AGAIN, NO_ROUTE, AGAIN, ...BAD_OPEN]);
  t.same(held, [60, 120, 120]);
  t.end();
});

t.test("a session that stays up long enough forgets the errors before it", (t) => {
  const lost: FsmEvent = { type: "HoldTimerExpires" };
  const [, soon] = run([{ type: "ManualStart" }, ...BAD_OPEN, AGAIN, ...UP, lost]);
  t.same(soon, [60, 400, 120], "an error before the stable time is over doubles the hold");
  const [, late] = run([{ type: "ManualStart" }, ...BAD_OPEN, AGAIN, ...UP, AGAIN, lost]);
  t.same(late, [60, 400, 60], "an error after it starts anew");
  t.end();
});

t.test("without a stable time of its own the maximum is taken", (t) => {
  const config = { ...CONFIG, damping };
  const machine: Machine = { ...initialMachine(config, 5), state: "OpenConfirm", holdTime: 90, keepaliveTime: 30 };
  const { actions } = step(config, machine, { type: "KeepAliveMsg" });
  t.match(
    actions.filter((action) => action.type === "startTimer" && action.timer === "IdleHold"),
    [{ seconds: 60, jitter: false }],
  );
  t.end();
});
