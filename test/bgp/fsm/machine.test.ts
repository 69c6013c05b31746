import t from "tap";
import {
  acceptsConnections,
  EventNumber,
  expiryEvent,
  initialMachine,
  startEvent,
  step,
  TimerName,
} from "../../../bgp/fsm/index.ts";
import { CONFIG, configWith, machineIn } from "./fixtures.ts";

t.test("a machine begins in Idle, with nothing running", (t) => {
  t.same(initialMachine(CONFIG), {
    state: "Idle",
    connectRetryCounter: 0,
    holdTime: 0,
    keepaliveTime: 0,
    idleHoldTime: 0,
    held: false,
    running: [],
  });
  t.end();
});

t.test("the damping of an earlier machine carries over within the limits of the configuration", (t) => {
  t.equal(initialMachine(CONFIG, 120).idleHoldTime, 120);
  t.equal(initialMachine(CONFIG, 900).idleHoldTime, 300);
  t.equal(initialMachine(configWith(["undamped"]), 120).idleHoldTime, 0);
  t.end();
});

t.test("the start of a passive peer is passive", (t) => {
  t.same(startEvent(CONFIG), { type: "ManualStart" });
  t.same(startEvent(configWith(["passive"])), { type: "ManualStartPassive" });
  t.end();
});

t.test("every timer has its expiry event", (t) => {
  for (const timer of Object.values(TimerName)) {
    t.equal(expiryEvent(timer).type, `${timer}TimerExpires`);
    t.ok(expiryEvent(timer).type in EventNumber);
  }
  t.end();
});

t.test("connections from the peer are taken unless the machine is stopped or held", (t) => {
  const idle = machineIn("Idle");
  t.notOk(acceptsConnections(idle), "not started");
  t.ok(acceptsConnections({ ...idle, running: ["IdleHold"] }), "waits to dial again");
  t.notOk(acceptsConnections({ ...idle, running: ["IdleHold"], held: true }), "held as a penalty");
  for (const state of ["Connect", "Active", "OpenSent", "OpenConfirm", "Established"] as const) {
    t.ok(acceptsConnections(machineIn(state)), state);
  }
  t.end();
});

t.test("an OPEN settles the times, and the end of the session clears them", (t) => {
  const open = step(CONFIG, machineIn("OpenSent"), { type: "BgpOpen", holdTime: 9, keepaliveTime: 3 }).machine;
  t.match(open, { holdTime: 9, keepaliveTime: 3 });
  t.match(step(CONFIG, open, { type: "TcpConnectionFails" }).machine, { holdTime: 0, keepaliveTime: 0 });
  t.end();
});

t.test("a KEEPALIVE time of zero beside a hold time starts no KeepaliveTimer", (t) => {
  const { machine } = step(CONFIG, machineIn("OpenSent"), { type: "BgpOpen", holdTime: 90, keepaliveTime: 0 });
  t.same(machine.running, ["Hold"]);
  t.end();
});

t.test("a long hold time doubles into the send hold time", (t) => {
  const { actions } = step(CONFIG, { ...machineIn("OpenConfirm"), holdTime: 300 }, { type: "KeepAliveMsg" });
  t.match(actions, [{ timer: "Hold" }, { type: "startTimer", timer: "SendHold", seconds: 600, jitter: false }]);
  t.end();
});

t.test("the Cease of a stop goes out as it was given", (t) => {
  const data = Uint8Array.of(2, 0x62, 0x79);
  const { actions } = step(CONFIG, machineIn("Established"), { type: "ManualStop", cease: { subcode: 2, data } });
  t.same(
    actions.filter((action) => action.type === "sendNotification"),
    [{ type: "sendNotification", notification: { code: 6, subcode: 2, data } }],
  );
  t.end();
});

t.test("the reason of an ending stands in its down action too", (t) => {
  const result = step(CONFIG, machineIn("Established"), { type: "HoldTimerExpires" });
  t.same(result.actions.at(-1), { type: "down", reason: "hold-timer-expired" });
  t.end();
});
