/** A peer as lines of bgpd. */
import type { Family } from "../../model/address.ts";
import { formatAddress } from "../../model/address.ts";
import type { Peer } from "../../model/config.ts";
import { isExternal } from "../../model/peer.ts";
import { PREFIX } from "./config.ts";
import type { FrrNeighbor } from "./config.ts";
import { hash } from "./tags.ts";

/** The route-map of what a peer is told. */
export function outMap(peer: string): string {
  return `${PREFIX}out-${peer}`;
}

/** The route-map of what is taken from peers: nothing. */
export const IN_MAP = `${PREFIX}in`;

/** FRR takes the rest of a line as the key, without more than one space in a row. */
export function passwordFits(password: string): boolean {
  return /^[\x21-\x7e]{1,80}$/.test(password);
}

function familyLines(peer: Peer, family: Family): readonly string[] {
  if (!peer.families.has(family)) return [];
  return ["activate", `route-map ${IN_MAP} in`, `route-map ${outMap(peer.name)} out`];
}

/** `peer` has an address. The one place where a password is revealed. */
export function neighbor(peer: Peer): FrrNeighbor {
  const { name, peerAsn, localAsn, myAsn, port, holdTime, connectTime, sourceAddress, password } = peer;
  const keepalive = peer.keepaliveTime ?? Math.floor(holdTime / 3);
  const terms = [
    `remote-as ${peerAsn}`,
    ...(localAsn === undefined || localAsn === myAsn ? [] : [`local-as ${localAsn} no-prepend replace-as`]),
    ...(port === 179 ? [] : [`port ${port}`]),
    ...(peer.ebgpMultiHop && isExternal(peer) ? ["ebgp-multihop 255"] : []),
    ...(sourceAddress === undefined ? [] : [`update-source ${formatAddress(sourceAddress)}`]),
    `timers ${keepalive} ${holdTime}`,
    `timers connect ${connectTime}`,
    ...(peer.gracefulRestart ? ["graceful-restart"] : []),
  ];
  const families = { 4: familyLines(peer, 4), 6: familyLines(peer, 6) };
  const fingerprint = hash([...terms, ...families[4], "", ...families[6]].join("\n"));
  return {
    description: `herald ${name} ${fingerprint.toString(16).padStart(8, "0")}`,
    session: [...terms, ...(password === undefined ? [] : [`password ${password.reveal()}`])],
    families,
  };
}
