/** What of "router bgp" itself the peers ask for: it holds for all of them, and only one of Herald's own is Herald's to write. */
import type { Peer } from "../../model/config.ts";

interface Owner {
  /** Herald made it. */
  readonly own: boolean;
  /** Somebody else has lines in it. */
  readonly shared: boolean;
}

export interface OwnInstance {
  readonly instance: readonly string[];
  /** What is not as asked for, by peer. */
  readonly warnings: ReadonlyMap<string, string>;
  /** bgpd counts what this peer announces: it takes it, tells nobody, and nothing of it reaches the kernel. */
  readonly counts: (peer: Peer) => boolean;
}

/** For peers with a session of Herald's. */
export function instanceOf(peers: readonly Peer[], routerId: number, owner: Owner): OwnInstance {
  const least = leastHoldTime(peers);
  const ranges = peers.flatMap(({ listenRange }) => listenRange ?? []);
  const limit = ranges.reduce((sum, range) => sum + range.limit, 0);
  const alone = owner.own && !owner.shared;
  const counts = (peer: Peer): boolean => alone && peer.maxReceivedPrefixes !== undefined;
  const octets = [24, 16, 8, 0].map((bits) => (routerId >>> bits) & 0xff);
  const instance = [
    `bgp router-id ${octets.join(".")}`,
    "no bgp default ipv4-unicast",
    // Routers keep what they have of us over a change of the backend, until the new one has said everything.
    "bgp graceful-restart preserve-fw-state",
    "no bgp network import-check",
    ...(least === undefined ? [] : [`bgp minimum-holdtime ${least}`]),
    ...(limit === 0 ? [] : [`bgp listen limit ${Math.min(limit, MOST)}`]),
  ];
  const warnings = peers.flatMap((peer): [string, string][] => {
    const { minimumHoldTime, listenRange } = peer;
    const all = [
      ...(minimumHoldTime === undefined || (owner.own && least !== undefined) ? [] : [holdTimeReason(owner)]),
      ...(listenRange === undefined || (owner.own && ranges.length === 1) ? [] : [rangeReason(owner, limit)]),
      ...(peer.maxReceivedPrefixes === undefined || alone ? [] : [LIMIT_REASON]),
    ];
    return all.length === 0 ? [] : [[peer.name, all.join("; ")]];
  });
  return { instance, warnings: new Map(warnings), counts };
}

/** bgpd's most peers that come from ranges. */
const MOST = 65_535;

const LIMIT_REASON =
  'maxReceivedPrefixes is not kept: bgpd counts what it takes, and in a "router bgp" that others use too Herald takes nothing';

/** Undefined: they differ, or none has one. */
function leastHoldTime(peers: readonly Peer[]): number | undefined {
  const [first, ...others] = new Set(peers.map(({ minimumHoldTime }) => minimumHoldTime));
  return others.length > 0 ? undefined : first;
}

function holdTimeReason({ own }: Owner): string {
  return own
    ? "minimumHoldTime is not kept: bgpd has one for all peers, and theirs differ; give all the same"
    : 'minimumHoldTime is not kept: write "bgp minimum-holdtime" in your "router bgp", where it holds for all its neighbors';
}

function rangeReason({ own }: Owner, sum: number): string {
  return own
    ? `bgpd counts the peers of all listenRanges together: ${sum} of them at most`
    : 'listenLimit is not kept: "bgp listen limit" of your "router bgp" holds for all ranges (100 unless written)';
}
