/**
 * The values of BGP-4: messages, path attributes, capabilities, prefixes.
 *
 * Everything here is plain data: it can be compared, printed as JSON (but for `bigint`) and recorded.
 * Numbers are in host form; the bytes they stand for are described beside them.
 */

/** Address family identifiers (IANA "Address Family Numbers"). */
export const Afi = { Ipv4: 1, Ipv6: 2 } as const;
export type Afi = (typeof Afi)[keyof typeof Afi];

/** Subsequent address family identifier 1: unicast (RFC 4760 §6). The only one this library carries routes for. */
export const SAFI_UNICAST = 1;

/** AS_TRANS: stands for a 4-octet AS number in 2-octet fields (RFC 6793 §9). */
export const AS_TRANS = 23456;

/** An IPv4 prefix. `address` is the unsigned 32-bit value with its host bits zero. */
export interface Ipv4Prefix {
  readonly afi: typeof Afi.Ipv4;
  readonly address: number;
  readonly length: number;
}

/** An IPv6 prefix. `address` is the unsigned 128-bit value with its host bits zero. */
export interface Ipv6Prefix {
  readonly afi: typeof Afi.Ipv6;
  readonly address: bigint;
  readonly length: number;
}

/** On the wire: length in bits (1 byte), then ceil(length / 8) bytes (RFC 4271 §4.3). */
export type Prefix = Ipv4Prefix | Ipv6Prefix;

/** One entry of a reachable or withdrawn list. `pathId` only on an ADD-PATH family (RFC 7911 §3). */
export interface Nlri<P extends Prefix = Prefix> {
  readonly prefix: P;
  readonly pathId?: number;
}

/** A next hop of MP_REACH_NLRI: 4, 16 or 32 bytes (RFC 4760 §3, RFC 2545 §3, RFC 8950 §4). */
export type NextHop =
  | { readonly afi: typeof Afi.Ipv4; readonly address: number }
  | { readonly afi: typeof Afi.Ipv6; readonly address: bigint; readonly linkLocal?: bigint };

/** ORIGIN values (RFC 4271 §5.1.1). */
export const Origin = { Igp: 0, Egp: 1, Incomplete: 2 } as const;
export type Origin = (typeof Origin)[keyof typeof Origin];

/** AS_PATH segment types (RFC 4271 §4.3, RFC 5065 §3). Sets are decoded and never originated (RFC 9774). */
export const SegmentType = { Set: 1, Sequence: 2, ConfedSequence: 3, ConfedSet: 4 } as const;
export type SegmentType = (typeof SegmentType)[keyof typeof SegmentType];

export interface AsPathSegment {
  readonly type: SegmentType;
  readonly asns: readonly number[];
}

export interface Aggregator {
  readonly asn: number;
  /** Unsigned 32-bit IPv4 address. */
  readonly address: number;
}

/** Three unsigned 32-bit parts (RFC 8092 §3). */
export interface LargeCommunity {
  readonly global: number;
  readonly local1: number;
  readonly local2: number;
}

/** An attribute this library does not interpret, kept as it came (RFC 4271 §5, §9: unrecognised optional ones). */
export interface UnknownAttribute {
  readonly flags: number;
  readonly type: number;
  readonly value: Uint8Array;
}

/**
 * Path attributes of an UPDATE, all optional: absent means absent on the wire. MP_REACH/MP_UNREACH stand in the message.
 * AS4_PATH and AS4_AGGREGATOR have no field: they are made from, and merged into, `asPath` and `aggregator` (RFC 6793).
 */
export interface PathAttributes {
  readonly origin?: Origin;
  readonly asPath?: readonly AsPathSegment[];
  /** NEXT_HOP, unsigned 32-bit IPv4 address. */
  readonly nextHop?: number;
  readonly med?: number;
  readonly localPref?: number;
  readonly atomicAggregate?: true;
  readonly aggregator?: Aggregator;
  /** Unsigned 32-bit values, as on the wire. */
  readonly communities?: readonly number[];
  readonly originatorId?: number;
  readonly clusterList?: readonly number[];
  /** Eight-byte values, big-endian: type, sub-type, six bytes (RFC 4360 §2). */
  readonly extendedCommunities?: readonly bigint[];
  readonly largeCommunities?: readonly LargeCommunity[];
  /** Only to Customer (RFC 9234 §5), an AS number. */
  readonly otc?: number;
  readonly unknown?: readonly UnknownAttribute[];
}

/** Message types (RFC 4271 §4.1, RFC 2918 §3). */
export const MessageType = { Open: 1, Update: 2, Notification: 3, Keepalive: 4, RouteRefresh: 5 } as const;
export type MessageType = (typeof MessageType)[keyof typeof MessageType];

/** OPEN (RFC 4271 §4.2). `asn16` is the two-byte field: AS_TRANS where the AS number needs four (see capability 65). */
export interface OpenMessage {
  readonly type: typeof MessageType.Open;
  readonly version: number;
  readonly asn16: number;
  /** Seconds; 0 or at least 3. */
  readonly holdTime: number;
  /** Unsigned 32-bit. */
  readonly bgpId: number;
  /** In wire order, of all type-2 parameters together. */
  readonly capabilities: readonly Capability[];
}

export interface MpReach {
  readonly afi: number;
  readonly safi: number;
  /** Absent where the family is not one this library carries (its `nlri` is then empty). */
  readonly nextHop?: NextHop;
  readonly nlri: readonly Nlri[];
}

export interface MpUnreach {
  readonly afi: number;
  readonly safi: number;
  readonly nlri: readonly Nlri[];
}

/** UPDATE (RFC 4271 §4.3). An UPDATE with nothing in it is the IPv4 End-of-RIB (RFC 4724 §2). */
export interface UpdateMessage {
  readonly type: typeof MessageType.Update;
  readonly withdrawn: readonly Nlri<Ipv4Prefix>[];
  readonly attributes: PathAttributes;
  readonly nlri: readonly Nlri<Ipv4Prefix>[];
  readonly mpReach?: MpReach;
  readonly mpUnreach?: MpUnreach;
}

/** NOTIFICATION (RFC 4271 §4.5). */
export interface NotificationMessage {
  readonly type: typeof MessageType.Notification;
  readonly code: number;
  readonly subcode: number;
  readonly data: Uint8Array;
}

export interface KeepaliveMessage {
  readonly type: typeof MessageType.Keepalive;
}

/** ROUTE-REFRESH (RFC 2918 §3, RFC 7313 §3.2): subtype 0 request, 1 BoRR, 2 EoRR. */
export interface RouteRefreshMessage {
  readonly type: typeof MessageType.RouteRefresh;
  readonly afi: number;
  readonly subtype: number;
  readonly safi: number;
}

export type Message = OpenMessage | UpdateMessage | NotificationMessage | KeepaliveMessage | RouteRefreshMessage;

/** Capability codes (IANA "Capability Codes") that this library interprets. */
export const CapabilityCode = {
  Multiprotocol: 1,
  RouteRefresh: 2,
  ExtendedNextHop: 5,
  ExtendedMessage: 6,
  Role: 9,
  GracefulRestart: 64,
  FourOctetAs: 65,
  AddPath: 69,
  EnhancedRouteRefresh: 70,
  LongLivedGracefulRestart: 71,
  Fqdn: 73,
  BfdStrictMode: 74,
  SoftwareVersion: 75,
} as const;
export type CapabilityCode = (typeof CapabilityCode)[keyof typeof CapabilityCode];

/** A capability of an OPEN, one value a TLV (RFC 5492 §4). `kind` is stable text; unknown codes are kept whole. */
export type Capability =
  | { readonly kind: "multiprotocol"; readonly afi: number; readonly safi: number }
  | { readonly kind: "route-refresh" }
  | {
      readonly kind: "extended-next-hop";
      readonly tuples: readonly { readonly afi: number; readonly safi: number; readonly nextHopAfi: number }[];
    }
  | { readonly kind: "extended-message" }
  | { readonly kind: "role"; readonly role: number }
  | {
      readonly kind: "graceful-restart";
      /** R: this speaker has restarted (RFC 4724 §3). */
      readonly restarted: boolean;
      /** N: NOTIFICATIONs too keep the routes (RFC 8538 §2). */
      readonly notification: boolean;
      /** Seconds, 0-4095. */
      readonly restartTime: number;
      /** `forwarding` is F: forwarding state was preserved for this family. */
      readonly families: readonly { readonly afi: number; readonly safi: number; readonly forwarding: boolean }[];
    }
  | { readonly kind: "four-octet-as"; readonly asn: number }
  | {
      readonly kind: "add-path";
      /** mode 1 receive, 2 send, 3 both (RFC 7911 §4). */
      readonly families: readonly { readonly afi: number; readonly safi: number; readonly mode: number }[];
    }
  | { readonly kind: "enhanced-route-refresh" }
  | { readonly kind: "bfd-strict-mode" }
  | {
      readonly kind: "long-lived-graceful-restart";
      /** `staleTime` in seconds, 24 bits. */
      readonly families: readonly {
        readonly afi: number;
        readonly safi: number;
        readonly forwarding: boolean;
        readonly staleTime: number;
      }[];
    }
  | { readonly kind: "fqdn"; readonly host: string; readonly domain: string }
  | { readonly kind: "software-version"; readonly version: string }
  | { readonly kind: "unknown"; readonly code: number; readonly value: Uint8Array };

/** What two speakers agreed on; the codec reads and writes by it and keeps no state of its own. */
export interface CodecContext {
  /** AS numbers in AS_PATH and AGGREGATOR take four bytes (RFC 6793). */
  readonly as4: boolean;
  /** The session is external: LOCAL_PREF, ORIGINATOR_ID and CLUSTER_LIST of the peer are discarded (RFC 7606 §7). */
  readonly ebgp: boolean;
  /** The families whose NLRI carry a path identifier in the direction at hand. */
  readonly addPath: { readonly ipv4: boolean; readonly ipv6: boolean };
  /** Messages up to 65535 bytes (RFC 8654) in the direction at hand. */
  readonly extendedMessages: boolean;
  /** Treat AS_SET and AS_CONFED_SET as withdraw (RFC 9774). Default true. */
  readonly rejectAsSets?: boolean;
  /** When given, the leftmost AS of an eBGP path must be this one (RFC 4271 §6.3), else treat-as-withdraw. */
  readonly firstAs?: number;
}

/** What an error in an UPDATE leads to, mildest first (RFC 7606 §2). */
export const Verdict = {
  Ok: "ok",
  AttributeDiscard: "attribute-discard",
  TreatAsWithdraw: "treat-as-withdraw",
  SessionReset: "session-reset",
} as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

/** The NOTIFICATION to send: code, subcode and data (RFC 4271 §6). */
export interface NotificationError {
  readonly code: number;
  readonly subcode: number;
  readonly data: Uint8Array;
}

/** One thing wrong with a message. `notification` is what RFC 4271 §6 would send for it, also where RFC 7606 is milder. */
export interface MessageError {
  readonly verdict: Exclude<Verdict, "ok">;
  /** One sentence, with the field's name and the numbers: for logs and people. */
  readonly text: string;
  /** The path attribute at fault, by type code, where there is one. */
  readonly attribute?: number;
  readonly notification: NotificationError;
}

/**
 * A decoded message. `verdict` is the most severe of `errors`, "ok" when there are none.
 * On session-reset `message` is null and `notification` is what to send (null when the peer's message was itself a
 * NOTIFICATION). On treat-as-withdraw the routes of the message stand in `withdrawn` / `mpUnreach`, none as reachable.
 */
export interface Decoded {
  readonly message: Message | null;
  readonly verdict: Verdict;
  readonly errors: readonly MessageError[];
  readonly notification: NotificationError | null;
}
