/** What of a peer BFD is told: which path, and how to watch it. */
import type { Path, PathConfig } from "@herald/bfd";
import { formatAddress } from "../model/address.ts";
import type { BfdProfile, Peer } from "../model/config.ts";
import { isExternal } from "../model/peer.ts";

/**
 * Multihop (RFC 5883) where BGP goes over several hops: an external peer that says so, an internal one that is not on a
 * network of this node. Undefined: the peer's address is not known.
 */
export function pathOf(peer: Peer, isOnLink: (address: string) => boolean): Path | undefined {
  if (peer.address === undefined) return undefined;
  const address = formatAddress(peer.address);
  const { sourceAddress, vrf } = peer;
  return {
    address,
    multihop: isExternal(peer) ? peer.ebgpMultiHop : !isOnLink(address),
    ...(sourceAddress !== undefined && { localAddress: formatAddress(sourceAddress) }),
    ...(vrf !== undefined && { vrf }),
  };
}

/** Profiles count milliseconds, packets microseconds. `loops`: this node returns what neighbours send to themselves. */
export function configOf(profile: BfdProfile, loops: boolean): PathConfig {
  const { echoMode, echoInterval } = profile;
  return {
    profile: {
      desiredMinTx: profile.transmitInterval * 1000,
      requiredMinRx: profile.receiveInterval * 1000,
      detectMultiplier: profile.detectMultiplier,
    },
    passive: profile.passiveMode,
    minimumTtl: profile.minimumTtl,
    ...(echoMode && { echo: { desiredMinTx: echoInterval * 1000, requiredMinRx: loops ? echoInterval * 1000 : 0 } }),
  };
}
