import t from "tap";
import {
  type Collision,
  type CollisionOutcome,
  type Direction,
  resolveCollision,
  State,
} from "../../../bgp/fsm/index.ts";

const LOW = 0x0a000001;
/** Above 2^31, so that a signed comparison would get it wrong. */
const HIGH = 0xc0a80001;
const SMALL_AS = 64500;
/** Needs four bytes, and is smaller than SMALL_AS in its low two. */
const LARGE_AS = 65536;

/** The whole outcome in one word: who stays, and how the other goes. */
function text(outcome: CollisionOutcome): string {
  if (outcome.keep === "both") return "both";
  return outcome.dump.type === "OpenCollisionDump" && outcome.dump.silent === true
    ? `${outcome.keep} silent`
    : outcome.keep;
}

function collision(changes: Partial<Collision>): Collision {
  return {
    localId: LOW,
    localAs: SMALL_AS,
    remoteId: HIGH,
    remoteAs: SMALL_AS,
    existing: { direction: "outbound", state: State.OpenConfirm },
    candidate: { direction: "inbound" },
    collisionDetectEstablishedState: false,
    gracefulRestart: false,
    ...changes,
  };
}

/** Who dominates: the greater identifier, among equal ones the larger AS (RFC 4271 §6.8, RFC 6286 §2.3). */
const ORDERS = [
  // local id, local AS, remote id, remote AS, dominant
  [LOW, SMALL_AS, HIGH, SMALL_AS, "remote"],
  [LOW, LARGE_AS, HIGH, SMALL_AS, "remote"],
  [LOW, SMALL_AS, HIGH, LARGE_AS, "remote"],
  [HIGH, SMALL_AS, LOW, SMALL_AS, "local"],
  [HIGH, LARGE_AS, LOW, SMALL_AS, "local"],
  [HIGH, SMALL_AS, LOW, LARGE_AS, "local"],
  [HIGH, SMALL_AS, HIGH, LARGE_AS, "remote"],
  [HIGH, LARGE_AS, HIGH, SMALL_AS, "local"],
  [LOW, SMALL_AS, LOW, LARGE_AS, "remote"],
  [LOW, LARGE_AS, LOW, SMALL_AS, "local"],
  // The same router twice: nobody dominates, and the rule falls to the local end.
  [LOW, SMALL_AS, LOW, SMALL_AS, "local"],
] as const;

/** By dominance, existing and candidate direction, for a pair that the identifiers decide. */
const BY_IDENTIFIER = {
  "remote outbound inbound": "candidate",
  "remote inbound outbound": "existing",
  "local outbound inbound": "existing",
  "local inbound outbound": "candidate",
  // One side opened both: it has given up the older.
  "remote inbound inbound": "candidate",
  "local inbound inbound": "candidate",
  "remote outbound outbound": "candidate",
  "local outbound outbound": "candidate",
} as const;

/** By state of the existing connection, then [detect Established, graceful restart]. */
const BY_STATE = [
  // state, detect, restart, candidate direction (or any), outcome ("identifier": as above)
  [State.Idle, "any", "any", "any", "candidate"],
  [State.Connect, "any", "any", "any", "candidate"],
  [State.Active, "any", "any", "any", "candidate"],
  [State.OpenSent, "any", "any", "any", "both"],
  [State.OpenConfirm, "any", "any", "any", "identifier"],
  [State.Established, false, false, "any", "existing"],
  [State.Established, true, false, "any", "identifier"],
  [State.Established, false, true, "inbound", "candidate silent"],
  [State.Established, true, true, "inbound", "candidate silent"],
  [State.Established, false, true, "outbound", "existing"],
  [State.Established, true, true, "outbound", "identifier"],
] as const;

const DIRECTIONS: readonly Direction[] = ["inbound", "outbound"];
const BOOLEANS = [false, true];

function wanted(row: (typeof BY_STATE)[number], key: string): string | undefined {
  const outcome = row[4];
  if (outcome !== "identifier") return outcome;
  return new Map<string, string>(Object.entries(BY_IDENTIFIER)).get(key);
}

t.test("every order, direction, state and option has the outcome of the table", (t) => {
  let cells = 0;
  for (const [localId, localAs, remoteId, remoteAs, dominant] of ORDERS) {
    for (const existing of DIRECTIONS) {
      for (const candidate of DIRECTIONS) {
        for (const state of Object.values(State)) {
          for (const detect of BOOLEANS) {
            for (const restart of BOOLEANS) {
              const rows = BY_STATE.filter(
                (row) =>
                  row[0] === state &&
                  (row[1] === "any" || row[1] === detect) &&
                  (row[2] === "any" || row[2] === restart) &&
                  (row[3] === "any" || row[3] === candidate),
              );
              const [row] = rows;
              if (row === undefined || rows.length !== 1) throw new Error(`one row for ${state} ${detect} ${restart}`);
              const outcome = resolveCollision({
                localId,
                localAs,
                remoteId,
                remoteAs,
                existing: { direction: existing, state },
                candidate: { direction: candidate },
                collisionDetectEstablishedState: detect,
                gracefulRestart: restart,
              });
              const key = `${dominant} ${existing} ${candidate}`;
              t.equal(text(outcome), wanted(row, key), `${key} ${state} detect=${detect} restart=${restart}`);
              cells += 1;
            }
          }
        }
      }
    }
  }
  t.equal(cells, ORDERS.length * 2 * 2 * 6 * 2 * 2);
  t.end();
});

t.test("both ends keep the same connection, whichever OPEN comes first", (t) => {
  const mirrored: Record<Direction, Direction> = { inbound: "outbound", outbound: "inbound" };
  for (const [localId, localAs, remoteId, remoteAs] of ORDERS.slice(0, 10)) {
    for (const here of DIRECTIONS) {
      for (const there of DIRECTIONS) {
        const ours = resolveCollision(
          collision({
            localId,
            localAs,
            remoteId,
            remoteAs,
            existing: { direction: mirrored[here], state: State.OpenConfirm },
            candidate: { direction: here },
          }),
        );
        const theirs = resolveCollision(
          collision({
            localId: remoteId,
            localAs: remoteAs,
            remoteId: localId,
            remoteAs: localAs,
            existing: { direction: mirrored[there], state: State.OpenConfirm },
            candidate: { direction: there },
          }),
        );
        const kept = ours.keep === "candidate" ? here : mirrored[here];
        const keptThere = theirs.keep === "candidate" ? there : mirrored[there];
        t.equal(keptThere, mirrored[kept], "what is outbound here is inbound there");
      }
    }
  }
  t.end();
});

t.test("the loser is told with an event its machine understands", (t) => {
  t.same(resolveCollision(collision({})), { keep: "candidate", dump: { type: "OpenCollisionDump" } });
  t.end();
});
