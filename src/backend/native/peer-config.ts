/** A peer of the model as Herald's own speaker is told of it. The one place where a password is revealed. */
import type { PeerConfig, RangeConfig } from "@herald/bgp";
import { formatAddress } from "../../model/address.ts";
import type { Peer } from "../../model/config.ts";
import { isExternal, localAs, placeFamily } from "../../model/peer.ts";
import type { DesiredState } from "../backend.ts";
import { toWirePrefix } from "./routes.ts";

/** What the host's sockets can do. What it does not name, peers that ask for it do not get. */
export interface SocketFeatures {
  /** TCP MD5 signatures (RFC 2385). */
  readonly md5?: boolean;
  /** The TCP Authentication Option (RFC 5925). */
  readonly ao?: boolean;
  /** The TTL of what is sent. */
  readonly ttl?: boolean;
  /** Binding to a device: a VRF. */
  readonly device?: boolean;
  /** What BFD needs (RFC 5881). */
  readonly bfd?: boolean;
  /** Who is at the other end of an interface. */
  readonly links?: boolean;
  /** The speaker takes connections too. */
  readonly listen?: boolean;
}

/** The same for all peers of this process. */
export interface SessionDefaults {
  readonly sockets: SocketFeatures;
  /** Seconds that a peer keeps our routes while we restart (RFC 4724), 1-4095. */
  readonly restartTime: number;
  /** An earlier run left routes that peers may still hold. */
  readonly restarted: boolean;
  /** Forwarding went on since that run (RFC 4724 §3, the F bit). */
  readonly forwarding: boolean;
}

/** Why there can be no session with this peer, or undefined. Without it the session would be another one than asked for. */
export function refusal(peer: Peer, sockets: SocketFeatures): string | undefined {
  if (peer.interface !== undefined && sockets.links !== true)
    return "unnumbered sessions are not possible on this host";
  if (peer.vrf !== undefined && sockets.device !== true) return "sessions in a VRF are not possible on this host";
  if (peer.tcpAo !== undefined && sockets.ao !== true) return "TCP-AO is not possible on this host";
  if (peer.password !== undefined && peer.tcpAo === undefined && sockets.md5 !== true)
    return "TCP MD5 passwords are not possible on this host";
  if (peer.ttlSecurity === true && sockets.ttl !== true) return "ttlSecurity is not possible on this host";
  if (peer.sourceInterface !== undefined && sockets.device !== true) {
    return "sessions through a given interface are not possible on this host";
  }
  if ((peer.passive === true || peer.listenRange !== undefined) && sockets.listen !== true)
    return "the speaker does not listen; start it with --bgp-listen";
  return undefined;
}

/** What a GTSM neighbour sends, and the least that is taken (RFC 5082 §3). */
const GTSM_TTL = 255;

/**
 * The TTL of RFC 4271 practice: a direct external neighbour is one hop away, one behind others any number,
 * an internal one wherever the AS reaches.
 */
function ttlOf(peer: Peer): number {
  if (peer.ttlSecurity === true) return GTSM_TTL;
  if (!isExternal(peer)) return 64;
  return peer.ebgpMultiHop ? 255 : 1;
}

export function peerConfig(peer: Peer, desired: DesiredState, defaults: SessionDefaults): PeerConfig {
  const { address } = peer;
  return {
    ...sessionConfig(peer, desired, defaults),
    remoteAddress: address === undefined ? `%${peer.interface ?? ""}` : formatAddress(address),
    remotePort: peer.port,
    ...(peer.passive === true && { passive: true }),
  };
}

/** Undefined: the peer is a single one. */
export function rangeConfig(peer: Peer, desired: DesiredState, defaults: SessionDefaults): RangeConfig | undefined {
  const { listenRange } = peer;
  if (listenRange === undefined) return undefined;
  const { prefix, limit } = listenRange;
  return { ...sessionConfig(peer, desired, defaults), prefix: toWirePrefix(prefix), limit };
}

type Session = Omit<PeerConfig, "remoteAddress" | "remotePort" | "passive">;

function sessionConfig(peer: Peer, desired: DesiredState, defaults: SessionDefaults): Session {
  const { sourceAddress, password, tcpAo, keepaliveTime, maxReceivedPrefixes, minimumHoldTime } = peer;
  const device = peer.interface ?? peer.sourceInterface ?? peer.vrf;
  const { sockets, restartTime, restarted, forwarding } = defaults;
  return {
    name: peer.name,
    localAs: localAs(peer),
    remoteAs: peer.peerAsn,
    bgpId: peer.routerId ?? desired.routerId,
    holdTime: peer.holdTime,
    connectRetryTime: peer.connectTime,
    families: { ipv4: peer.families.has(4), ipv6: peer.families.has(6) },
    hostName: desired.nodeName,
    ...(maxReceivedPrefixes !== undefined && { maxPrefixes: maxReceivedPrefixes }),
    ...(keepaliveTime !== undefined && { keepaliveTime }),
    ...(sourceAddress !== undefined && { localAddress: formatAddress(sourceAddress) }),
    ...(device !== undefined && { device }),
    ...(minimumHoldTime !== undefined && { minimumHoldTime }),
    // A peer that does not know a capability passes over it (RFC 5492 §3).
    extendedMessages: true,
    ...(placeFamily(peer) !== 4 && peer.families.has(4) && { extendedNextHop: true }),
    ...(peer.bfdStrict === true && sockets.bfd === true && { bfdStrict: true }),
    ...(password !== undefined &&
      (tcpAo === undefined ? { md5Key: password.reveal() } : { aoKey: { key: password.reveal(), ...tcpAo } })),
    ...(sockets.ttl === true && { ttl: ttlOf(peer) }),
    ...(peer.ttlSecurity === true && { minTtl: GTSM_TTL }),
    ...(peer.gracefulRestart && {
      gracefulRestart: { restartTime, restarted, forwarding, notification: true },
    }),
  };
}
