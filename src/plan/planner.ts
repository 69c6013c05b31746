/** Decides for one node which Services it announces to whom, and why not the others. */
import type { Feature } from "../backend/backend.ts";
import { formatAddress } from "../model/address.ts";
import type { Address, Family } from "../model/address.ts";
import type { Reason, ServicePlan } from "../model/announcement.ts";
import type { BgpAdvertisement, Config, Peer } from "../model/config.ts";
import { anySelects } from "../model/selector.ts";
import type { EndpointSliceView, NodeView, ServiceView } from "../model/service.ts";
import { indexAdvertisements, names } from "./advertisements.ts";
import type { NodeAdvertisement, NodePeers } from "./advertisements.ts";
import { endpointsReason } from "./endpoints.ts";
import { carries, peerReasons, peersForNode } from "./peers.ts";
import type { PeerReason } from "./peers.ts";
import { indexPools } from "./pools.ts";
import { createRouteBuilder } from "./routes.ts";
import type { Covered } from "./routes.ts";
import { isDemanding, plain, subjectOf } from "./subject.ts";
import { list } from "./text.ts";

/** Its presence on a node, whatever its value, keeps load-balancer traffic away from it. */
const EXCLUDE_LABEL = "node.kubernetes.io/exclude-from-external-load-balancers";

export interface PlannerOptions {
  /** Only Services of this class; absent: only those without one. */
  readonly loadBalancerClass?: string;
  /** Announce from nodes with the exclude label too. */
  readonly ignoreExcludeLabel?: boolean;
  readonly supports: (feature: Feature) => boolean;
}

export interface Planner {
  /** The peers this node has sessions with, by name. */
  readonly peers: readonly Peer[];
  /** What peers of this node ask for and the backend lacks. */
  readonly peerReasons: readonly PeerReason[];
  /** The plan for one Service and its slices, in any order; costs no more than that Service. */
  plan(service: ServiceView, slices: readonly EndpointSliceView[]): ServicePlan;
}

/** A planner for one configuration and node; make a new one when either changes. */
export function createPlanner(config: Config, node: NodeView, options: PlannerOptions): Planner {
  const selected = peersForNode(config, node);
  const lacking = peerReasons(selected, options.supports);
  const leftOut = new Set(lacking.filter((reason) => reason.leftOut).map(({ peer }) => peer));
  const peers = selected.filter(({ name }) => !leftOut.has(name));
  const carrying = (family: Family): string[] =>
    peers.filter((peer) => carries(peer, family, options.supports)).map(({ name }) => name);
  const nodePeers: NodePeers = {
    selected: selected.map(({ name }) => name),
    usable: new Set(peers.map(({ name }) => name)),
    carrying: { 4: carrying(4), 6: carrying(6) },
  };
  const poolOf = indexPools(config.pools.values());
  const advertisements = indexAdvertisements(config, node, nodePeers);
  const allowed = new Map(peers.flatMap(({ name, allowedPrefixes: of }) => (of === undefined ? [] : [[name, of]])));
  const existing = options.supports("existing-neighbor-policy") ? [] : peers.filter((peer) => peer.existing === true);
  const unruled = new Map(existing.map((peer) => [peer.name, peer]));
  const route = createRouteBuilder({ supports: options.supports, allowed, unruled });
  const demanding = config.bgpAdvertisements.some(isDemanding);
  const nodeReason = reasonOfNode(node, options.ignoreExcludeLabel === true);

  /** The advertisements that cover an address of a Service here, or why none does. */
  const cover = (service: ServiceView, address: Address): Covered | Reason => {
    const text = formatAddress(address);
    const from = poolOf(address);
    if (from === undefined) return { code: "ipNotAllowed", text: `${text} is in no IPAddressPool`, address };
    const { pool, range } = from;
    const known = advertisements.get(pool);
    const of = `of pool ${pool} (${text})`;
    if (known === undefined) {
      const none = `no BGPAdvertisement covers pool ${pool} (${text})`;
      const layer2 = config.l2Advertisements.filter(({ pools }) => pools.has(pool)).map(({ name }) => name);
      const does = layer2.length === 0 ? "" : `; L2Advertisement ${list(layer2)} does, and BGP alone is spoken so far`;
      return { code: "noMatchingAdvertisement", text: `${none}${does}`, address };
    }
    if (known.here.length === 0) {
      const all = list(known.names);
      return { code: "notOwner", text: `no BGPAdvertisement ${of} selects node ${node.name}: ${all}`, address };
    }
    const matching = known.here.filter(({ advertisement }) =>
      anySelects(advertisement.serviceSelectors, service.labels),
    );
    if (matching.length > 0) return { address, range, advertisements: matching };
    const all = list(known.here.map(({ advertisement }) => advertisement.name));
    return {
      code: "noMatchingAdvertisement",
      text: `no BGPAdvertisement ${of} on node ${node.name} selects the labels of ${service.key}: ${all}`,
      address,
    };
  };

  return {
    peers,
    peerReasons: lacking,
    plan(service, slices) {
      const refuse = (...reasons: Reason[]): ServicePlan => ({ service: service.key, announcements: [], reasons });
      const unfit = reasonOfService(service, options.loadBalancerClass);
      if (unfit !== undefined) return refuse(unfit);
      const covered: Covered[] = [];
      const reasons: Reason[] = [];
      for (const address of service.ingress) {
        const answer = cover(service, address);
        if ("code" in answer) reasons.push(answer);
        else covered.push(answer);
      }
      if (covered.length === 0) return refuse(...reasons);
      const held = nodeReason ?? endpointsReason(service, slices, node.name);
      if (held !== undefined) return refuse(...reasons, held);
      for (const { address, advertisements } of covered) {
        if (advertisements.some((one) => one.peers[address.family].length > 0)) continue;
        reasons.push(reasonOfPeers(node, nodePeers, address, advertisements));
      }
      const subject = demanding
        ? subjectOf(service, slices, node.name, all(covered), options.supports)
        : plain(service);
      const routed = route(subject, covered);
      // Where there is no route at all, what it would carry is beside the point.
      const remarks = routed.announcements.length > 0 ? subject.reasons : [];
      return {
        service: service.key,
        announcements: routed.announcements,
        reasons: [...reasons, ...routed.reasons, ...remarks],
      };
    },
  };
}

function all(covered: readonly Covered[]): BgpAdvertisement[] {
  return covered.flatMap(({ advertisements }) => advertisements.map(({ advertisement }) => advertisement));
}

/** Why a Service is none of ours, or has nothing to announce. */
function reasonOfService(service: ServiceView, ours: string | undefined): Reason | undefined {
  const { key, loadBalancerClass: theirs } = service;
  if (service.type !== "LoadBalancer") {
    return { code: "notLoadBalancer", text: `${key} is of type ${service.type}, not LoadBalancer` };
  }
  if (service.deleting) return { code: "serviceDeleting", text: `${key} is being deleted` };
  if (theirs !== ours) {
    const has = theirs === undefined ? "has no spec.loadBalancerClass" : `has spec.loadBalancerClass ${theirs}`;
    const serves = ours === undefined ? "Services without one" : `class ${ours}`;
    return { code: "foreignLoadBalancerClass", text: `${key} ${has}; this agent is for ${serves}` };
  }
  if (service.ingress.length === 0) {
    return { code: "noIPAllocated", text: `${key} has no address in status.loadBalancer.ingress` };
  }
  return undefined;
}

/** Why this node announces nothing at all. */
function reasonOfNode(node: NodeView, ignoreExcludeLabel: boolean): Reason | undefined {
  if (node.networkUnavailable) {
    return { code: "nodeNetworkUnavailable", text: `the network of node ${node.name} is unavailable (its condition)` };
  }
  if (!ignoreExcludeLabel && Object.hasOwn(node.labels, EXCLUDE_LABEL)) {
    return { code: "nodeLabeledExcludeBalancers", text: `node ${node.name} has the label ${EXCLUDE_LABEL}` };
  }
  return undefined;
}

/** Why an address that may be announced reaches no peer. */
function reasonOfPeers(
  node: NodeView,
  peers: NodePeers,
  address: Address,
  advertisements: readonly NodeAdvertisement[],
): Reason {
  const text = formatAddress(address);
  const meant = peers.selected.filter((peer) => advertisements.some(({ advertisement }) => names(advertisement, peer)));
  const ads = `BGPAdvertisement ${list(advertisements.map(({ advertisement }) => advertisement.name))}`;
  if (peers.selected.length === 0) {
    return { code: "noPeerOnNode", text: `no BGPPeer selects node ${node.name} (${text})`, address };
  }
  if (meant.length === 0) {
    const has = `its peers are ${list(peers.selected)}`;
    return { code: "noPeerOnNode", text: `${ads} names no peer of node ${node.name} (${text}): ${has}`, address };
  }
  const usable = meant.filter((peer) => peers.usable.has(peer));
  if (usable.length === 0) {
    const out = `the backend cannot do ${list(meant)}`;
    return { code: "unsupportedByBackend", text: `no session of node ${node.name} for ${text}: ${out}`, address };
  }
  return {
    code: "peerFamilyNotCarried",
    text: `no session of node ${node.name} carries IPv${address.family} routes (${text}): ${list(usable)}`,
    address,
  };
}
