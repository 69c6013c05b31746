/** The peers of a node, and what of them the backend cannot do. */
import type { Feature } from "../backend/backend.ts";
import type { Family } from "../model/address.ts";
import type { Reason } from "../model/announcement.ts";
import { anySelects } from "../model/selector.ts";
import type { Config, Peer } from "../model/config.ts";
import type { NodeView } from "../model/service.ts";

/** Something a peer asks for and the backend lacks. */
export interface PeerReason extends Reason {
  readonly peer: string;
  readonly feature: Feature;
  /** True: there is no session. False: it runs without that feature. */
  readonly leftOut: boolean;
}

/** The peers whose node selectors match the node, by name. */
export function peersForNode(config: Config, node: NodeView): Peer[] {
  return [...config.peers.values()]
    .filter((peer) => anySelects(peer.nodeSelectors, node.labels))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

interface Demand {
  readonly feature: Feature;
  readonly asks: (peer: Peer) => boolean;
  /** What it asks for, after "asks for". */
  readonly what: (peer: Peer) => string;
  /** Where the session cannot be had without; absent: it runs, as this says. */
  readonly without?: string;
}

const DEMANDS: readonly Demand[] = [
  {
    feature: "unnumbered",
    asks: (peer) => peer.interface !== undefined,
    what: (peer) => `an unnumbered session on interface ${peer.interface}`,
  },
  {
    feature: "existing-neighbor",
    asks: (peer) => peer.existing === true,
    what: () => "a neighbour that a routing daemon has already (existing)",
  },
  { feature: "vrf", asks: (peer) => peer.vrf !== undefined, what: (peer) => `a session in VRF ${peer.vrf}` },
  {
    feature: "dynamic-asn",
    asks: (peer) => typeof peer.peerAsn === "string",
    what: (peer) => `any ${peer.peerAsn} peer AS (dynamicASN)`,
  },
  { feature: "local-asn", asks: (peer) => peer.localAsn !== undefined, what: (peer) => `local AS ${peer.localAsn}` },
  {
    feature: "tcp-md5",
    asks: (peer) => peer.password !== undefined && peer.tcpAo === undefined,
    what: () => "a TCP MD5 password",
  },
  { feature: "tcp-ao", asks: (peer) => peer.tcpAo !== undefined, what: () => "a TCP-AO key (tcpAO)" },
  {
    feature: "ttl-security",
    asks: (peer) => peer.ttlSecurity === true,
    what: () => "packets of a direct neighbour alone (ttlSecurity)",
  },
  {
    feature: "passive",
    asks: (peer) => peer.passive === true,
    what: () => "a session that the peer opens (passive; needs --bgp-listen)",
  },
  {
    feature: "listen-range",
    asks: (peer) => peer.listenRange !== undefined,
    what: () => "peers that connect from a prefix (listenRange; needs --bgp-listen)",
  },
  {
    feature: "source-interface",
    asks: (peer) => peer.sourceInterface !== undefined,
    what: (peer) => `a session through interface ${peer.sourceInterface}`,
  },
  {
    feature: "minimum-hold-time",
    asks: (peer) => peer.minimumHoldTime !== undefined,
    what: (peer) => `a hold time of at least ${peer.minimumHoldTime}s`,
    without: "it runs with any",
  },
  { feature: "ipv6", asks: (peer) => !peer.families.has(4), what: () => "IPv6 routes only" },
  { feature: "ipv6", asks: (peer) => peer.address?.family === 6, what: () => "a session over IPv6" },
  {
    feature: "ipv6",
    asks: (peer) => peer.families.has(6),
    what: () => "IPv6 routes",
    without: "it runs with IPv4 routes only",
  },
  {
    feature: "prefix-limit",
    asks: (peer) => peer.maxReceivedPrefixes !== undefined,
    what: (peer) => `a limit of ${peer.maxReceivedPrefixes} received prefixes`,
    without: "it runs without a limit",
  },
  {
    feature: "bfd",
    asks: (peer) => peer.bfdProfile !== undefined,
    what: (peer) => `BFD (profile ${peer.bfdProfile?.name})`,
    without: "it runs without, and a dead peer is noticed by the hold time alone",
  },
  {
    feature: "bfd-echo",
    asks: (peer) => peer.bfdProfile?.echoMode === true,
    what: (peer) => `BFD echo packets (profile ${peer.bfdProfile?.name})`,
    without: "it runs without, and control packets alone watch the peer",
  },
  {
    feature: "graceful-restart",
    asks: (peer) => peer.gracefulRestart,
    what: () => "graceful restart",
    without: "it runs without, and a restart of the agent withdraws its routes meanwhile",
  },
  {
    feature: "multihop",
    asks: (peer) => peer.ebgpMultiHop,
    what: () => "eBGP multihop",
    without: "it runs with the TTL of a direct neighbour",
  },
];

/**
 * What each of `peers` asks for that the backend lacks. A peer that would be a different or a less secure session
 * without it is left out; the others run, each with a warning.
 */
export function peerReasons(peers: Iterable<Peer>, supports: (feature: Feature) => boolean): PeerReason[] {
  const lacking = DEMANDS.filter(({ feature }) => !supports(feature));
  const reasons: PeerReason[] = [];
  for (const peer of peers) {
    const said = new Set<Feature>();
    for (const { feature, asks, what, without } of lacking) {
      if (said.has(feature) || !asks(peer)) continue;
      said.add(feature);
      const outcome = without ?? "it is left out";
      reasons.push({
        code: "unsupportedByBackend",
        text: `peer ${peer.name} asks for ${what(peer)}, which the backend cannot do: ${outcome}`,
        peer: peer.name,
        feature,
        leftOut: without === undefined,
      });
    }
  }
  return reasons;
}

/** Whether a session with `peer` carries routes of `family`, given what the backend can do. */
export function carries(peer: Peer, family: Family, supports: (feature: Feature) => boolean): boolean {
  return peer.families.has(family) && (family === 4 || supports("ipv6"));
}
