/** What is known of a session, in the words of the backend contract. */
import type { PathStatus } from "@herald/bfd";
import type { BfdReport, BfdTimers } from "../backend/report.ts";
import type { EngineStatus } from "./ports.ts";

/** RFC 5880 §4.1, by code. */
const DIAGNOSTICS = [
  "none",
  "control detection time expired",
  "echo function failed",
  "neighbor signaled session down",
  "forwarding plane reset",
  "path down",
  "concatenated path down",
  "administratively down",
  "reverse concatenated path down",
];

export function diagnosticText(code: number): string {
  return DIAGNOSTICS[code] ?? `diagnostic ${code}`;
}

export function sessionReport(status: PathStatus & { readonly trouble?: string }): Omit<BfdReport, "profile"> {
  const { path, counters, transmitInterval, detectionTime, echoInterval, trouble } = status;
  return {
    state: status.state,
    address: path.address,
    ...(path.vrf !== undefined && { vrf: path.vrf }),
    multihop: path.multihop,
    diagnostic: diagnosticText(status.diagnostic),
    remoteState: status.remoteState,
    remoteDiagnostic: diagnosticText(status.remoteDiagnostic),
    localDiscriminator: status.localDiscriminator,
    remoteDiscriminator: status.remoteDiscriminator,
    ...(transmitInterval !== undefined && { transmitInterval: transmitInterval / 1000 }),
    ...(detectionTime !== undefined && { detectionTime: detectionTime / 1000 }),
    ...(echoInterval !== undefined && { echoInterval: echoInterval / 1000 }),
    counters: {
      sent: counters.sent,
      received: counters.received,
      dropped: { ...counters.dropped },
      ups: counters.ups,
      downs: counters.downs,
      failures: counters.failures,
      echoSent: counters.echoSent,
      echoReceived: counters.echoReceived,
    },
    ...(trouble !== undefined && { reason: trouble }),
  };
}

export function timersReport({ scheduling, lateness, dropped }: EngineStatus): BfdTimers {
  return { scheduling, ...lateness, dropped: { ...dropped } };
}
