/** Every metric: name, type, labels, meaning. Those of MetalLB keep its names and labels; the others begin with "herald_". */

import { PASS_BOUNDS } from "../pass-times.ts";

interface PlainMetric {
  /** "untyped": its name, given by MetalLB, says another type than it has; linters would refuse a scrape that called it what it is. */
  readonly type: "gauge" | "counter" | "untyped";
  readonly help: string;
  readonly labels: readonly string[];
}

interface HistogramMetric {
  readonly type: "histogram";
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of its buckets, the last (infinite) one aside. */
  readonly bounds: readonly number[];
}

export type MetricDefinition = PlainMetric | HistogramMetric;

function gauge(help: string, ...labels: readonly string[]): PlainMetric {
  return { type: "gauge", help, labels };
}

function counter(help: string, ...labels: readonly string[]): PlainMetric {
  return { type: "counter", help, labels };
}

function untyped(help: string, ...labels: readonly string[]): PlainMetric {
  return { type: "untyped", help, labels };
}

export const METRICS = {
  metallb_allocator_addresses_total: untyped("Addresses of a pool.", "pool"),
  metallb_allocator_addresses_in_use_total: untyped(
    "Addresses of a pool that Services have; a shared one counts once.",
    "pool",
  ),
  metallb_allocator_ipv4_addresses_total: untyped("IPv4 addresses of a pool.", "pool"),
  metallb_allocator_ipv4_addresses_in_use_total: untyped("IPv4 addresses of a pool that Services have.", "pool"),
  metallb_allocator_ipv6_addresses_total: untyped("IPv6 addresses of a pool.", "pool"),
  metallb_allocator_ipv6_addresses_in_use_total: untyped("IPv6 addresses of a pool that Services have.", "pool"),
  metallb_allocator_services_allocated_total: untyped("Services that have addresses of a pool.", "pool"),
  metallb_k8s_client_updates_total: counter("Changes of objects that the source told."),
  metallb_k8s_client_update_errors_total: counter(
    "Changes of objects that had an error, and files that could not be read.",
  ),
  metallb_k8s_client_config_loaded_bool: gauge("1 once the configuration was read."),
  metallb_k8s_client_config_stale_bool: gauge(
    "1 while something in the configuration has an error, so that an older version or none is in force.",
  ),
  metallb_speaker_announced: gauge(
    "1 for each address of a Service that this node announces.",
    "service",
    "protocol",
    "node",
    "ip",
  ),
  metallb_bgp_session_up: gauge("1 while the BGP session is established, else 0.", "peer"),
  metallb_bgp_updates_total: counter("BGP UPDATE messages sent.", "peer"),
  metallb_bgp_announced_prefixes_total: untyped("Prefixes that the peer is told now.", "peer"),
  metallb_bgp_pending_prefixes_total: untyped("Prefixes that the peer should be told and is not yet.", "peer"),
  metallb_bfd_session_up: gauge("1 while the BFD session is up, else 0.", "peer", "vrf"),
  metallb_bfd_control_packet_input: untyped("BFD control packets taken.", "peer", "vrf"),
  metallb_bfd_control_packet_output: untyped("BFD control packets sent.", "peer", "vrf"),
  metallb_bfd_echo_packet_input: untyped("BFD echo packets that came back.", "peer", "vrf"),
  metallb_bfd_echo_packet_output: untyped("BFD echo packets sent.", "peer", "vrf"),
  metallb_bfd_session_up_events: untyped("Times the BFD session came up.", "peer", "vrf"),
  metallb_bfd_session_down_events: untyped("Times the BFD session went down, for whatever reason.", "peer", "vrf"),
  metallb_bfd_zebra_notifications: untyped("Times BGP was told that the session came up or went down.", "peer", "vrf"),
  herald_bfd_failures_total: counter("Times the BFD session went down without anybody's wish.", "peer", "vrf"),
  herald_bfd_detection_time_seconds: gauge("How long the peer may be silent, as agreed on.", "peer", "vrf"),
  herald_bfd_packets_dropped_total: counter("BFD packets that were not taken, by reason; of any sender.", "reason"),
  herald_bfd_timer_lateness_seconds: {
    type: "histogram",
    help: "How late the timers of BFD fire: a busy machine shows here before peers suspect it.",
    labels: [],
    // From 64 microseconds to a second, each four times the one before.
    bounds: [6, 8, 10, 12, 14, 16, 18, 20].map((power) => 2 ** power / 1e6),
  },
  herald_build_info: gauge("1; the version stands in the label.", "version"),
  herald_ready: gauge("1 once everything was read and acted on."),
  herald_objects: gauge("Objects known that mean something to Herald."),
  herald_services_waiting: gauge("Services that have no address, or not all they ask for."),
  herald_problems: gauge("Things wrong with what users wrote.", "severity"),
  herald_bgp_messages_total: counter("BGP messages.", "peer", "direction", "type"),
  herald_bgp_message_bytes_total: counter("Bytes of BGP messages.", "peer", "direction"),
  herald_bgp_session_flaps_total: counter("Times an established BGP session ended.", "peer"),
  herald_bgp_session_changed_timestamp_seconds: gauge(
    "When the BGP session last came up or ended, in Unix time.",
    "peer",
  ),
  herald_bgp_received_prefixes: gauge("Prefixes that the peer announces now. Herald does not use them.", "peer"),
  herald_bgp_unsent_prefixes: gauge("Prefixes that cannot be told to the peer; /status says why.", "peer"),
  herald_bgp_update_errors_total: counter(
    "Faulty UPDATE messages that the session survived, by what was done (RFC 7606).",
    "peer",
    "verdict",
  ),
  herald_pass_duration_seconds: {
    type: "histogram",
    help: "How long it takes to act on what changed in one turn.",
    labels: ["role"],
    bounds: PASS_BOUNDS,
  },
  herald_event_to_wire_duration_seconds: {
    type: "histogram",
    help: "From a change that the source told to the moment when the routes that follow from it are written.",
    labels: [],
    bounds: PASS_BOUNDS,
  },
  herald_status_write_duration_seconds: {
    type: "histogram",
    help: "From a decision to the API server's answer to its write, with all waiting and all attempts.",
    labels: ["kind"],
    bounds: PASS_BOUNDS,
  },
  herald_status_waiting: gauge("Objects that wait to be written to the API server.", "kind"),
  herald_api_requests_total: counter(
    "Requests to the API server by outcome: 2xx, the HTTP status of a refusal, or why there was no answer.",
    "method",
    "outcome",
  ),
  herald_source_reads_total: counter(
    "Lists and watches of the API server that began, one and one for each kind unless they have to begin anew, and failures.",
    "kind",
    "what",
  ),
  process_cpu_seconds_total: counter("CPU time of this process in seconds."),
  process_resident_memory_bytes: gauge("Memory of this process that is in RAM."),
  process_start_time_seconds: gauge("When this process started, in Unix time."),
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type MetricName = keyof typeof METRICS;
