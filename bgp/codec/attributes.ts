/**
 * The path attributes this library interprets, one row each: code, flags, lengths, what an error in it leads to
 * (RFC 7606 §7), and its value in both directions. MP_REACH_NLRI and MP_UNREACH_NLRI are in mp.ts.
 */
import { asn16, checkAsn, readAsPath, writeAsPath } from "./as-path.ts";
import {
  AttributeFlag,
  type AttributeRow,
  type AttributeRule,
  exactly,
  list,
  row,
  timesOf,
  u32,
  u32List,
} from "./attribute-row.ts";
import { CodecError, Malformed, UpdateSubcode } from "./error.ts";
import type { Reader } from "./reader.ts";
import { type Aggregator, Origin } from "./types.ts";

/** Path attribute type codes (IANA "BGP Path Attributes") with a meaning here. */
export const AttributeType = {
  Origin: 1,
  AsPath: 2,
  NextHop: 3,
  MultiExitDisc: 4,
  LocalPref: 5,
  AtomicAggregate: 6,
  Aggregator: 7,
  Communities: 8,
  OriginatorId: 9,
  ClusterList: 10,
  MpReachNlri: 14,
  MpUnreachNlri: 15,
  ExtendedCommunities: 16,
  As4Path: 17,
  As4Aggregator: 18,
  Ipv6ExtendedCommunities: 25,
  LargeCommunities: 32,
  Otc: 35,
} as const;

const WELL_KNOWN = AttributeFlag.Transitive;
const NON_TRANSITIVE = AttributeFlag.Optional;
const TRANSITIVE = AttributeFlag.Optional | AttributeFlag.Transitive;

function isOrigin(value: number): value is Origin {
  return value <= Origin.Incomplete;
}

/** 0.0.0.0 and class D and E are no host addresses (RFC 4271 §6.3). */
function isHostAddress(address: number): boolean {
  return address !== 0 && address < 0xe000_0000;
}

function readAggregator(reader: Reader, as4: boolean): Aggregator {
  const asn = as4 ? reader.u32("AS number") : reader.u16("AS number");
  if (asn === 0) throw new Malformed("it names AS 0");
  return { asn, address: reader.u32("address") };
}

/** In ascending order of their codes. */
export const ATTRIBUTES: readonly AttributeRow[] = [
  row("origin", {
    code: AttributeType.Origin,
    name: "ORIGIN",
    flags: WELL_KNOWN,
    ...exactly(1),
    decode(reader) {
      const value = reader.u8("origin");
      if (!isOrigin(value)) throw new Malformed(`value ${value} is not 0, 1 or 2`, UpdateSubcode.InvalidOrigin);
      return value;
    },
    encode(writer, value) {
      if (!isOrigin(value)) throw new CodecError("origin", `${String(value)} is not 0, 1 or 2`);
      writer.u8(value, "origin");
    },
  }),
  row("asPath", {
    code: AttributeType.AsPath,
    name: "AS_PATH",
    flags: WELL_KNOWN,
    length: () => true,
    right: "any",
    decode: (reader, { as4 }) => readAsPath(reader, as4),
    encode(writer, value, { as4 }) {
      writeAsPath(writer, value, as4, "asPath");
    },
  }),
  row("nextHop", {
    code: AttributeType.NextHop,
    name: "NEXT_HOP",
    flags: WELL_KNOWN,
    ...u32("nextHop"),
    decode(reader) {
      const address = reader.u32("next hop");
      if (!isHostAddress(address)) throw new Malformed("it is no host address", UpdateSubcode.InvalidNextHop);
      return address;
    },
  }),
  row("med", { code: AttributeType.MultiExitDisc, name: "MULTI_EXIT_DISC", flags: NON_TRANSITIVE, ...u32("med") }),
  row("localPref", {
    code: AttributeType.LocalPref,
    name: "LOCAL_PREF",
    flags: WELL_KNOWN,
    internal: true,
    ...u32("localPref"),
  }),
  row("atomicAggregate", {
    code: AttributeType.AtomicAggregate,
    name: "ATOMIC_AGGREGATE",
    flags: WELL_KNOWN,
    ...exactly(0),
    discard: true,
    decode: () => true,
    encode: () => undefined,
  }),
  row("aggregator", {
    code: AttributeType.Aggregator,
    name: "AGGREGATOR",
    flags: TRANSITIVE,
    length: (length, { as4 }) => length === (as4 ? 8 : 6),
    right: "6, or 8 with four-byte AS numbers",
    discard: true,
    decode: (reader, { as4 }) => readAggregator(reader, as4),
    encode(writer, { asn, address }, { as4 }) {
      checkAsn(asn, "aggregator asn");
      if (as4) writer.u32(asn, "aggregator asn");
      else writer.u16(asn16(asn), "aggregator asn");
      writer.u32(address, "aggregator address");
    },
  }),
  row("communities", {
    code: AttributeType.Communities,
    name: "COMMUNITIES",
    flags: TRANSITIVE,
    ...u32List("communities"),
  }),
  row("originatorId", {
    code: AttributeType.OriginatorId,
    name: "ORIGINATOR_ID",
    flags: NON_TRANSITIVE,
    internal: true,
    ...u32("originatorId"),
  }),
  row("clusterList", {
    code: AttributeType.ClusterList,
    name: "CLUSTER_LIST",
    flags: NON_TRANSITIVE,
    internal: true,
    ...u32List("clusterList"),
  }),
  row("extendedCommunities", {
    code: AttributeType.ExtendedCommunities,
    name: "EXTENDED_COMMUNITIES",
    flags: TRANSITIVE,
    ...list(
      8,
      (reader) => reader.u64("extended community"),
      (writer, value) => {
        writer.u64(value, "extendedCommunities");
      },
    ),
  }),
  row("as4Path", {
    code: AttributeType.As4Path,
    name: "AS4_PATH",
    flags: TRANSITIVE,
    length: (length) => length >= 6,
    right: "at least 6",
    discard: true,
    twoByteOnly: true,
    decode: (reader) => readAsPath(reader, true),
    encode(writer, value) {
      writeAsPath(writer, value, true, "asPath");
    },
  }),
  row("as4Aggregator", {
    code: AttributeType.As4Aggregator,
    name: "AS4_AGGREGATOR",
    flags: TRANSITIVE,
    ...exactly(8),
    discard: true,
    twoByteOnly: true,
    decode: (reader) => readAggregator(reader, true),
    encode(writer, { asn, address }) {
      writer.u32(asn, "aggregator asn");
      writer.u32(address, "aggregator address");
    },
  }),
  row("largeCommunities", {
    code: AttributeType.LargeCommunities,
    name: "LARGE_COMMUNITY",
    flags: TRANSITIVE,
    ...list(
      12,
      (reader) => ({
        global: reader.u32("large community"),
        local1: reader.u32("large community"),
        local2: reader.u32("large community"),
      }),
      (writer, { global, local1, local2 }) => {
        writer.u32(global, "largeCommunities global");
        writer.u32(local1, "largeCommunities local1");
        writer.u32(local2, "largeCommunities local2");
      },
    ),
  }),
  row("otc", { code: AttributeType.Otc, name: "ONLY_TO_CUSTOMER", flags: TRANSITIVE, ...u32("otc") }),
];

/** Attributes kept as they come, but for their length (RFC 7606 §7.15). */
export const OPAQUE: readonly AttributeRule[] = [
  {
    code: AttributeType.Ipv6ExtendedCommunities,
    name: "IPV6_EXTENDED_COMMUNITIES",
    flags: TRANSITIVE,
    fits: timesOf(20).length,
    right: timesOf(20).right,
    verdict: "treat-as-withdraw",
    internal: false,
    twoByteOnly: false,
  },
];

/** MP_REACH_NLRI and MP_UNREACH_NLRI: without them routes cannot be found, so what is wrong inside resets the session. */
export function isMultiprotocol(type: number): boolean {
  return type === AttributeType.MpReachNlri || type === AttributeType.MpUnreachNlri;
}

const NAMES: ReadonlyMap<number, string> = new Map([
  ...[...ATTRIBUTES, ...OPAQUE].map(({ code, name }): [number, string] => [code, name]),
  [AttributeType.MpReachNlri, "MP_REACH_NLRI"],
  [AttributeType.MpUnreachNlri, "MP_UNREACH_NLRI"],
  [22, "PMSI_TUNNEL"],
  [23, "TUNNEL_ENCAPSULATION"],
  [26, "AIGP"],
  [29, "BGP-LS"],
  [33, "BGPSEC_PATH"],
  [40, "PREFIX_SID"],
  [128, "ATTR_SET"],
]);

/** The name of an attribute type: "ORIGIN", or "attribute 99". */
export function attributeName(type: number): string {
  return NAMES.get(type) ?? `attribute ${type}`;
}
