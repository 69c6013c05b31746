/** A peer as lines of bgpd. */
import type { Family } from "../../model/address.ts";
import { formatAddress } from "../../model/address.ts";
import type { BfdProfile, Peer } from "../../model/config.ts";
import { isExternal } from "../../model/peer.ts";
import { hash } from "../daemon/classes.ts";
import { PREFIX } from "./config.ts";
import type { FrrNeighbor } from "./config.ts";
import { IN_MAP, outMap } from "./policy.ts";

/** What bgpd calls the neighbour. */
export function neighborName({ address, interface: device = "" }: Peer): string {
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

/** The one place where a password is revealed. */
export function neighbor(peer: Peer): FrrNeighbor {
  const { name, peerAsn, localAsn, myAsn, port, holdTime, connectTime, sourceAddress, password, bfdProfile } = peer;
  const keepalive = peer.keepaliveTime ?? Math.floor(holdTime / 3);
  const terms = [
    `${peer.address === undefined ? "interface " : ""}remote-as ${peerAsn}`,
    ...(localAsn === undefined || localAsn === myAsn ? [] : [`local-as ${localAsn} no-prepend replace-as`]),
    ...(bfdProfile === undefined ? [] : ["bfd", `bfd profile ${bfdName(bfdProfile)}`]),
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
