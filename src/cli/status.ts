/** `herald status`: what a running agent does, as tables. */
import { termsText } from "../model/attribute-texts.ts";
import type { AgentStatus, PeerStatus, ServiceStatus } from "../http/index.ts";
import { askStatus } from "./ask.ts";
import type { StatusArguments } from "./options.ts";
import { indent, lines, section } from "./sections.ts";
import { Exit } from "./system.ts";
import type { System } from "./system.ts";

const PEER_COLUMNS = [
  "PEER",
  "ADDRESS",
  "STATE",
  "SINCE",
  "ROUTES",
  "SENT",
  "PENDING",
  "UNSENT",
  "RECEIVED",
  "LAST ERROR",
];
const SERVICE_COLUMNS = ["SERVICE", "ADDRESSES", "POOL", "PEERS", "NOTE"];
const ROUTE_COLUMNS = ["PEER", "PREFIX", "SERVICES", "COMMUNITIES", "ATTRIBUTES"];

export async function runStatus(options: StatusArguments, system: System): Promise<Exit> {
  const status = await askStatus(options.http, system);
  system.out(options.output === "json" ? `${JSON.stringify(status, undefined, 2)}\n` : render(status, options));
  return Exit.Ok;
}

function render(status: AgentStatus, { peers, services, routes, problems }: StatusArguments): string {
  const all = ![peers, services, routes, problems].includes(true);
  const parts = all ? [heading(status)] : [];
  if (all || peers === true) parts.push(...peerParts(status));
  if (all || services === true) {
    parts.push(
      section("Services", SERVICE_COLUMNS, status.services.map(serviceCells), "No Service of type LoadBalancer."),
    );
  }
  if (routes === true) parts.push(section("Routes", ROUTE_COLUMNS, routeRows(status), "Nothing is announced."));
  if (problems === true || (all && status.problems.length > 0)) {
    const texts = status.problems.map(({ severity, text }) => `${severity}: ${text}`);
    parts.push(texts.length > 0 ? lines("Problems", texts) : "Problems\n  None.\n");
  }
  return parts.join("\n");
}

function heading({ version, roles, node, ready, waiting, objects, backend }: AgentStatus): string {
  const words = [
    `herald ${version}`,
    roles.join(" and "),
    ...(node === undefined ? [] : [`node ${node}`]),
    ...(backend === undefined ? [] : [`backend ${backend}`]),
    `${objects} object${objects === 1 ? "" : "s"}`,
    ready ? "ready" : `waiting for ${waiting.join(", ")}`,
  ];
  return `${words.join(", ")}\n`;
}

function peerParts({ roles, peers }: AgentStatus): string[] {
  if (!roles.includes("speaker")) return [];
  const unsent = peers.flatMap(({ peer, unsent }) =>
    [...Map.groupBy(unsent, ({ reason }) => reason)].map(
      ([reason, routes]) => `not sent to ${peer}: ${routes.map(({ prefix }) => prefix).join(", ")}: ${reason}`,
    ),
  );
  const shown = section("Peers", PEER_COLUMNS, peers.map(peerCells), "No peer of this node.");
  return [unsent.length === 0 ? shown : shown + indent(unsent.map((text) => `${text}\n`).join(""))];
}

function peerCells(status: PeerStatus): string[] {
  const { peer, address = "-", state, since = "-", routes, advertised, pending, unsent, lastError = "" } = status;
  const counts = [routes, advertised, pending, unsent.length, status.receivedPrefixes];
  return [peer, address, state, since, ...counts.map((count) => `${count ?? "-"}`), lastError];
}

function serviceCells({ service, addresses, pool = "-", peers, pending, reasons }: ServiceStatus): string[] {
  const note = [...(pending === undefined ? [] : [pending]), ...reasons].join("; ");
  return [service, addresses.join(", ") || "-", pool, peers.join(", ") || "-", note];
}

function routeRows({ routes }: AgentStatus): string[][] {
  return routes.map(({ peer, prefix, services, communities, ...terms }) => [
    peer,
    prefix,
    services.join(", "),
    communities.join(", ") || "-",
    termsText(terms) || "-",
  ]);
}
