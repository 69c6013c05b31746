/** All tables of a speaker, and where each peer stands. */
import { sameRoute } from "./equal.ts";
import { RouteTable } from "./table.ts";
import type { Change, ChangeItem } from "./table.ts";
import type { PrefixKey } from "./key.ts";
import type { Route, RouteChange } from "./types.ts";

/** A peer's place: a version of a table. */
export interface Position {
  table: RouteTable;
  version: number;
}

/** The items of several changes as those of one, last state wins; none where a prefix is back to what it was. */
function joined(changes: readonly (readonly ChangeItem[])[]): ChangeItem[] {
  const all = new Map<PrefixKey, ChangeItem>();
  for (const { key, before, after } of changes.flat()) {
    const known = all.get(key);
    const first = known === undefined ? before : known.before;
    if (first === after || (first !== undefined && after !== undefined && sameRoute(first, after))) all.delete(key);
    else all.set(key, { key, before: first, after });
  }
  return [...all.values()];
}

/** The way back. */
export function reversed(changes: readonly Change[]): ChangeItem[] {
  return joined(
    changes
      .toReversed()
      .map(({ items }) => items.map(({ key, before, after }) => ({ key, before: after, after: before }))),
  );
}

function sameItems(a: readonly ChangeItem[], b: readonly ChangeItem[]): boolean {
  if (a.length !== b.length) return false;
  return a.every(({ key, after }, i) => {
    const other = b[i];
    if (other === undefined || other.key !== key) return false;
    return after === undefined || other.after === undefined ? after === other.after : sameRoute(after, other.after);
  });
}

export class Tables {
  readonly #tables = new Map<RouteTable, Set<Position>>();

  /** Whether some peer has this very list, by a look that costs next to nothing; its routes need no other check. */
  knows(list: readonly Route[]): boolean {
    return this.#tables.keys().some((table) => table.follows(list));
  }

  /** The first list of a peer: the table of a peer that has an equal one, or a new one. */
  enter(list: readonly Route[]): Position {
    const table = this.#equal(list) ?? this.#create(list);
    const position = { table, version: table.version };
    this.#join(position);
    return position;
  }

  /** Replaces the list of a peer; answers the changes it has to make, in order. */
  set(position: Position, list: readonly Route[]): readonly Change[] {
    const { table, version } = position;
    const behind = table.after(version);
    const items = table.difference(list);
    if (items.length === 0) {
      this.#move(position, table, table.version);
      return behind;
    }
    const other = this.#equal(list);
    if (other === undefined && behind.length === 0) return [this.#append(position, items)];
    const target = other ?? this.#create(list);
    this.#move(position, target, target.version);
    return [{ items: joined([...behind.map((change) => change.items), items]) }];
  }

  /** Changes the list of a peer; answers the changes it has to make, in order. */
  update(position: Position, change: RouteChange): readonly Change[] {
    const { table, version } = position;
    const items = table.resolve(change, version);
    if (items.length === 0) return [];
    const [next] = table.after(version);
    if (next === undefined) return [this.#append(position, items)];
    // Others have gone on from here: by the same change, or this peer goes its own way.
    if (sameItems(items, next.items)) {
      this.#move(position, table, version + 1);
      return [next];
    }
    this.#split(position);
    return [this.#append(position, items)];
  }

  /** Another peer that stands where this one does. */
  fork({ table, version }: Position): Position {
    const position = { table, version };
    this.#join(position);
    return position;
  }

  leave(position: Position): void {
    const members = this.#tables.get(position.table);
    members?.delete(position);
    position.table.leave(position.version);
    if (members?.size === 0) this.#tables.delete(position.table);
  }

  /** The route that some peer has of a prefix. */
  find(key: PrefixKey): Route | undefined {
    for (const [table, version] of this.#places()) {
      const route = table.at(version, key);
      if (route !== undefined) return route;
    }
    return undefined;
  }

  /** All routes; of a prefix that peers have different ones of, the same as `find`. */
  union(): ReadonlyMap<PrefixKey, Route> {
    const all = new Map<PrefixKey, Route>();
    for (const [table, version] of this.#places()) {
      const whole = version === table.version ? table : table.copy(version);
      whole.each((key, route) => {
        if (!all.has(key)) all.set(key, route);
      });
    }
    return all;
  }

  /** Where peers stand, each place once. */
  *#places(): Generator<readonly [table: RouteTable, version: number], void, undefined> {
    for (const [table, positions] of this.#tables) {
      for (const version of new Set(Array.from(positions, (position) => position.version))) yield [table, version];
    }
  }

  #equal(list: readonly Route[]): RouteTable | undefined {
    return this.#tables.keys().find((table) => table.equals(list));
  }

  #create(list: readonly Route[]): RouteTable {
    const table = new RouteTable();
    table.fill(list);
    return table;
  }

  #join(position: Position): void {
    const members = this.#tables.get(position.table);
    if (members === undefined) this.#tables.set(position.table, new Set([position]));
    else members.add(position);
    position.table.join(position.version);
  }

  #move(position: Position, table: RouteTable, version: number): void {
    const before = { ...position };
    if (table === before.table) {
      table.join(version);
      table.leave(before.version);
      position.version = version;
      return;
    }
    this.leave(position);
    position.table = table;
    position.version = version;
    this.#join(position);
  }

  #append(position: Position, items: readonly ChangeItem[]): Change {
    const { table } = position;
    const change = table.append(items);
    this.#move(position, table, table.version);
    if (table.overgrown) {
      for (const other of this.#tables.get(table) ?? []) if (other.version === table.oldest) this.#split(other);
    }
    return change;
  }

  /** A table of its own, as it stands. */
  #split(position: Position): void {
    const table = position.table.copy(position.version);
    this.#move(position, table, table.version);
  }
}
