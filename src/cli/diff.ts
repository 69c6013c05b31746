/** What changes from one plan to another: rows that go, rows that come. */
import type { AddressRow, PlanReport, ProblemRow, ReasonRow, RouteRow } from "./offline.ts";

export interface Change<Row> {
  readonly removed: readonly Row[];
  readonly added: readonly Row[];
}

/** A row that changes in any column goes as it was and comes as it is. */
export interface PlanDifference {
  readonly addresses: Change<AddressRow>;
  readonly routes: Change<RouteRow>;
  readonly reasons: Change<ReasonRow>;
  readonly problems: Change<ProblemRow>;
}

export function differences(before: PlanReport, after: PlanReport): PlanDifference {
  return {
    addresses: change(before.addresses, after.addresses),
    routes: change(before.routes, after.routes),
    reasons: change(before.reasons, after.reasons),
    problems: change(before.problems, after.problems, ({ file: _file, line: _line, ...what }) => what),
  };
}

/** `essence` is what of a row has to differ: where in a file a problem stands is not news. */
function change<Row>(
  before: readonly Row[],
  after: readonly Row[],
  essence: (row: Row) => unknown = (row) => row,
): Change<Row> {
  const key = (row: Row): string => JSON.stringify(essence(row));
  const had = new Set(before.map(key));
  const has = new Set(after.map(key));
  return { removed: before.filter((row) => !has.has(key(row))), added: after.filter((row) => !had.has(key(row))) };
}
