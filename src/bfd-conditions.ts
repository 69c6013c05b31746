/** What BFD sees of the peers that are to be watched, as conditions of the speaker's status. */
import type { BfdReport, PeerReport } from "./backend/report.ts";
import type { PeerCondition } from "./status/status.ts";

/** A condition "PEER/BFDUp" for each peer with a BFD profile. */
export function bfdConditions(reports: readonly PeerReport[]): PeerCondition[] {
  return reports.flatMap(({ peer, bfd }) => (bfd === undefined ? [] : [conditionOf(peer, bfd)]));
}

function conditionOf(peer: string, bfd: BfdReport): PeerCondition {
  const { state, profile, address } = bfd;
  const up = state === "Up";
  const what = `profile ${profile}${address === undefined ? "" : `, ${address}`}`;
  return {
    type: `${peer}/BFDUp`,
    status: up ? "True" : "False",
    reason: state ?? "NoSession",
    message: up && bfd.reason === undefined ? what : `${what}: ${why(bfd)}`,
  };
}

function why({ state, reason, remoteState, diagnostic = "none", remoteDiagnostic = "none" }: BfdReport): string {
  if (reason !== undefined) return reason;
  if (state === undefined) return "there is no session yet";
  const there = remoteState === undefined ? "there" : `there ${remoteState}`;
  return `here ${state} (${diagnostic}), ${there} (${remoteDiagnostic})`;
}
