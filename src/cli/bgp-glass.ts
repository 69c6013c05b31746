/** `herald bgp peers`, `routes` and `log`: what a running agent says of its BGP sessions. */
import { encodeMrt } from "../describe/index.ts";
import type { MessageDetail, PeerDetail, RouteDetail } from "../backend/looking-glass.ts";
import { askJson } from "./ask.ts";
import type { GlassArguments } from "./options.ts";
import { section } from "./sections.ts";
import { Exit } from "./system.ts";
import type { System } from "./system.ts";

const PEER_COLUMNS = [
  "PEER",
  "ADDRESS",
  "AS",
  "STATE",
  "SINCE",
  "HOLD",
  "SENT",
  "QUEUE",
  "GROUP",
  "FLAPS",
  "LAST ERROR",
];
const ROUTE_COLUMNS = ["PEER", "PREFIX", "NEXT HOP", "AS PATH", "MED", "LOCALPREF", "COMMUNITIES"];

type What = "peers" | "routes" | "log";

export async function runGlass(
  what: What,
  peer: string | undefined,
  options: GlassArguments,
  system: System,
): Promise<Exit> {
  const query = peer === undefined ? "" : `?peer=${encodeURIComponent(peer)}`;
  const values = await askJson(options.http, `/bgp/${what}${query}`, system);
  if (options.output === "mrt" && areMessages(values)) {
    const peers = await askJson(options.http, `/bgp/peers${query}`, system);
    if (arePeers(peers)) for (const record of mrt(values, peers)) system.write(record);
    return Exit.Ok;
  }
  system.out(options.output === "json" ? `${JSON.stringify(values, undefined, 2)}\n` : text(what, peer, values));
  return Exit.Ok;
}

/** Agent and command are of one version: an answer of a path is what the agent's own types say. */
function arePeers(values: unknown): values is readonly PeerDetail[] {
  return Array.isArray(values);
}

function areRoutes(values: unknown): values is readonly RouteDetail[] {
  return Array.isArray(values);
}

function areMessages(values: unknown): values is readonly MessageDetail[] {
  return Array.isArray(values);
}

function text(what: What, peer: string | undefined, values: unknown): string {
  if (what === "peers" && arePeers(values)) {
    if (peer !== undefined) return values.map(peerText).join("\n");
    return section("Peers", PEER_COLUMNS, values.map(peerCells), "No peer of this node.");
  }
  if (what === "routes" && areRoutes(values)) {
    return section("Routes", ROUTE_COLUMNS, values.map(routeCells), "Nothing is announced.");
  }
  if (what === "log" && areMessages(values)) return values.map(logText).join("");
  throw new Error("what answers is no Herald agent of this version; name its address with --http");
}

function* mrt(messages: readonly MessageDetail[], peers: readonly PeerDetail[]): Generator<Uint8Array> {
  const byName = new Map(peers.map((peer) => [peer.peer, peer]));
  for (const { peer, hex, ...message } of messages) {
    const of = byName.get(peer);
    if (of === undefined) continue;
    const { remoteAs = 0, localAs, remoteAddress, localAddress = "0.0.0.0" } = of;
    yield encodeMrt({ ...message, remoteAs, localAs, remoteAddress, localAddress, bytes: Buffer.from(hex, "hex") });
  }
}

function time(at: number | undefined): string {
  return at === undefined ? "-" : new Date(at).toISOString();
}

function peerCells(peer: PeerDetail): string[] {
  const {
    address = "-",
    remoteAs,
    state,
    since,
    holdTime,
    advertised,
    routes,
    pending = 0,
    updateGroup,
    flaps = 0,
  } = peer;
  return [
    peer.peer,
    address,
    `${remoteAs ?? "-"}`,
    state,
    time(since),
    `${holdTime ?? "-"}`,
    `${advertised} of ${routes}`,
    `${pending}`,
    `${updateGroup ?? "-"}`,
    `${flaps}`,
    peer.lastError?.text ?? "",
  ];
}

function peerText(peer: PeerDetail): string {
  const { capabilitiesSent, capabilitiesReceived, sent, received, timers, lastError } = peer;
  const { lastNotificationSent, lastNotificationReceived } = peer;
  const rows: readonly (readonly [string, string | number | undefined])[] = [
    ["address", peer.address],
    ["connection", peer.connection],
    ["AS", `${peer.localAs} → ${peer.remoteAs ?? "?"}`],
    ["BGP identifier", peer.remoteId],
    ["state", `${peer.state} since ${time(peer.since)}, up ${peer.ups} times, lost ${peer.flaps ?? 0} times`],
    ["hold time", peer.holdTime && `${peer.holdTime} s, keepalive ${peer.keepaliveTime} s`],
    [
      "timers",
      Object.entries(timers)
        .map(([name, left]) => `${name} ${(left / 1000).toFixed(1)} s`)
        .join(", "),
    ],
    [
      "routes",
      `${peer.advertised} of ${peer.routes} sent, ${peer.pending ?? 0} queued, ${peer.buffered} bytes not yet taken`,
    ],
    ["update group", peer.updateGroup],
    ["received prefixes", peer.receivedPrefixes],
    ["messages sent", sent && counts(sent)],
    ["messages received", received && counts(received)],
    ["last error", lastError && `${time(lastError.at)} ${lastError.text}`],
    ["last NOTIFICATION sent", lastNotificationSent && `${time(lastNotificationSent.at)} ${lastNotificationSent.text}`],
    [
      "last NOTIFICATION received",
      lastNotificationReceived && `${time(lastNotificationReceived.at)} ${lastNotificationReceived.text}`,
    ],
    ...capabilitiesSent.map((one) => ["capability sent", JSON.stringify(one)] as const),
    ...capabilitiesReceived.map((one) => ["capability received", JSON.stringify(one)] as const),
    ...peer.unsent.map(({ prefix, reason }) => ["not sent", `${prefix}: ${reason}`] as const),
  ];
  const shown = rows.filter(([, value]) => value !== undefined && value !== "");
  return `${peer.peer}\n${shown.map(([name, value]) => `  ${name.padEnd(28)}${value}\n`).join("")}`;
}

function counts({ bytes, ...messages }: NonNullable<PeerDetail["sent"]>): string {
  const all = Object.entries(messages).map(([type, count]) => `${type} ${count}`);
  return `${all.join(", ")}, ${bytes} bytes`;
}

function routeCells({ peer, prefix, attributes }: RouteDetail): string[] {
  const of = (name: string): string => {
    const value: unknown = Reflect.get(attributes, name);
    if (value === undefined) return "";
    if (Array.isArray(value)) return value.join(", ");
    return typeof value === "string" ? value : JSON.stringify(value);
  };
  const communities = ["communities", "largeCommunities", "extendedCommunities"].map(of).filter((one) => one !== "");
  return [
    peer,
    prefix,
    of("nextHop"),
    of("asPath"),
    of("med") || "-",
    of("localPref") || "-",
    communities.join(", ") || "-",
  ];
}

function logText({ peer, at, direction, hex, message }: MessageDetail): string {
  return `${time(at)} ${peer} ${direction} ${JSON.stringify(message)}\n  ${hex}\n`;
}
