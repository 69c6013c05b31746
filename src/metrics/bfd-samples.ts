/** Samples of BFD. Those of MetalLB are of its FRR mode: `peer` is the address alone. */
import type { BfdTimers, PeerReport } from "../backend/report.ts";
import { METRICS } from "./definitions.ts";
import { bool, sample } from "./sample.ts";
import type { Sample } from "./sample.ts";

export function ofBfd({ bfd }: PeerReport): Sample[] {
  const { address: peer, counters, detectionTime } = bfd ?? {};
  if (bfd === undefined || peer === undefined || counters === undefined) return [];
  const { sent, received, ups, downs, failures, echoSent, echoReceived } = counters;
  const labels = { peer, vrf: bfd.vrf ?? "default" };
  return [
    sample("metallb_bfd_session_up", bool(bfd.state === "Up"), labels),
    sample("metallb_bfd_control_packet_input", received, labels),
    sample("metallb_bfd_control_packet_output", sent, labels),
    sample("metallb_bfd_echo_packet_input", echoReceived, labels),
    sample("metallb_bfd_echo_packet_output", echoSent, labels),
    sample("metallb_bfd_session_up_events", ups, labels),
    sample("metallb_bfd_session_down_events", downs, labels),
    sample("metallb_bfd_zebra_notifications", ups + downs, labels),
    ...(failures === undefined ? [] : [sample("herald_bfd_failures_total", failures, labels)]),
    ...(detectionTime === undefined ? [] : [sample("herald_bfd_detection_time_seconds", detectionTime / 1000, labels)]),
  ];
}

export function ofBfdTimers({ buckets, fired, sum, dropped }: BfdTimers): Sample[] {
  const { bounds } = METRICS.herald_bfd_timer_lateness_seconds;
  const upTo = bounds.map((bound) => buckets.findLast(({ le }) => le <= bound)?.count ?? 0);
  return [
    sample("herald_bfd_timer_lateness_seconds", { cumulative: [...upTo, fired], sum }),
    ...Object.entries(dropped).map(([reason, count]) => sample("herald_bfd_packets_dropped_total", count, { reason })),
  ];
}
