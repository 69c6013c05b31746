/** bgp-ts-codec: BGP-4 messages as values. */
export { AS_TRANS, Afi, CapabilityCode, MessageType, Origin, SAFI_UNICAST, SegmentType, Verdict } from "./types.ts";
export type {
  Aggregator,
  AsPathSegment,
  Capability,
  CodecContext,
  Decoded,
  Ipv4Prefix,
  Ipv6Prefix,
  KeepaliveMessage,
  LargeCommunity,
  Message,
  MessageError,
  MpReach,
  MpUnreach,
  NextHop,
  Nlri,
  NotificationError,
  NotificationMessage,
  OpenMessage,
  PathAttributes,
  Prefix,
  RouteRefreshMessage,
  UnknownAttribute,
  UpdateMessage,
} from "./types.ts";
export { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from "./address.ts";
export { formatAsdot, parseAsn } from "./asn.ts";
export { AttributeFlag } from "./attribute-row.ts";
export { attributeName, AttributeType } from "./attributes.ts";
export { capabilityName } from "./capabilities.ts";
export {
  formatCommunity,
  formatLargeCommunity,
  parseCommunity,
  parseLargeCommunity,
  WellKnownCommunity,
} from "./communities.ts";
export { encodeEndOfRib, endOfRibFamily } from "./end-of-rib.ts";
export { CeaseSubcode, CodecError, ErrorCode, HeaderSubcode, OpenSubcode, UpdateSubcode } from "./error.ts";
export {
  Administrator,
  decodeExtendedCommunity,
  encodeExtendedCommunity,
  linkBandwidth,
} from "./extended-communities.ts";
export type { ExtendedCommunity } from "./extended-communities.ts";
export { formatExtendedCommunity, parseExtendedCommunity } from "./extended-community-text.ts";
export { HEADER_LENGTH, MAX_EXTENDED_MESSAGE, MAX_MESSAGE, readHeader } from "./header.ts";
export type { HeaderLimits, HeaderResult } from "./header.ts";
export { decodeMessage, encodeMessage } from "./message.ts";
export {
  decodeHardReset,
  decodeShutdownCommunication,
  encodeHardReset,
  encodeMaximumPrefixes,
  encodeShutdownCommunication,
  notificationText,
} from "./notification.ts";
export { encodeReach, encodeUnreach } from "./pack.ts";
export type { PrefixList } from "./pack.ts";
export { formatPrefix, parsePrefix, prefixKey } from "./prefix.ts";
