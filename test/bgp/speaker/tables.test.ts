import { formatPrefix } from "bgp-ts-codec";
import { array, assert, constantFrom, integer, property, record } from "fast-check";
import t from "tap";
import type { Change } from "../../../bgp/speaker/table.ts";
import { reversed, Tables } from "../../../bgp/speaker/tables.ts";
import type { Position } from "../../../bgp/speaker/tables.ts";
import type { Route } from "@herald/bgp";
import { hostRoutes, prefix, route } from "../../support/bgp-lab.ts";

type State = Map<string, number | undefined>;

function apply(state: State, changes: readonly Change[]): void {
  for (const { items } of changes) {
    for (const { before, after } of items) {
      const text = formatPrefix((after ?? before)?.prefix ?? prefix("0.0.0.0/0"));
      if (state.has(text) !== (before !== undefined)) throw new Error(`${text}: not what was before`);
      if (before !== undefined && state.get(text) !== before.attributes.med) throw new Error(`${text}: another before`);
      if (after === undefined) state.delete(text);
      else state.set(text, after.attributes.med);
    }
  }
}

/** The routes at a peer's position, read through the table. */
function read({ table, version }: Position): State {
  const state: State = new Map();
  table.each((_key, one) => state.set(formatPrefix(one.prefix), one.attributes.med));
  apply(state, [{ items: reversed(table.after(version)) }]);
  return state;
}

const sorted = (state: State): string[] => [...state].map(([text, med]) => `${text} ${med}`).toSorted();

const anyRoute = record({ n: integer({ min: 0, max: 9 }), med: integer({ min: 0, max: 2 }) });
const change = record({
  set: array(anyRoute, { maxLength: 4 }),
  withdraw: array(integer({ min: 0, max: 9 }), { maxLength: 3 }),
});
const step = record({
  /** Which of the peers: all of them in most cases, as a host would. */
  peers: constantFrom([0, 1, 2], [0, 1, 2], [2, 1, 0], [0], [1, 2], [2]),
  whole: constantFrom(false, false, true),
  change,
});

const text = (n: number): string => `192.0.2.${n}/32`;

t.test("peers that share tables each have their own list, whatever the order they are told in", (t) => {
  assert(
    property(array(step, { maxLength: 30 }), (steps) => {
      const tables = new Tables();
      const start = hostRoutes(2);
      const peers = [0, 1, 2].map(() => {
        const model: State = new Map(start.map((one) => [formatPrefix(one.prefix), undefined]));
        return { position: tables.enter(start), model, seen: new Map(model) };
      });
      for (const { peers: who, whole, change } of steps) {
        for (const index of who) {
          const peer = peers[index];
          if (peer === undefined) continue;
          const set = change.set.map(({ n, med }): Route => route(text(n), { med }));
          if (whole) peer.model.clear();
          else for (const n of change.withdraw) peer.model.delete(text(n));
          for (const { n, med } of change.set) peer.model.set(text(n), med);
          const changes = whole
            ? tables.set(peer.position, set)
            : tables.update(peer.position, { set, withdraw: change.withdraw.map((n) => prefix(text(n))) });
          apply(peer.seen, changes);
        }
      }
      for (const { position, model, seen } of peers) {
        t.strictSame(sorted(seen), sorted(model));
        t.strictSame(sorted(read(position)), sorted(model));
        t.equal(position.table.sizeAt(position.version), model.size);
      }
      return t.passing();
    }),
    { numRuns: 300 },
  );
  t.end();
});

t.test("peers with equal lists share a table, and equal changes are one object", (t) => {
  const tables = new Tables();
  const positions = [0, 1, 2].map(() => tables.enter(hostRoutes(100)));
  t.equal(new Set(positions.map(({ table }) => table)).size, 1);
  const changes = positions.map(
    (position) => tables.update(position, { set: [route("192.0.2.1/32")], withdraw: [] })[0],
  );
  t.equal(new Set(changes).size, 1);
  const lists = positions.map((position) => tables.set(position, hostRoutes(50))[0]);
  t.equal(new Set(lists).size, 1);
  t.equal(new Set(positions.map(({ table }) => table)).size, 1);
  t.end();
});

t.test("a peer that stays behind gets a table of its own after a while, and may come back", (t) => {
  const tables = new Tables();
  const first = tables.enter(hostRoutes(3));
  const second = tables.enter(hostRoutes(3));
  for (let med = 0; med < 100; med++) tables.update(first, { set: [route("192.0.2.1/32", { med })], withdraw: [] });
  t.not(first.table, second.table);
  t.equal(second.table.sizeAt(second.version), 3);
  t.same(
    tables.set(second, [...hostRoutes(3), route("192.0.2.1/32", { med: 99 })]).map(({ items }) => items.length),
    [1],
  );
  t.equal(first.table, second.table);
  tables.leave(first);
  tables.leave(second);
  t.not(tables.enter(hostRoutes(3)).table, first.table);
  t.end();
});
