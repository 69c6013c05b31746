import t from "tap";
import { INITIAL, step } from "../../bfd/fsm.ts";
import type { FsmEvent, Machine } from "../../bfd/fsm.ts";
import { State } from "../../bfd/packet.ts";

/** "Down 3: down transmit": the next state, its diagnostic and the actions. The machine had diagnostic 9 before. */
function run(state: State, event: FsmEvent): string {
  const { machine, actions } = step({ state, diagnostic: 9 }, event);
  return [`${machine.state} ${machine.diagnostic}`, ...actions.map(({ type }) => type)].join(" ");
}

/** Own state by received state: AdminDown, Down, Init, Up (RFC 5880 §6.8.6). */
const GRID: Record<State, readonly [string, string, string, string]> = {
  AdminDown: ["AdminDown 9 discard", "AdminDown 9 discard", "AdminDown 9 discard", "AdminDown 9 discard"],
  Down: ["Down 9", "Init 9 transmit", "Up 0 up transmit", "Down 9"],
  Init: ["Down 3 transmit", "Init 9", "Up 0 up transmit", "Up 0 up transmit"],
  Up: ["Down 3 down transmit", "Down 3 down transmit", "Up 9", "Up 9"],
};

t.test("each state takes each received state as the RFC says", (t) => {
  for (const own of Object.values(State)) {
    const row = Object.values(State).map((state) => run(own, { type: "packet", state }));
    t.same(row, GRID[own], own);
  }
  t.end();
});

/** Detection time expired, path down, admin down, admin up. */
const OTHERS: Record<State, readonly [string, string, string, string]> = {
  AdminDown: ["AdminDown 9", "AdminDown 9", "AdminDown 9", "Down 0 transmit"],
  Down: ["Down 9", "Down 9", "AdminDown 7 transmit", "Down 9"],
  Init: ["Down 1 transmit", "Down 5 transmit", "AdminDown 7 transmit", "Init 9"],
  Up: ["Down 1 down transmit", "Down 5 down transmit", "AdminDown 7 down transmit", "Up 9"],
};

t.test("each state takes what is not a packet", (t) => {
  const events: readonly FsmEvent[] = [
    { type: "detectionExpired" },
    { type: "pathDown", diagnostic: 5 },
    { type: "adminDown" },
    { type: "adminUp" },
  ];
  for (const own of Object.values(State))
    t.same(
      events.map((event) => run(own, event)),
      OTHERS[own],
      own,
    );
  t.end();
});

t.test("a session begins Down without a diagnostic, and a machine is never changed in place", (t) => {
  const machine: Machine = Object.freeze({ ...INITIAL });
  t.same(machine, { state: "Down", diagnostic: 0 });
  t.not(step(machine, { type: "packet", state: "Init" }).machine, machine);
  t.end();
});
