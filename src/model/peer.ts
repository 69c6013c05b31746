/** What follows from a peer's AS numbers and place. */
import type { Family } from "./address.ts";
import type { Peer } from "./config.ts";

/** The AS we are towards this peer: the session and its paths know no other one of ours. */
export function localAs(peer: Peer): number {
  return peer.localAsn ?? peer.myAsn;
}

/** The family that the session runs over; undefined for a link-local one, which is found by its interface. */
export function placeFamily({ address, listenRange }: Peer): Family | undefined {
  return address?.family ?? listenRange?.prefix.family;
}

export function isExternal(peer: Peer): boolean {
  return peer.peerAsn === "external" || (peer.peerAsn !== "internal" && peer.peerAsn !== localAs(peer));
}
