/** What follows from a peer's AS numbers. */
import type { Peer } from "./config.ts";

/** The AS we are towards this peer: the session and its paths know no other one of ours. */
export function localAs(peer: Peer): number {
  return peer.localAsn ?? peer.myAsn;
}

export function isExternal(peer: Peer): boolean {
  return peer.peerAsn === "external" || (peer.peerAsn !== "internal" && peer.peerAsn !== localAs(peer));
}
