/** A peer as lines of bgpd. */
import type { Family } from "../../model/address.ts";
import { formatAddress, formatPrefix } from "../../model/address.ts";
import type { BfdProfile, Peer } from "../../model/config.ts";
import { isExternal } from "../../model/peer.ts";
import { hash } from "../daemon/classes.ts";
import { PREFIX } from "./config.ts";
import type { FrrNeighbor } from "./config.ts";
import { COUNT_MAP, IN_MAP, outMap } from "./policy.ts";

/** What bgpd calls the neighbour. */
export function neighborName({ name, address, interface: device = "", listenRange }: Peer): string {
  if (listenRange !== undefined) return `${PREFIX}${name}`;
  return address === undefined ? device : formatAddress(address);
}

/** FRR takes the rest of a line as the key, without more than one space in a row. */
export function passwordFits(password: string): boolean {
  return /^[\x21-\x7e]{1,80}$/.test(password);
}

function familyLines(peer: Peer, family: Family): readonly string[] {
  if (!peer.families.has(family)) return [];
  return ["activate", `route-map ${IN_MAP} in`, `route-map ${outMap(peer.name)} out`];
}

/** The lines of bfdd's profile. FRR prints no value that is its default. */
export function bfdLines(profile: BfdProfile): readonly string[] {
  return [
    `detect-multiplier ${profile.detectMultiplier}`,
    `transmit-interval ${profile.transmitInterval}`,
    `receive-interval ${profile.receiveInterval}`,
    `echo transmit-interval ${profile.echoInterval}`,
    `echo receive-interval ${profile.echoInterval}`,
    ...(profile.echoMode ? ["echo-mode"] : []),
    ...(profile.passiveMode ? ["passive-mode"] : []),
    `minimum-ttl ${profile.minimumTtl}`,
  ];
}

/** Named by its content: two of one name are the same. */
export function bfdName(profile: BfdProfile): string {
  const content = hash(bfdLines(profile).join("\n")).toString(16).padStart(8, "0");
  return `${PREFIX}${profile.name}-${content}`;
}

/** Minutes until a peer that announced too much is tried again: FRR's least. */
const PARDON = 1;

/** With the limit of prefixes, where bgpd `counts` what the peer announces. */
function limited(lines: readonly string[], { maxReceivedPrefixes }: Peer, counts: boolean): readonly string[] {
  if (!counts || lines.length === 0) return lines;
  const counted = lines.map((line) => (line === `route-map ${IN_MAP} in` ? `route-map ${COUNT_MAP} in` : line));
  return [...counted, `maximum-prefix ${maxReceivedPrefixes} restart ${PARDON}`];
}

/** The one place where a password is revealed. `counts`: bgpd counts what the peer announces. */
export function neighbor(peer: Peer, counts: boolean): FrrNeighbor {
  const { name, peerAsn, localAsn, myAsn, port, holdTime, connectTime, sourceAddress, password, bfdProfile } = peer;
  const { listenRange, sourceInterface } = peer;
  const keepalive = peer.keepaliveTime ?? Math.floor(holdTime / 3);
  const terms = [
    ...(listenRange === undefined ? [] : ["peer-group"]),
    `${peer.interface === undefined ? "" : "interface "}remote-as ${peerAsn}`,
    ...(localAsn === undefined || localAsn === myAsn ? [] : [`local-as ${localAsn} no-prepend replace-as`]),
    ...(bfdProfile === undefined ? [] : ["bfd", `bfd profile ${bfdName(bfdProfile)}`]),
    ...(port === 179 || listenRange !== undefined ? [] : [`port ${port}`]),
    ...(sourceInterface === undefined ? [] : [`interface ${sourceInterface}`]),
    ...(peer.passive === true ? ["passive"] : []),
    ...(peer.ttlSecurity === true ? ["ttl-security hops 1"] : []),
    ...(peer.ebgpMultiHop && isExternal(peer) ? ["ebgp-multihop 255"] : []),
    ...(sourceAddress === undefined ? [] : [`update-source ${formatAddress(sourceAddress)}`]),
    `timers ${keepalive} ${holdTime}`,
    `timers connect ${connectTime}`,
    ...(peer.gracefulRestart ? ["graceful-restart"] : []),
    ...(listenRange === undefined ? [] : [`listen range ${formatPrefix(listenRange.prefix)}`]),
  ];
  const families = { 4: familyLines(peer, 4), 6: familyLines(peer, 6) };
  // A limit that changes is no other session.
  const fingerprint = hash([...terms, ...families[4], "", ...families[6]].join("\n"));
  return {
    description: `herald ${name} ${fingerprint.toString(16).padStart(8, "0")}`,
    session: [...terms, ...(password === undefined ? [] : [`password ${password.reveal()}`])],
    families: { 4: limited(families[4], peer, counts), 6: limited(families[6], peer, counts) },
  };
}
