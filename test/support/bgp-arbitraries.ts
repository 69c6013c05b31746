/** Random BGP values for property tests. All are such that encoding and decoding answers them unchanged. */
import * as fc from "fast-check";
import type {
  AsPathSegment,
  Capability,
  CodecContext,
  Ipv4Prefix,
  Ipv6Prefix,
  Message,
  MpReach,
  MpUnreach,
  NextHop,
  Nlri,
  PathAttributes,
  UnknownAttribute,
  UpdateMessage,
} from "bgp-ts-codec";

export const u8 = fc.integer({ min: 0, max: 0xff });
export const u16 = fc.integer({ min: 0, max: 0xffff });
export const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
export const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
export const u128 = fc.bigInt({ min: 0n, max: (1n << 128n) - 1n });
const asn = fc.oneof(fc.integer({ min: 1, max: 0xffff }), fc.integer({ min: 0x1_0000, max: 0xffff_ffff }));
const hostAddress = fc.integer({ min: 1, max: 0xdfff_ffff });

export const ipv4Prefix: fc.Arbitrary<Ipv4Prefix> = fc
  .tuple(u32, fc.integer({ min: 0, max: 32 }))
  .map(([address, length]) => ({
    afi: 1,
    address: Number((BigInt(address) >> BigInt(32 - length)) << BigInt(32 - length)),
    length,
  }));

export const ipv6Prefix: fc.Arbitrary<Ipv6Prefix> = fc
  .tuple(u128, fc.integer({ min: 0, max: 128 }))
  .map(([address, length]) => ({ afi: 2, address: (address >> BigInt(128 - length)) << BigInt(128 - length), length }));

export const prefix = fc.oneof(ipv4Prefix, ipv6Prefix);

function nlri<P extends Ipv4Prefix | Ipv6Prefix>(prefixes: fc.Arbitrary<P>, addPath: boolean): fc.Arbitrary<Nlri<P>[]> {
  const entry: fc.Arbitrary<Nlri<P>> = addPath
    ? fc.record({ prefix: prefixes, pathId: u32 })
    : fc.record({ prefix: prefixes });
  return fc.array(entry, { maxLength: 6 });
}

/** Confederation segments have no four-byte companion towards two-byte peers (RFC 6793 §4.2.2). */
const segment: fc.Arbitrary<AsPathSegment> = fc.oneof(
  fc.record({ type: fc.constantFrom(1, 2), asns: fc.array(asn, { minLength: 1, maxLength: 5 }) }),
  fc.record({
    type: fc.constantFrom(3, 4),
    asns: fc.array(fc.integer({ min: 1, max: 0xffff }), { minLength: 1, maxLength: 5 }),
  }),
);

/** Paths that a two-byte session carries too: confederation segments only in front (RFC 6793 §4.2.3). */
const path = fc
  .array(segment, { maxLength: 4 })
  .map((segments) => segments.toSorted((a, b) => Number(a.type < 3) - Number(b.type < 3)));

const aggregator = fc.record({ asn, address: u32 });
/** Types without a meaning here, and one whose length alone is known. */
const unknown: fc.Arbitrary<UnknownAttribute> = fc.record({
  flags: fc.constantFrom(0x80, 0xc0, 0xe0),
  type: fc.constantFrom(11, 26, 40, 99, 128, 255),
  value: fc.uint8Array({ maxLength: 300 }),
});

/** Of an internal session: with LOCAL_PREF and what route reflectors add. */
export const attributes: fc.Arbitrary<PathAttributes> = fc
  .record(
    {
      origin: fc.constantFrom(0 as const, 1 as const, 2 as const),
      asPath: path,
      nextHop: hostAddress,
      med: u32,
      localPref: u32,
      atomicAggregate: fc.constant(true as const),
      aggregator,
      communities: fc.array(u32, { minLength: 1, maxLength: 80 }),
      originatorId: u32,
      clusterList: fc.array(u32, { minLength: 1, maxLength: 4 }),
      extendedCommunities: fc.array(u64, { minLength: 1, maxLength: 4 }),
      largeCommunities: fc.array(fc.record({ global: u32, local1: u32, local2: u32 }), { minLength: 1, maxLength: 4 }),
      otc: u32,
      unknown: fc.uniqueArray(unknown, { minLength: 1, maxLength: 3, selector: ({ type }) => type }),
    },
    { requiredKeys: ["origin", "asPath", "nextHop"] },
  )
  .map((value) =>
    value.unknown === undefined ? value : { ...value, unknown: value.unknown.toSorted((a, b) => a.type - b.type) },
  );

const ipv6NextHop: fc.Arbitrary<NextHop> = fc.record(
  { afi: fc.constant(2 as const), address: u128, linkLocal: u128 },
  { requiredKeys: ["afi", "address"] },
);
const anyNextHop: fc.Arbitrary<NextHop> = fc.oneof(
  ipv6NextHop,
  fc.record({ afi: fc.constant(1 as const), address: u32 }),
);

export const context: fc.Arbitrary<CodecContext> = fc.record({
  as4: fc.boolean(),
  ebgp: fc.constant(false),
  addPath: fc.record({ ipv4: fc.boolean(), ipv6: fc.boolean() }),
  extendedMessages: fc.boolean(),
  rejectAsSets: fc.constant(false),
});

function mpReach({ addPath }: CodecContext): fc.Arbitrary<MpReach> {
  const safi = fc.constant(1);
  return fc.oneof(
    fc.record({ afi: fc.constant(1), safi, nextHop: anyNextHop, nlri: nlri(ipv4Prefix, addPath.ipv4) }),
    fc.record({ afi: fc.constant(2), safi, nextHop: ipv6NextHop, nlri: nlri(ipv6Prefix, addPath.ipv6) }),
  );
}

function mpUnreach({ addPath }: CodecContext): fc.Arbitrary<MpUnreach> {
  const safi = fc.constant(1);
  return fc.oneof(
    fc.record({ afi: fc.constant(1), safi, nlri: nlri(ipv4Prefix, addPath.ipv4) }),
    fc.record({ afi: fc.constant(2), safi, nlri: nlri(ipv6Prefix, addPath.ipv6) }),
    fc.record({ afi: fc.constant(25), safi: u8, nlri: fc.constant([]) }),
  );
}

export function update(context: CodecContext): fc.Arbitrary<UpdateMessage> {
  return fc.record(
    {
      type: fc.constant(2 as const),
      withdrawn: nlri(ipv4Prefix, context.addPath.ipv4),
      attributes,
      nlri: nlri(ipv4Prefix, context.addPath.ipv4),
      mpReach: mpReach(context),
      mpUnreach: mpUnreach(context),
    },
    { requiredKeys: ["type", "withdrawn", "attributes", "nlri"] },
  );
}

const text = fc.string({ unit: "grapheme", maxLength: 20 });
const family = { afi: u16, safi: u8 };

export const capability: fc.Arbitrary<Capability> = fc.oneof(
  fc.record({ kind: fc.constant("multiprotocol" as const), ...family }),
  fc.constantFrom<Capability>(
    { kind: "route-refresh" },
    { kind: "extended-message" },
    { kind: "enhanced-route-refresh" },
    { kind: "bfd-strict-mode" },
  ),
  fc.record({
    kind: fc.constant("extended-next-hop" as const),
    tuples: fc.array(fc.record({ afi: u16, safi: u16, nextHopAfi: u16 }), { maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant("role" as const), role: u8 }),
  fc.record({
    kind: fc.constant("graceful-restart" as const),
    restarted: fc.boolean(),
    notification: fc.boolean(),
    restartTime: fc.integer({ min: 0, max: 4095 }),
    families: fc.array(fc.record({ ...family, forwarding: fc.boolean() }), { maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant("four-octet-as" as const), asn: u32 }),
  fc.record({
    kind: fc.constant("add-path" as const),
    families: fc.array(fc.record({ ...family, mode: u8 }), { maxLength: 4 }),
  }),
  fc.record({
    kind: fc.constant("long-lived-graceful-restart" as const),
    families: fc.array(
      fc.record({ ...family, forwarding: fc.boolean(), staleTime: fc.integer({ min: 0, max: 0xff_ffff }) }),
      { maxLength: 4 },
    ),
  }),
  fc.record({ kind: fc.constant("fqdn" as const), host: text, domain: text }),
  fc.record({ kind: fc.constant("software-version" as const), version: text }),
  fc.record({
    kind: fc.constant("unknown" as const),
    code: fc.constantFrom(0, 3, 76, 77, 128, 255),
    value: fc.uint8Array({ maxLength: 40 }),
  }),
);

/** Any of the five messages, fit for `context`. */
export function message(context: CodecContext): fc.Arbitrary<Message> {
  return fc.oneof(
    fc.record({
      type: fc.constant(1 as const),
      version: fc.constant(4),
      asn16: u16,
      holdTime: u16,
      bgpId: u32,
      capabilities: fc.array(capability, { maxLength: 12 }),
    }),
    update(context),
    fc.record({ type: fc.constant(3 as const), code: u8, subcode: u8, data: fc.uint8Array({ maxLength: 200 }) }),
    fc.constant({ type: 4 as const }),
    fc.record({ type: fc.constant(5 as const), afi: u16, subtype: u8, safi: u8 }),
  );
}
