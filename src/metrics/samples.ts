/** How things stand, as samples. Costs as much as there are peers, pools, and addresses announced. */
import type { BackendStatus, MessageCounts, PeerReport } from "../backend/report.ts";
import { formatAddress } from "../model/address.ts";
import type { Observed } from "../observed.ts";
import { ofBfd, ofBfdTimers } from "./bfd-samples.ts";
import type { MetricName } from "./definitions.ts";
import { bool, sample } from "./sample.ts";
import type { Labels, Sample } from "./sample.ts";

export function samplesOf(observed: Observed): Sample[] {
  return [
    ...ofAgent(observed),
    ...ofController(observed),
    ...ofSpeaker(observed),
    ...(observed.speaker === undefined ? [] : ofBackend(observed.speaker.status())),
    ...ofApi(observed),
    ...ofProcess(observed),
  ];
}

function ofAgent({ version, waiting, world, problems, passes }: Observed): Sample[] {
  const count = (severity: string): number => problems.filter((problem) => problem.severity === severity).length;
  return [
    sample("herald_build_info", 1, { version }),
    sample("herald_ready", bool(waiting.length === 0)),
    sample("herald_objects", world.size),
    sample("herald_problems", count("error"), { severity: "error" }),
    sample("herald_problems", count("warning"), { severity: "warning" }),
    sample("metallb_k8s_client_updates_total", world.updates.total),
    sample("metallb_k8s_client_update_errors_total", world.updates.errors),
    sample("metallb_k8s_client_config_loaded_bool", bool(world.synced)),
    sample("metallb_k8s_client_config_stale_bool", bool(count("error") > 0)),
    ...Array.from(passes, ([role, counts]) => sample("herald_pass_duration_seconds", counts, { role })),
  ];
}

function ofController({ controller, world }: Observed): Sample[] {
  if (controller === undefined) return [];
  const services = new Map<string, number>();
  for (const key of world.services.keys()) {
    const { pool } = controller.allocation(key) ?? {};
    if (pool !== undefined) services.set(pool, (services.get(pool) ?? 0) + 1);
  }
  return [
    sample("herald_services_waiting", controller.waiting),
    ...controller.usage().flatMap(({ pool, ...usage }) => {
      const [used4, used6] = [Number(usage.assignedIPv4), Number(usage.assignedIPv6)];
      const [all4, all6] = [used4 + Number(usage.availableIPv4), used6 + Number(usage.availableIPv6)];
      return [
        sample("metallb_allocator_addresses_total", all4 + all6, { pool }),
        sample("metallb_allocator_addresses_in_use_total", used4 + used6, { pool }),
        sample("metallb_allocator_ipv4_addresses_total", all4, { pool }),
        sample("metallb_allocator_ipv4_addresses_in_use_total", used4, { pool }),
        sample("metallb_allocator_ipv6_addresses_total", all6, { pool }),
        sample("metallb_allocator_ipv6_addresses_in_use_total", used6, { pool }),
        sample("metallb_allocator_services_allocated_total", services.get(pool) ?? 0, { pool }),
      ];
    }),
  ];
}

/** An address counts where a route that holds it is there for its Service. */
function ofSpeaker({ speaker, world, node = "" }: Observed): Sample[] {
  const announced = new Map<string, Labels>();
  for (const { prefix, services } of speaker?.routes() ?? []) {
    const host = BigInt((prefix.family === 4 ? 32 : 128) - prefix.length);
    for (const service of services) {
      for (const address of world.services.get(service)?.ingress ?? []) {
        if (address.family !== prefix.family || address.value >> host !== prefix.value >> host) continue;
        const ip = formatAddress(address);
        announced.set(`${service} ${ip}`, { service, protocol: "bgp", node, ip });
      }
    }
  }
  return Array.from(announced.values(), (labels) => sample("metallb_speaker_announced", 1, labels));
}

function ofBackend({ peers, bfd }: BackendStatus): Sample[] {
  // Peers of one address share a BFD session, which counts once.
  const sessions = new Map(peers.map((peer) => [`${peer.bfd?.address} ${peer.bfd?.vrf}`, peer]));
  return [
    ...peers.flatMap(ofPeer),
    ...[...sessions.values()].flatMap(ofBfd),
    ...(bfd === undefined ? [] : ofBfdTimers(bfd)),
  ];
}

function ofPeer(report: PeerReport): Sample[] {
  const peer = report.address ?? report.peer;
  const { state, advertised, routes, unsent, pending = routes - advertised - unsent.length } = report;
  const { sent, received, flaps, since, receivedPrefixes, updateErrors } = report;
  const known = (name: MetricName, value: number | undefined, labels: Labels = {}): Sample[] =>
    value === undefined ? [] : [sample(name, value, { peer, ...labels })];
  return [
    sample("metallb_bgp_session_up", bool(state === "Established"), { peer }),
    ...known("metallb_bgp_updates_total", sent?.update),
    sample("metallb_bgp_announced_prefixes_total", advertised, { peer }),
    sample("metallb_bgp_pending_prefixes_total", pending, { peer }),
    ...(sent === undefined ? [] : ofMessages(peer, "sent", sent)),
    ...(received === undefined ? [] : ofMessages(peer, "received", received)),
    ...known("herald_bgp_session_flaps_total", flaps),
    ...known("herald_bgp_session_changed_timestamp_seconds", since === undefined ? undefined : since / 1000),
    ...known("herald_bgp_received_prefixes", receivedPrefixes),
    sample("herald_bgp_unsent_prefixes", unsent.length, { peer }),
    ...known("herald_bgp_update_errors_total", updateErrors?.discarded, { verdict: "attribute-discard" }),
    ...known("herald_bgp_update_errors_total", updateErrors?.withdrawn, { verdict: "treat-as-withdraw" }),
  ];
}

function ofMessages(peer: string, direction: string, { bytes, ...counts }: MessageCounts): Sample[] {
  const types = {
    open: counts.open,
    update: counts.update,
    notification: counts.notification,
    keepalive: counts.keepalive,
    "route-refresh": counts.routeRefresh,
  };
  return [
    ...Object.entries(types).map(([type, count]) =>
      sample("herald_bgp_messages_total", count, { peer, direction, type }),
    ),
    ...(bytes === undefined ? [] : [sample("herald_bgp_message_bytes_total", bytes, { peer, direction })]),
  ];
}

function ofApi({ api, wire }: Observed): Sample[] {
  const times = wire === undefined ? [] : [sample("herald_event_to_wire_duration_seconds", wire)];
  if (api === undefined) return times;
  return [
    ...times,
    ...Array.from(api.writes, ([kind, counts]) => sample("herald_status_write_duration_seconds", counts, { kind })),
    ...Array.from(api.waiting, ([kind, count]) => sample("herald_status_waiting", count, { kind })),
    ...Array.from(api.requests, ([key, count]) => {
      const [method = "", outcome = ""] = key.split(" ");
      return sample("herald_api_requests_total", count, { method, outcome });
    }),
    ...Array.from(api.reads, ([key, count]) => {
      const [kind = "", what = ""] = key.split(" ");
      return sample("herald_source_reads_total", count, { kind, what });
    }),
  ];
}

function ofProcess({ process: { cpuSeconds, residentBytes, startTime } }: Observed): Sample[] {
  return [
    sample("process_cpu_seconds_total", cpuSeconds),
    sample("process_resident_memory_bytes", residentBytes),
    sample("process_start_time_seconds", startTime),
  ];
}
