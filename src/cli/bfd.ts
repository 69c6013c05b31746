/** `herald bfd peers` and `herald bfd counters`: the BFD sessions of a running agent. */
import type { AgentStatus } from "../http/index.ts";
import { askStatus } from "./ask.ts";
import type { BfdArguments } from "./options.ts";
import { lines, section } from "./sections.ts";
import { Exit } from "./system.ts";
import type { System } from "./system.ts";

const PEER_COLUMNS = ["PEER", "ADDRESS", "KIND", "STATE", "SINCE", "REMOTE", "SEND", "DETECT", "PROFILE", "NOTE"];
const COUNTER_COLUMNS = ["PEER", "SENT", "RECEIVED", "DROPPED", "UPS", "DOWNS", "FAILURES", "ECHOES", "CAME BACK"];
const NONE = "No peer of this node has a BFD profile.";

export async function runBfd(what: "peers" | "counters", options: BfdArguments, system: System): Promise<Exit> {
  const status = await askStatus(options.http, system);
  const { json, text } = what === "peers" ? peers(status) : counters(status);
  system.out(options.output === "json" ? `${JSON.stringify(json, undefined, 2)}\n` : text);
  return Exit.Ok;
}

function watched({ peers }: AgentStatus) {
  return peers.flatMap(({ peer, bfd }) => (bfd === undefined ? [] : [{ peer, ...bfd }]));
}

function peers(status: AgentStatus): { readonly json: unknown; readonly text: string } {
  const all = watched(status);
  const rows = all.map(({ peer, profile, ...bfd }) => {
    const { address = "-", multihop, state = "-", since = "-", remoteState = "-" } = bfd;
    const kind = multihop === undefined ? "-" : multihop ? "multihop" : "single hop";
    const intervals = [bfd.transmitInterval, bfd.detectionTime].map((time) =>
      time === undefined ? "-" : `${time} ms`,
    );
    return [peer, address, kind, state, since, remoteState, ...intervals, profile, note(bfd)];
  });
  return { json: all, text: section("BFD peers", PEER_COLUMNS, rows, NONE) };
}

/** Why there is no session, or why each end last went down. */
function note({ reason, diagnostic = "none", remoteDiagnostic = "none" }: NoteOf): string {
  return [
    ...(reason === undefined ? [] : [reason]),
    ...(diagnostic === "none" ? [] : [`here: ${diagnostic}`]),
    ...(remoteDiagnostic === "none" ? [] : [`there: ${remoteDiagnostic}`]),
  ].join("; ");
}

interface NoteOf {
  readonly reason?: string;
  readonly diagnostic?: string;
  readonly remoteDiagnostic?: string;
}

function counters(status: AgentStatus): { readonly json: unknown; readonly text: string } {
  const all = watched(status).map(({ peer, counters }) => ({ peer, ...counters }));
  const rows = all.map(({ peer, sent, received, dropped, ups, downs, failures, echoSent, echoReceived }) => {
    const drops = dropped && Object.values(dropped).reduce((sum, count) => sum + count, 0);
    return [
      peer,
      ...[sent, received, drops, ups, downs, failures, echoSent, echoReceived].map((count) => `${count ?? "-"}`),
    ];
  });
  const text = [section("BFD counters", COUNTER_COLUMNS, rows, NONE)];
  const { bfd: timers } = status;
  if (timers !== undefined) {
    const drops = Object.entries(timers.dropped).map(([reason, count]) => `${reason} ${count}`);
    const late = [timers.p99, timers.p9999, timers.worst].map((seconds) => `${(seconds * 1000).toFixed(2)} ms`);
    text.push(
      lines("Here", [
        `priority: ${timers.scheduling}`,
        `timers: ${timers.fired} fired; late by 99 % ${late[0]}, 99.99 % ${late[1]}, worst ${late[2]}`,
        `packets dropped: ${drops.join(", ") || "none"}`,
      ]),
    );
  }
  return { json: { peers: all, ...(timers !== undefined && { timers }) }, text: text.join("\n") };
}
