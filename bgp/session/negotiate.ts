/** The peer's OPEN checked against the configuration, and what both OPENs agree on (RFC 4271 §6.2, RFC 6286, RFC 6793). */
import { AS_TRANS, Afi, ErrorCode, OpenSubcode, SAFI_UNICAST, encodeMessage } from "bgp-ts-codec";
import type { Capability, CodecContext, NotificationError, OpenMessage } from "bgp-ts-codec";
import { familyCapabilities } from "./open.ts";
import type { Families, Negotiated, SessionConfig } from "./types.ts";

/** Why a session cannot be: what to send, and a sentence with the numbers. */
export interface OpenRefusal {
  readonly notification: NotificationError;
  readonly text: string;
}

type Kind = Capability["kind"];

function find<K extends Kind>(open: OpenMessage, kind: K): Extract<Capability, { kind: K }> | undefined {
  return open.capabilities.find((one): one is Extract<Capability, { kind: K }> => one.kind === kind);
}

function refuse(subcode: number, text: string, data: Uint8Array = new Uint8Array(0)): OpenRefusal {
  return { notification: { code: ErrorCode.OpenMessage, subcode, data }, text };
}

/** The context of messages before anything is agreed on. */
export const INITIAL_CONTEXT: CodecContext = {
  as4: true,
  ebgp: true,
  addPath: { ipv4: false, ipv6: false },
  extendedMessages: false,
};

/** Header (19), version to identifier (9), parameters length (1), parameter type and length (2). */
const CAPABILITIES_AT = 31;

/** Capabilities as the bytes they have in an OPEN. */
function capabilityBytes(open: OpenMessage, capabilities: readonly Capability[]): Uint8Array {
  return encodeMessage({ ...open, capabilities }, INITIAL_CONTEXT).slice(CAPABILITIES_AT);
}

/** The AS of the peer's OPEN, or what is wrong with it (RFC 6793 §4.1, RFC 7607). */
function peerAs(open: OpenMessage): number | string {
  const four = find(open, "four-octet-as")?.asn;
  if (open.asn16 === 0 || four === 0) return "AS 0 is not allowed";
  if (four === undefined) return open.asn16 === AS_TRANS ? `AS ${AS_TRANS} without its four-octet number` : open.asn16;
  const field = four > 0xffff ? AS_TRANS : four;
  return open.asn16 === field ? four : `AS ${open.asn16} in the OPEN, but ${four} in its capability`;
}

function asMismatch({ localAs, remoteAs }: SessionConfig, asn: number): string | undefined {
  switch (remoteAs) {
    case "external":
      return asn === localAs ? `AS ${asn} is ours, the peer must be external` : undefined;
    case "internal":
      return asn === localAs ? undefined : `AS ${asn} is not ours (${localAs}), the peer must be internal`;
    default:
      return asn === remoteAs ? undefined : `AS ${asn}, must be ${remoteAs}`;
  }
}

/** Without any such capability a peer speaks IPv4 alone (RFC 4760 §8). */
function peerFamilies(open: OpenMessage): Families {
  const listed = open.capabilities.filter((one) => one.kind === "multiprotocol");
  if (listed.length === 0) return { ipv4: true, ipv6: false };
  const has = (wanted: Afi): boolean => listed.some(({ afi, safi }) => afi === wanted && safi === SAFI_UNICAST);
  return { ipv4: has(Afi.Ipv4), ipv6: has(Afi.Ipv6) };
}

function negotiatedKeepalive({ keepaliveTime }: SessionConfig, holdTime: number): number {
  if (holdTime === 0) return 0;
  const third = Math.max(1, Math.floor(holdTime / 3));
  return keepaliveTime === undefined ? third : Math.min(keepaliveTime, third);
}

/** Checks in the order AS, hold time, identifier, capabilities; version and structure are the codec's. */
export function negotiate(config: SessionConfig, ours: OpenMessage, open: OpenMessage): Negotiated | OpenRefusal {
  const remoteAs = peerAs(open);
  if (typeof remoteAs === "string") return refuse(OpenSubcode.BadPeerAs, remoteAs);
  const mismatch = asMismatch(config, remoteAs);
  if (mismatch !== undefined) return refuse(OpenSubcode.BadPeerAs, mismatch);

  const { minimumHoldTime = 0 } = config;
  if (open.holdTime === 1 || open.holdTime === 2) {
    return refuse(OpenSubcode.UnacceptableHoldTime, `hold time ${open.holdTime}, must be 0 or at least 3 seconds`);
  }
  if (open.holdTime < minimumHoldTime) {
    const text = `hold time ${open.holdTime}, must be at least ${minimumHoldTime} seconds`;
    return refuse(OpenSubcode.UnacceptableHoldTime, text);
  }
  const ebgp = remoteAs !== config.localAs;
  if (open.bgpId === 0) return refuse(OpenSubcode.BadBgpIdentifier, "BGP identifier 0.0.0.0 is not allowed");
  if (!ebgp && open.bgpId === config.bgpId) {
    return refuse(OpenSubcode.BadBgpIdentifier, "the BGP identifier is our own, in our own AS");
  }
  const theirs = peerFamilies(open);
  const families = {
    ipv4: config.families.ipv4 && theirs.ipv4,
    ipv6: config.families.ipv6 && theirs.ipv6,
  };
  if (!families.ipv4 && !families.ipv6) {
    const wanted = capabilityBytes(ours, familyCapabilities(config.families));
    return refuse(OpenSubcode.UnsupportedCapability, "no address family in common", wanted);
  }

  const holdTime = Math.min(config.holdTime, open.holdTime);
  const both = (kind: Kind): boolean => find(ours, kind) !== undefined && find(open, kind) !== undefined;
  const restart = find(open, "graceful-restart");
  const gracefulRestart = both("graceful-restart");
  const context = { as4: both("four-octet-as"), ebgp, addPath: { ipv4: false, ipv6: false } };
  return {
    remoteAs,
    remoteId: open.bgpId,
    ebgp,
    holdTime,
    keepaliveTime: negotiatedKeepalive(config, holdTime),
    families,
    routeRefresh: both("route-refresh"),
    enhancedRouteRefresh: both("enhanced-route-refresh"),
    extendedNextHop:
      config.extendedNextHop === true &&
      find(open, "extended-next-hop")?.tuples.some(
        ({ afi, safi, nextHopAfi }) => afi === Afi.Ipv4 && safi === SAFI_UNICAST && nextHopAfi === Afi.Ipv6,
      ) === true,
    gracefulRestart,
    gracefulNotification:
      gracefulRestart && config.gracefulRestart?.notification === true && restart?.notification === true,
    bfdStrict: both("bfd-strict-mode"),
    send: { ...context, extendedMessages: both("extended-message") },
    receive: { ...context, extendedMessages: config.extendedMessages === true },
    capabilitiesSent: ours.capabilities,
    capabilitiesReceived: open.capabilities,
  };
}
