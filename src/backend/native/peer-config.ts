/** A peer of the model as Herald's own speaker is told of it. The one place where a password is revealed. */
import type { PeerConfig } from "@herald/bgp";
import { formatAddress } from "../../model/address.ts";
import type { Peer } from "../../model/config.ts";
import { isExternal, localAs } from "../../model/peer.ts";
import type { DesiredState } from "../backend.ts";

/** What the host's sockets can do. What it does not name, peers that ask for it do not get. */
export interface SocketFeatures {
  /** TCP MD5 signatures (RFC 2385). */
  readonly md5?: boolean;
  /** The TTL of what is sent. */
  readonly ttl?: boolean;
  /** Binding to a device: a VRF. */
  readonly device?: boolean;
  /** What BFD needs (RFC 5881). */
  readonly bfd?: boolean;
}

/** The same for all peers of this process. */
export interface SessionDefaults {
  readonly sockets: SocketFeatures;
  /** Seconds that a peer keeps our routes while we restart (RFC 4724), 1-4095. */
  readonly restartTime: number;
  /** An earlier run left routes that peers may still hold. */
  readonly restarted: boolean;
}

/** Why there can be no session with this peer, or undefined. Without it the session would be another one than asked for. */
export function refusal(peer: Peer, sockets: SocketFeatures): string | undefined {
  if (peer.address === undefined) return "unnumbered sessions are not in this release; write spec.peerAddress";
  if (peer.vrf !== undefined && sockets.device !== true) return "sessions in a VRF are not possible on this host";
  if (peer.password !== undefined && sockets.md5 !== true) return "TCP MD5 passwords are not possible on this host";
  return undefined;
}

/**
 * The TTL of RFC 4271 practice: a direct external neighbour is one hop away, one behind others any number,
 * an internal one wherever the AS reaches.
 */
function ttlOf(peer: Peer): number {
  if (!isExternal(peer)) return 64;
  return peer.ebgpMultiHop ? 255 : 1;
}

/** `peer` has an address: see `refusal`. */
export function peerConfig(peer: Peer, desired: DesiredState, defaults: SessionDefaults): PeerConfig {
  const { address, sourceAddress, password, vrf, keepaliveTime } = peer;
  if (address === undefined) throw new Error(`BUG: peer ${peer.name} has no address`);
  const { sockets, restartTime, restarted } = defaults;
  return {
    name: peer.name,
    remoteAddress: formatAddress(address),
    remotePort: peer.port,
    localAs: localAs(peer),
    remoteAs: peer.peerAsn,
    bgpId: peer.routerId ?? desired.routerId,
    holdTime: peer.holdTime,
    connectRetryTime: peer.connectTime,
    families: { ipv4: peer.families.has(4), ipv6: peer.families.has(6) },
    hostName: desired.nodeName,
    ...(keepaliveTime !== undefined && { keepaliveTime }),
    ...(sourceAddress !== undefined && { localAddress: formatAddress(sourceAddress) }),
    ...(vrf !== undefined && { device: vrf }),
    ...(peer.bfdStrict === true && sockets.bfd === true && { bfdStrict: true }),
    ...(password !== undefined && { md5Key: password.reveal() }),
    ...(sockets.ttl === true && { ttl: ttlOf(peer) }),
    ...(peer.gracefulRestart && {
      gracefulRestart: { restartTime, restarted, forwarding: true, notification: true },
    }),
  };
}
