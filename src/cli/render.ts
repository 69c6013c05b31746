/** Plans as text for people. */
import { termsText } from "../model/attribute-texts.ts";
import type { Change, PlanDifference } from "./diff.ts";
import type { AddressRow, PlanReport, ProblemRow, ReasonRow, RouteRow } from "./offline.ts";
import { indent, lines, section } from "./sections.ts";
import { table } from "./table.ts";

const ADDRESS_COLUMNS = ["SERVICE", "ADDRESSES", "POOL", "NOTE"];
const ROUTE_COLUMNS = ["NODE", "PEER", "PREFIX", "SERVICES", "ADVERTISEMENTS", "COMMUNITIES", "ATTRIBUTES"];
const REASON_COLUMNS = ["NODE", "SERVICE", "REASON", "WHY"];

function addressCells({ service, addresses, pool = "-", pending = "" }: AddressRow): string[] {
  return [service, addresses.join(", ") || "-", pool, pending];
}

function routeCells({ node, peer, prefix, services, advertisements, communities, ...terms }: RouteRow): string[] {
  const lists = [services, advertisements, communities].map((list) => list.join(", ") || "-");
  return [node, peer, prefix, ...lists, termsText(terms) || "-"];
}

function reasonCells({ node, service, peer, code, text }: ReasonRow): string[] {
  return [node, service ?? `(peer ${peer ?? ""})`, code, text];
}

/** "error: IPAddressPool a/b: spec.addresses[1]: what is wrong; what would be right (file:line)". */
export function problemLine({ severity, object, field, what, fix, file, line }: ProblemRow): string {
  const where = file === undefined ? "" : ` (${file}:${line ?? 1})`;
  const path = [object, field].filter((part) => part !== "").join(": ");
  return `${severity}: ${path === "" ? "" : `${path}: `}${what}${fix === "" ? "" : `; ${fix}`}${where}`;
}

export function renderReport(report: PlanReport): string {
  const parts = [
    section("Addresses", ADDRESS_COLUMNS, report.addresses.map(addressCells), "No Service of type LoadBalancer."),
    section("Routes", ROUTE_COLUMNS, report.routes.map(routeCells), "Nothing is announced."),
  ];
  if (report.reasons.length > 0) parts.push(section("Not announced", REASON_COLUMNS, report.reasons.map(reasonCells)));
  if (report.problems.length > 0) parts.push(lines("Problems", report.problems.map(problemLine)));
  if (report.assumptions.length > 0) parts.push(lines("Assumed", report.assumptions));
  return parts.join("\n");
}

export function renderDifferences(difference: PlanDifference): string {
  const parts = [
    changed("Addresses", ADDRESS_COLUMNS, difference.addresses, addressCells),
    changed("Routes", ROUTE_COLUMNS, difference.routes, routeCells),
    changed("Not announced", REASON_COLUMNS, difference.reasons, reasonCells),
    changed("Problems", ["PROBLEM"], difference.problems, (row) => [problemLine(row)]),
  ].filter((part) => part !== "");
  return parts.length === 0 ? "No difference.\n" : parts.join("\n");
}

function changed<Row>(
  title: string,
  header: readonly string[],
  { removed, added }: Change<Row>,
  cells: (row: Row) => string[],
): string {
  const rows = [...removed.map((row) => ["-", ...cells(row)]), ...added.map((row) => ["+", ...cells(row)])];
  return rows.length === 0 ? "" : `${title}\n${indent(table(["", ...header], rows))}`;
}
