/** What is to be said, as the configuration that says it. */
import type { Peer } from "../../model/config.ts";
import { isExternal } from "../../model/peer.ts";
import { isTold } from "../daemon/classes.ts";
import type { Verdict, Wanted } from "../daemon/daemon.ts";
import type { FrrConfig, FrrNeighbor, RunningConfig } from "./config.ts";
import { instanceOf } from "./instance.ts";
import { neighbor, neighborName, passwordFits } from "./neighbor.ts";
import { classMaps, originMap, standingMaps } from "./policy.ts";

export interface Rendered {
  readonly config: FrrConfig;
  readonly verdict: Pick<Verdict, "refused" | "blocked" | "warnings">;
  /** With a session. */
  readonly peers: ReadonlyMap<string, Peer>;
}

export function render({ node, peers: all, classes }: Wanted, running: RunningConfig): Rendered {
  const refused = new Map<string, string>();
  const own = running.asn === undefined || running.instance !== undefined;
  const [first] = all.values();
  const asn = own && !running.shared ? (first?.myAsn ?? running.asn) : running.asn;
  const routerId = [...all.values()].find((peer) => peer.routerId !== undefined)?.routerId;
  const setting = { asn, routerId, own, running, names: new Map<string, string>() };
  for (const [name, peer] of all) {
    const reason = refusal(peer, setting);
    if (reason !== undefined) refused.set(name, reason);
  }
  const peers = new Map([...all].filter(([name]) => !refused.has(name)));
  const blocked = new Map<string, string>();
  const networks = { 4: new Map<string, string>(), 6: new Map<string, string>() };
  for (const [text, { prefix, of }] of classes.routes()) {
    if (!isTold(of, peers)) continue;
    const reason = blockedBy(text, running, own);
    if (reason !== undefined) blocked.set(text, reason);
    if (!running.foreignNetworks.has(text)) networks[prefix.family].set(text, originMap(of.tag));
  }
  const used = [...classes.used()].filter((one) => isTold(one, peers));
  const instance = own && asn !== undefined;
  const sessions = [...peers.values()].filter(({ existing }) => existing !== true);
  const ours = instanceOf(sessions, routerId ?? node.routerId, { own, shared: running.shared });
  const { counts } = ours;
  const maps = standingMaps(peers.values(), instance, counts);
  const config = {
    asn,
    instance: instance ? ours.instance : undefined,
    routeMaps: new Map([...maps, ...used.flatMap((one) => classMaps(one, peers))]),
    neighbors: new Map(
      sessions.map((peer): [string, FrrNeighbor] => [neighborName(peer), neighbor(peer, counts(peer))]),
    ),
    networks,
  };
  return { config, verdict: { refused, blocked, warnings: ours.warnings }, peers };
}

/** What in bgpd as the operator set it up keeps a prefix from being announced, or undefined. */
export function blockedBy(prefix: string, running: RunningConfig, ownInstance: boolean): string | undefined {
  if (running.foreignNetworks.has(prefix)) {
    return `bgpd has a line "network ${prefix}" that is not Herald's; remove it and Herald announces the route`;
  }
  if (ownInstance || !running.importCheck) return undefined;
  return `bgpd announces a network only while it has a route to it; add "no bgp network import-check" under "router bgp ${running.asn}"`;
}

interface Setting {
  readonly asn: number | undefined;
  readonly routerId: number | undefined;
  readonly own: boolean;
  readonly running: RunningConfig;
  /** bgpd's names of the peers before, with the peer's own. */
  readonly names: Map<string, string>;
}

/** Why there can be no session, or undefined. */
function refusal(peer: Peer, { asn, routerId, own, running, names }: Setting): string | undefined {
  if (peer.vrf !== undefined)
    return "the FRR backend has no sessions in a VRF yet; use the native backend, or leave spec.vrf out";
  if (asn !== undefined && peer.myAsn !== asn) {
    return own
      ? `bgpd speaks as one AS, ${asn} of the first peer, not also as ${peer.myAsn}; set localASN instead of myASN here`
      : `bgpd runs as AS ${asn}, and this peer's myASN is ${peer.myAsn}; make them equal, or set localASN here`;
  }
  const id = peer.routerId ?? routerId;
  if (id !== undefined && own && id !== routerId)
    return "bgpd has one router ID, and another peer asks for another one";
  if (peer.password !== undefined && !passwordFits(peer.password.reveal())) {
    return "FRR takes a password of 1 to 80 visible ASCII characters without spaces; this one is different";
  }
  if (peer.ttlSecurity === true && !isExternal(peer))
    return "FRR has no ttlSecurity with a peer of the own AS; leave it out";
  const name = neighborName(peer);
  const foreign = running.foreignNeighbors.has(name);
  if (peer.existing === true && !foreign) {
    return `bgpd has no neighbor ${name} of yours to use; add it there, or leave spec.existing out and Herald makes it`;
  }
  if (peer.existing !== true && foreign) {
    return `bgpd has a neighbor ${name} that is not Herald's; remove it there or this peer here, or set spec.existing`;
  }
  const other = names.get(name);
  if (other !== undefined) return `bgpd has one session for an address, and peer ${other} has ${name} too`;
  names.set(name, peer.name);
  return undefined;
}
