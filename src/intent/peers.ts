/** BGPPeers to peers, with the rules between them. */
import type { BFDProfileObject, BGPPeerObject } from "../api/parse.ts";
import { formatAddress, formatPrefix } from "../model/address.ts";
import type { BfdProfile, BgpAdvertisement, Peer, Pool } from "../model/config.ts";
import { formatRef } from "../model/object.ts";
import type { References } from "./peer.ts";
import { compilePeer } from "./peer.ts";
import { precedenceOf, uniqueByName } from "./precedence.ts";
import type { Report } from "./report.ts";
import { compareText } from "./report.ts";
import { sharedNodes } from "./shared-nodes.ts";

export function compileBfdProfiles(objects: readonly BFDProfileObject[], report: Report): Map<string, BfdProfile> {
  return new Map(uniqueByName(objects, report).map(({ ref, spec }) => [ref.name, { name: ref.name, ...spec }]));
}

interface Compiled {
  readonly object: BGPPeerObject;
  readonly peer: Peer;
}

/** A peer and the object it is from, by name, in order of name. */
export type CompiledPeers = ReadonlyMap<string, Compiled>;

export function compilePeers(objects: readonly BGPPeerObject[], references: References, report: Report): CompiledPeers {
  const kept: Compiled[] = [];
  const byPlace = new Map<string, Compiled[]>();
  for (const object of uniqueByName(objects, report)) {
    const peer = compilePeer(object, references, report);
    if (peer === undefined) continue;
    const place = placeOf(peer);
    const others = byPlace.get(place) ?? [];
    const compiled = { object, peer };
    if (isDuplicate(compiled, others, report)) continue;
    byPlace.set(place, [...others, compiled]);
    warnOfRouterId(compiled, kept, report);
    kept.push(compiled);
  }
  kept.sort((a, b) => compareText(a.peer.name, b.peer.name));
  return new Map(kept.map((compiled) => [compiled.peer.name, compiled]));
}

/** What tells two sessions of one node apart. */
function placeOf({ address, port, vrf, interface: name, listenRange }: Peer): string {
  if (listenRange !== undefined) return `range ${formatPrefix(listenRange.prefix)}`;
  const end = address === undefined ? `interface ${name ?? ""}` : `${formatAddress(address)} port ${port}`;
  return vrf === undefined ? end : `${end} in VRF ${vrf}`;
}

function isDuplicate({ object, peer }: Compiled, others: readonly Compiled[], report: Report): boolean {
  const unnumbered = peer.listenRange === undefined ? "spec.interface" : "spec.listenRange";
  const field = peer.address === undefined ? unnumbered : "spec.peerAddress";
  for (const other of others) {
    const shared = sharedNodes(peer.nodeSelectors, other.peer.nodeSelectors);
    if (shared === "no") continue;
    const same = `${placeOf(peer)} is also that of ${formatRef(other.object.ref)}`;
    const fix = "let nodeSelectors choose different nodes, or remove one of the two";
    if (shared === "yes") {
      report.error(object, field, `${same} on the same nodes, ${precedenceOf(other.object)} and keeps it`, fix);
      return true;
    }
    report.warning(object, field, `${same}; a node that both select has two sessions with it`, fix);
  }
  return false;
}

/** RFC 4271 section 4.2: a speaker shows one identifier to all its peers. */
function warnOfRouterId({ object, peer }: Compiled, kept: readonly Compiled[], report: Report): void {
  const { routerId, nodeSelectors } = peer;
  if (routerId === undefined) return;
  const other = kept.find(
    (compiled) =>
      compiled.peer.routerId !== undefined &&
      compiled.peer.routerId !== routerId &&
      sharedNodes(nodeSelectors, compiled.peer.nodeSelectors) === "yes",
  );
  if (other === undefined) return;
  report.warning(
    object,
    "spec.routerID",
    `${routerIdText(routerId)} differs from ${routerIdText(other.peer.routerId)} of ${formatRef(other.object.ref)} on the same nodes`,
    "write one identifier for all peers of a node, as RFC 4271 wants",
  );
}

function routerIdText(id = 0): string {
  return formatAddress({ family: 4, value: BigInt(id) });
}

/** Peers as they are used: echo packets are for one hop of IPv4, so that peers farther away and those with IPv6 routes go without. */
export function withoutIpv6Echo(
  compiled: CompiledPeers,
  advertisements: readonly BgpAdvertisement[],
  pools: ReadonlyMap<string, Pool>,
  report: Report,
): Map<string, Peer> {
  const ipv6Pools = new Set(
    [...pools.values()].filter(({ ranges }) => ranges.some(({ family }) => family === 6)).map(({ name }) => name),
  );
  const peers = new Map<string, Peer>();
  for (const [name, { object, peer }] of compiled) {
    const { bfdProfile } = peer;
    const why = bfdProfile?.echoMode === true ? whyNoEcho(peer, advertisements, ipv6Pools) : undefined;
    if (bfdProfile === undefined || why === undefined) {
      peers.set(name, peer);
      continue;
    }
    const what = `${JSON.stringify(bfdProfile.name)} has echoMode, which is for one IPv4 hop only, and ${why}; it runs without echo`;
    report.warning(object, "spec.bfdProfile", what, "name a profile without echoMode");
    peers.set(name, { ...peer, bfdProfile: { ...bfdProfile, echoMode: false } });
  }
  return peers;
}

function whyNoEcho(
  peer: Peer,
  advertisements: readonly BgpAdvertisement[],
  ipv6Pools: ReadonlySet<string>,
): string | undefined {
  if (peer.address?.family === 6) return "the peer has an IPv6 address";
  if (peer.interface !== undefined) return "the peer of an interface is found by its IPv6 address";
  if (peer.ebgpMultiHop) return "the peer has ebgpMultiHop";
  if (!peer.families.has(6)) return undefined;
  for (const { pools, peers, nodeSelectors } of advertisements) {
    if (peers.size > 0 && !peers.has(peer.name)) continue;
    if (sharedNodes(peer.nodeSelectors, nodeSelectors) === "no") continue;
    const pool = [...pools].find((name) => ipv6Pools.has(name));
    if (pool !== undefined) return `the peer is told of IPv6 addresses of IPAddressPool ${pool}`;
  }
  return undefined;
}
