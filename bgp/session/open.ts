/** Our OPEN (RFC 4271 §4.2) and its capabilities (RFC 5492). */
import { AS_TRANS, Afi, MessageType, SAFI_UNICAST } from "bgp-ts-codec";
import type { Capability, OpenMessage } from "bgp-ts-codec";
import type { Families, SessionConfig } from "./types.ts";

export function familyList({ ipv4, ipv6 }: Families): Afi[] {
  return [...(ipv4 ? [Afi.Ipv4] : []), ...(ipv6 ? [Afi.Ipv6] : [])];
}

function multiprotocol(families: Families): Capability[] {
  return familyList(families).map((afi) => ({ kind: "multiprotocol", afi, safi: SAFI_UNICAST }));
}

/** What of a configuration our OPEN says. */
export type Offer = Pick<
  SessionConfig,
  | "localAs"
  | "holdTime"
  | "bgpId"
  | "families"
  | "extendedNextHop"
  | "extendedMessages"
  | "bfdStrict"
  | "gracefulRestart"
  | "hostName"
>;

/**
 * `again`: there was a session with this peer before in this run. Nothing restarted since then, and forwarding went on
 * (RFC 4724 §3: with F clear the peer would drop the routes it kept).
 */
export function buildOpen(config: Offer, again: boolean): OpenMessage {
  const { localAs, holdTime, bgpId, families, extendedNextHop, extendedMessages, gracefulRestart, hostName } = config;
  const capabilities: Capability[] = [
    ...multiprotocol(families),
    { kind: "route-refresh" },
    { kind: "enhanced-route-refresh" },
    { kind: "four-octet-as", asn: localAs },
  ];
  if (extendedNextHop === true && families.ipv4) {
    const tuple = { afi: Afi.Ipv4, safi: SAFI_UNICAST, nextHopAfi: Afi.Ipv6 };
    capabilities.push({ kind: "extended-next-hop", tuples: [tuple] });
  }
  if (extendedMessages === true) capabilities.push({ kind: "extended-message" });
  if (config.bfdStrict === true) capabilities.push({ kind: "bfd-strict-mode" });
  if (gracefulRestart !== undefined) {
    const { restartTime, restarted, forwarding, notification } = gracefulRestart;
    capabilities.push({
      kind: "graceful-restart",
      restarted: restarted && !again,
      notification,
      restartTime,
      families: familyList(families).map((afi) => ({ afi, safi: SAFI_UNICAST, forwarding: forwarding || again })),
    });
  }
  if (hostName !== undefined) capabilities.push({ kind: "fqdn", host: hostName, domain: "" });
  return {
    type: MessageType.Open,
    version: 4,
    asn16: localAs > 0xffff ? AS_TRANS : localAs,
    holdTime,
    bgpId,
    capabilities,
  };
}

/** The families as capabilities, for the data of NOTIFICATION 2/7 (RFC 5492 §5). */
export { multiprotocol as familyCapabilities };
