/** What of a peer BFD is told: which path, and how to watch it. */
import type { Path, PathConfig } from "@herald/bfd";
import { formatAddress } from "../model/address.ts";
import type { BfdProfile, Peer } from "../model/config.ts";
import { isExternal } from "../model/peer.ts";

/** What is known of the networks around this node. */
export interface Surroundings {
  /** Whether an address is on a network of this node. */
  readonly isOnLink: (address: string) => boolean;
  /** Who is at the other end of an interface: "fe80::1%eth1". Throws an error that says why nobody is known to be. */
  readonly neighbor: (device: string) => string;
}

/**
 * Multihop (RFC 5883) where BGP goes over several hops: an external peer that says so, an internal one that is not on a
 * network of this node. Throws an error that says why there is no path, or none yet.
 */
export function pathOf(peer: Peer, { isOnLink, neighbor }: Surroundings): Path {
  const { interface: device, sourceAddress, vrf } = peer;
  if (peer.address === undefined) {
    const [address = ""] = neighbor(device ?? "").split("%");
    return { address, multihop: false, ...(device !== undefined && { interface: device }) };
  }
  const address = formatAddress(peer.address);
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
