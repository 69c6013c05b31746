/** Every way an UPDATE can be wrong, and what RFC 7606 makes of it. */
import t from "tap";
import { type CodecContext, decodeMessage, type Verdict } from "bgp-ts-codec";
import {
  ADD_PATH,
  AS_PATH,
  asUpdate,
  EXTERNAL,
  fromHex,
  INTERNAL,
  MANDATORY,
  message,
  NET_10,
  NEXT_HOP,
  ORIGIN,
  type Piece,
  TWO_BYTE,
  update,
} from "../../support/wire.ts";

interface Case {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly verdict: Verdict;
  /** Subcode and data of the NOTIFICATION of the first most severe error. */
  readonly subcode: number;
  readonly data?: string;
  readonly context?: CodecContext;
}

/** An UPDATE that announces 10.0.0.0/8 and is right but for one more attribute. */
function also(hex: string): Uint8Array {
  return update({ attributes: [...MANDATORY, ["attribute", hex]], nlri: [NET_10] });
}

/** The same with one of the mandatory attributes replaced. */
function instead(of: Piece, hex: string): Uint8Array {
  const attributes = MANDATORY.map((piece): Piece => (piece === of ? ["attribute", hex] : piece));
  return update({ attributes, nlri: [NET_10] });
}

const TWO_BYTE_PATH: Piece = ["AS_PATH 65001", "40 02 04 02 01 fde9"];
function alsoTwoByte(hex: string): Uint8Array {
  return update({ attributes: [ORIGIN, TWO_BYTE_PATH, NEXT_HOP, ["attribute", hex]], nlri: [NET_10] });
}

const IPV6_NEXT_HOP = "20010db8000000000000000000000001";
const REACH_IPV6: Piece = ["MP_REACH 2001:db8::/32", `80 0e 1a 0002 01 10 ${IPV6_NEXT_HOP} 00 20 20010db8`];

const reset: Verdict = "session-reset";
const withdraw: Verdict = "treat-as-withdraw";
const discard: Verdict = "attribute-discard";

const lengths: readonly Case[] = [
  {
    name: "withdrawn routes longer than the message",
    bytes: message(2, ["withdrawn length", "0003"], ["attributes length", "0000"]),
    verdict: reset,
    subcode: 1,
  },
  {
    name: "no room for the attributes length",
    bytes: message(2, ["withdrawn length", "0002"], ["withdrawn", "08 0a"]),
    verdict: reset,
    subcode: 1,
  },
  {
    name: "attributes longer than the message",
    bytes: message(2, ["withdrawn length", "0000"], ["attributes length", "0005"], ["", "40 01 01 00"]),
    verdict: reset,
    subcode: 1,
  },
  {
    name: "a withdrawn prefix length above 32",
    bytes: update({ withdrawn: [["", "21 0a000000 00"]] }),
    verdict: reset,
    subcode: 10,
  },
  {
    name: "a withdrawn prefix cut short",
    bytes: update({ withdrawn: [["", "18 0a00"]] }),
    verdict: reset,
    subcode: 10,
  },
  {
    name: "an NLRI prefix length above 32",
    bytes: update({ attributes: MANDATORY, nlri: [["", "21 0a000000 00"]] }),
    verdict: reset,
    subcode: 10,
  },
  {
    name: "an NLRI prefix cut short",
    bytes: update({ attributes: MANDATORY, nlri: [["", "20 0a0000"]] }),
    verdict: reset,
    subcode: 10,
  },
  {
    name: "NLRI whose path identifier is cut short",
    bytes: update({ attributes: MANDATORY, nlri: [["", "000000"]] }),
    verdict: reset,
    subcode: 10,
    context: ADD_PATH,
  },
  {
    name: "an attribute that overruns the attributes",
    bytes: also("40 05 05 00000064"),
    verdict: withdraw,
    subcode: 1,
  },
  { name: "two bytes left of the attributes", bytes: also("40 05"), verdict: withdraw, subcode: 1 },
  { name: "three bytes left, of an extended attribute", bytes: also("50 05 00"), verdict: withdraw, subcode: 1 },
  {
    name: "an MP_REACH_NLRI that overruns the attributes",
    bytes: also("80 0e 20 0002"),
    verdict: reset,
    subcode: 1,
  },
  {
    name: "an MP_UNREACH_NLRI that overruns the attributes",
    bytes: also("80 0f 20 0002"),
    verdict: reset,
    subcode: 1,
  },
];

const attributes: readonly Case[] = [
  {
    name: "ORIGIN of two bytes",
    bytes: instead(ORIGIN, "40 01 02 0000"),
    verdict: withdraw,
    subcode: 5,
    data: "4001020000",
  },
  { name: "ORIGIN of no bytes", bytes: instead(ORIGIN, "40 01 00"), verdict: withdraw, subcode: 5, data: "400100" },
  { name: "ORIGIN 3", bytes: instead(ORIGIN, "40 01 01 03"), verdict: withdraw, subcode: 6, data: "40010103" },
  {
    name: "ORIGIN with the optional flag",
    bytes: instead(ORIGIN, "c0 01 01 00"),
    verdict: withdraw,
    subcode: 4,
    data: "c0010100",
  },
  {
    name: "ORIGIN without the transitive flag",
    bytes: instead(ORIGIN, "00 01 01 00"),
    verdict: withdraw,
    subcode: 4,
    data: "00010100",
  },
  {
    name: "no ORIGIN",
    bytes: update({ attributes: [AS_PATH, NEXT_HOP], nlri: [NET_10] }),
    verdict: withdraw,
    subcode: 3,
    data: "01",
  },
  {
    name: "no AS_PATH",
    bytes: update({ attributes: [ORIGIN, NEXT_HOP], nlri: [NET_10] }),
    verdict: withdraw,
    subcode: 3,
    data: "02",
  },
  {
    name: "no NEXT_HOP",
    bytes: update({ attributes: [ORIGIN, AS_PATH], nlri: [NET_10] }),
    verdict: withdraw,
    subcode: 3,
    data: "03",
  },
  {
    name: "MP_REACH_NLRI without ORIGIN",
    bytes: update({ attributes: [REACH_IPV6, AS_PATH] }),
    verdict: withdraw,
    subcode: 3,
    data: "01",
  },
  {
    name: "an AS_PATH segment of unknown type",
    bytes: instead(AS_PATH, "40 02 06 05 01 0000fde9"),
    verdict: withdraw,
    subcode: 11,
  },
  {
    name: "an AS_PATH segment of type 0",
    bytes: instead(AS_PATH, "40 02 06 00 01 0000fde9"),
    verdict: withdraw,
    subcode: 11,
  },
  {
    name: "an AS_PATH segment longer than the attribute",
    bytes: instead(AS_PATH, "40 02 06 02 02 0000fde9"),
    verdict: withdraw,
    subcode: 11,
  },
  {
    name: "a byte after the last AS_PATH segment",
    bytes: instead(AS_PATH, "40 02 07 02 01 0000fde9 02"),
    verdict: withdraw,
    subcode: 11,
  },
  { name: "an empty AS_PATH segment", bytes: instead(AS_PATH, "40 02 02 02 00"), verdict: withdraw, subcode: 11 },
  {
    name: "AS 0 in AS_PATH (RFC 7607)",
    bytes: instead(AS_PATH, "40 02 06 02 01 00000000"),
    verdict: withdraw,
    subcode: 11,
  },
  { name: "AS_SET (RFC 9774)", bytes: instead(AS_PATH, "40 02 06 01 01 0000fde9"), verdict: withdraw, subcode: 11 },
  {
    name: "AS_CONFED_SET (RFC 9774)",
    bytes: instead(AS_PATH, "40 02 06 04 01 0000fde9"),
    verdict: withdraw,
    subcode: 11,
  },
  {
    name: "a first AS that is not the peer's",
    bytes: also("80 04 04 00000001"),
    verdict: withdraw,
    subcode: 11,
    context: { ...EXTERNAL, firstAs: 65002 },
  },
  {
    name: "an empty AS_PATH from an external peer whose AS must be first",
    bytes: instead(AS_PATH, "40 02 00"),
    verdict: withdraw,
    subcode: 11,
    context: { ...EXTERNAL, firstAs: 65001 },
  },
  {
    name: "NEXT_HOP of 16 bytes",
    bytes: instead(NEXT_HOP, `40 03 10 ${IPV6_NEXT_HOP}`),
    verdict: withdraw,
    subcode: 5,
    data: `400310${IPV6_NEXT_HOP}`,
  },
  {
    name: "NEXT_HOP 0.0.0.0",
    bytes: instead(NEXT_HOP, "40 03 04 00000000"),
    verdict: withdraw,
    subcode: 8,
    data: "40030400000000",
  },
  {
    name: "NEXT_HOP 224.0.0.1",
    bytes: instead(NEXT_HOP, "40 03 04 e0000001"),
    verdict: withdraw,
    subcode: 8,
    data: "400304e0000001",
  },
  {
    name: "MULTI_EXIT_DISC of three bytes",
    bytes: also("80 04 03 000001"),
    verdict: withdraw,
    subcode: 5,
    data: "800403000001",
  },
  {
    name: "LOCAL_PREF from an external peer",
    bytes: also("40 05 04 00000064"),
    verdict: discard,
    subcode: 9,
    data: "40050400000064",
  },
  {
    name: "bad LOCAL_PREF from an external peer",
    bytes: also("40 05 01 64"),
    verdict: discard,
    subcode: 9,
    data: "40050164",
  },
  {
    name: "LOCAL_PREF of one byte from an internal peer",
    bytes: also("40 05 01 64"),
    verdict: withdraw,
    subcode: 5,
    data: "40050164",
    context: INTERNAL,
  },
  { name: "ATOMIC_AGGREGATE with a byte", bytes: also("40 06 01 00"), verdict: discard, subcode: 5, data: "40060100" },
  {
    name: "AGGREGATOR of two-byte form on a four-byte session",
    bytes: also("c0 07 06 fde9 c0000201"),
    verdict: discard,
    subcode: 5,
    data: "c00706fde9c0000201",
  },
  {
    name: "AGGREGATOR of four-byte form on a two-byte session",
    bytes: alsoTwoByte("c0 07 08 0000fde9 c0000201"),
    verdict: discard,
    subcode: 5,
    data: "c007080000fde9c0000201",
    context: TWO_BYTE,
  },
  {
    name: "AS 0 in AGGREGATOR (RFC 7607)",
    bytes: also("c0 07 08 00000000 c0000201"),
    verdict: discard,
    subcode: 9,
    data: "c0070800000000c0000201",
  },
  {
    name: "COMMUNITIES of five bytes",
    bytes: also("c0 08 05 0000000000"),
    verdict: withdraw,
    subcode: 5,
    data: "c008050000000000",
  },
  { name: "COMMUNITIES of no bytes", bytes: also("c0 08 00"), verdict: withdraw, subcode: 5, data: "c00800" },
  {
    name: "ORIGINATOR_ID from an external peer",
    bytes: also("80 09 04 c0000201"),
    verdict: discard,
    subcode: 9,
    data: "800904c0000201",
  },
  {
    name: "ORIGINATOR_ID of three bytes from an internal peer",
    bytes: also("80 09 03 c00002"),
    verdict: withdraw,
    subcode: 5,
    data: "800903c00002",
    context: INTERNAL,
  },
  {
    name: "CLUSTER_LIST from an external peer",
    bytes: also("80 0a 04 c0000201"),
    verdict: discard,
    subcode: 9,
    data: "800a04c0000201",
  },
  {
    name: "CLUSTER_LIST of no bytes from an internal peer",
    bytes: also("80 0a 00"),
    verdict: withdraw,
    subcode: 5,
    data: "800a00",
    context: INTERNAL,
  },
  {
    name: "EXTENDED COMMUNITIES of nine bytes",
    bytes: also("c0 10 09 000000000000000000"),
    verdict: withdraw,
    subcode: 5,
    data: "c01009000000000000000000",
  },
  {
    name: "IPv6 EXTENDED COMMUNITIES of eight bytes",
    bytes: also("c0 19 08 0000000000000000"),
    verdict: withdraw,
    subcode: 5,
    data: "c019080000000000000000",
  },
  {
    name: "LARGE_COMMUNITY of eight bytes",
    bytes: also("c0 20 08 0000000000000000"),
    verdict: withdraw,
    subcode: 5,
    data: "c020080000000000000000",
  },
  {
    name: "ONLY_TO_CUSTOMER of two bytes",
    bytes: also("c0 23 02 fde9"),
    verdict: withdraw,
    subcode: 5,
    data: "c02302fde9",
  },
  {
    name: "AS4_PATH on a four-byte session",
    bytes: also("c0 11 06 02 01 0000fde9"),
    verdict: discard,
    subcode: 9,
    data: "c01106020100 00fde9",
  },
  {
    name: "AS4_AGGREGATOR on a four-byte session",
    bytes: also("c0 12 08 0000fde9 c0000201"),
    verdict: discard,
    subcode: 9,
    data: "c012080000fde9c0000201",
  },
  {
    name: "malformed AS4_PATH",
    bytes: alsoTwoByte("c0 11 06 02 02 0000fde9"),
    verdict: discard,
    subcode: 9,
    data: "c01106 0202 0000fde9",
    context: TWO_BYTE,
  },
  {
    name: "AS4_PATH of four bytes",
    bytes: alsoTwoByte("c0 11 04 02 01 0000"),
    verdict: discard,
    subcode: 5,
    data: "c01104 0201 0000",
    context: TWO_BYTE,
  },
  {
    name: "malformed AS4_AGGREGATOR",
    bytes: alsoTwoByte("c0 12 06 fde9 c0000201"),
    verdict: discard,
    subcode: 5,
    data: "c01206fde9c0000201",
    context: TWO_BYTE,
  },
  {
    name: "AS 0 in AS4_AGGREGATOR (RFC 7607)",
    bytes: alsoTwoByte("c0 12 08 00000000 c0000201"),
    verdict: discard,
    subcode: 9,
    data: "c0120800000000c0000201",
    context: TWO_BYTE,
  },
  {
    name: "AS 0 in AS4_PATH (RFC 7607)",
    bytes: alsoTwoByte("c0 11 06 02 01 00000000"),
    verdict: discard,
    subcode: 11,
    data: "c0110602 0100000000",
    context: TWO_BYTE,
  },
  {
    name: "an unrecognised well-known attribute",
    bytes: also("40 63 01 00"),
    verdict: reset,
    subcode: 2,
    data: "40630100",
  },
  { name: "MULTI_EXIT_DISC twice", bytes: also("80 04 04 00000001 80 04 04 00000002"), verdict: discard, subcode: 1 },
  { name: "an unknown attribute twice", bytes: also("c0 63 01 01 c0 63 01 02"), verdict: discard, subcode: 1 },
];

const multiprotocol: readonly Case[] = [
  {
    name: "MP_REACH_NLRI twice",
    bytes: update({ attributes: [REACH_IPV6, REACH_IPV6, ORIGIN, AS_PATH] }),
    verdict: reset,
    subcode: 1,
  },
  { name: "MP_UNREACH_NLRI twice", bytes: also("80 0f 03 000201 80 0f 03 000201"), verdict: reset, subcode: 1 },
  {
    name: "MP_REACH_NLRI of four bytes",
    bytes: also("80 0e 04 0002 01 00"),
    verdict: reset,
    subcode: 9,
    data: "800e0400020100",
  },
  {
    name: "MP_REACH_NLRI whose next hop overruns it",
    bytes: also("80 0e 05 0002 01 10 00"),
    verdict: reset,
    subcode: 9,
    data: "800e050002011000",
  },
  {
    name: "an IPv6 next hop of 4 bytes",
    bytes: also("80 0e 09 0002 01 04 c0000201 00"),
    verdict: reset,
    subcode: 9,
    data: "800e0900020104c000020100",
  },
  {
    name: "an IPv4 next hop of 5 bytes",
    bytes: also("80 0e 0a 0001 01 05 c000020100 00"),
    verdict: reset,
    subcode: 9,
    data: "800e0a00010105c00002010000",
  },
  {
    name: "an IPv6 prefix length above 128",
    bytes: also(`80 0e 26 0002 01 10 ${IPV6_NEXT_HOP} 00 81 ${IPV6_NEXT_HOP}`),
    verdict: reset,
    subcode: 9,
    data: `800e26 00020110${IPV6_NEXT_HOP}0081${IPV6_NEXT_HOP}`,
  },
  {
    name: "an IPv6 prefix cut short",
    bytes: also(`80 0e 18 0002 01 10 ${IPV6_NEXT_HOP} 00 20 2001`),
    verdict: reset,
    subcode: 9,
    data: `800e18 00020110${IPV6_NEXT_HOP}00202001`,
  },
  {
    name: "MP_UNREACH_NLRI of two bytes",
    bytes: also("80 0f 02 0002"),
    verdict: reset,
    subcode: 9,
    data: "800f020002",
  },
  {
    name: "a withdrawn IPv6 prefix cut short",
    bytes: also("80 0f 05 0002 01 20 20"),
    verdict: reset,
    subcode: 9,
    data: "800f050002012020",
  },
  {
    name: "MP_REACH_NLRI with the transitive flag",
    bytes: update({ attributes: [["", `c0 0e 1a 0002 01 10 ${IPV6_NEXT_HOP} 00 20 20010db8`], ORIGIN, AS_PATH] }),
    verdict: withdraw,
    subcode: 4,
    data: `c00e1a00020110${IPV6_NEXT_HOP}002020010db8`,
  },
  {
    name: "MP_UNREACH_NLRI with the transitive flag and no reachable route",
    bytes: update({ attributes: [["", "c0 0f 08 0002 01 20 20010db8"]] }),
    verdict: reset,
    subcode: 4,
    data: "c00f080002012020010db8",
  },
  {
    name: "MP_UNREACH_NLRI with the transitive flag beside a reachable route",
    bytes: also("c0 0f 03 0002 01"),
    verdict: withdraw,
    subcode: 4,
    data: "c00f03000201",
  },
];

/** Zero is a length that only AS_PATH and ATOMIC_AGGREGATE may have (RFC 7606 section 4). */
const EMPTY_ATTRIBUTES: readonly (readonly [name: string, head: string, verdict: Verdict])[] = [
  ["MULTI_EXIT_DISC", "80 04", withdraw],
  ["LOCAL_PREF", "40 05", withdraw],
  ["AGGREGATOR", "c0 07", discard],
  ["ORIGINATOR_ID", "80 09", withdraw],
  ["EXTENDED COMMUNITIES", "c0 10", withdraw],
  ["IPv6 EXTENDED COMMUNITIES", "c0 19", withdraw],
  ["LARGE_COMMUNITY", "c0 20", withdraw],
  ["ONLY_TO_CUSTOMER", "c0 23", withdraw],
];

const empty: readonly Case[] = [
  {
    name: "NEXT_HOP of no bytes",
    bytes: instead(NEXT_HOP, "40 03 00"),
    verdict: withdraw,
    subcode: 5,
    data: "400300",
  },
  ...EMPTY_ATTRIBUTES.map(([name, head, verdict]) => ({
    name: `${name} of no bytes`,
    bytes: also(`${head} 00`),
    context: INTERNAL,
    verdict,
    subcode: 5,
    data: `${head.replace(" ", "")}00`,
  })),
];

const withoutRoutes: readonly Case[] = [
  {
    name: "a bad attribute and no reachable route",
    bytes: update({ attributes: [["ORIGIN 3", "40 01 01 03"]] }),
    verdict: reset,
    subcode: 6,
    data: "40010103",
  },
  {
    name: "a bad attribute beside withdrawn routes alone",
    bytes: update({ withdrawn: [NET_10], attributes: [["", "80 04 01 00"]] }),
    verdict: reset,
    subcode: 5,
    data: "80040100",
  },
  {
    name: "attributes cut short and no reachable route",
    bytes: update({ attributes: [["", "40"]] }),
    verdict: reset,
    subcode: 1,
  },
  {
    name: "a discarded attribute and no reachable route",
    bytes: update({ attributes: [["", "40 06 01 00"]] }),
    verdict: discard,
    subcode: 5,
    data: "40060100",
  },
];

for (const { name, bytes, verdict, subcode, data = "", context = EXTERNAL } of [
  ...lengths,
  ...attributes,
  ...empty,
  ...multiprotocol,
  ...withoutRoutes,
]) {
  t.test(`${name}: ${verdict}, 3/${subcode}`, (t) => {
    const decoded = decodeMessage(bytes, context);
    t.equal(decoded.verdict, verdict);
    const worst = decoded.errors.find((error) => error.verdict === verdict);
    t.same(worst?.notification, { code: 3, subcode, data: fromHex(data) });
    t.equal(decoded.message === null, verdict === reset);
    t.same(decoded.notification, verdict === reset ? worst?.notification : null);
    if (verdict === withdraw) {
      const { nlri, mpReach, withdrawn, mpUnreach } = asUpdate(decoded);
      t.same([nlri, mpReach], [[], undefined], "nothing is reachable");
      t.equal(withdrawn.length + (mpUnreach?.nlri.length ?? 0), 1, "its route is withdrawn");
    }
    if (verdict === discard && !name.includes("no reachable")) t.equal(asUpdate(decoded).nlri.length, 1);
    t.end();
  });
}

t.test("a session reset without routes says so of every error that is worse than a discard", (t) => {
  const bytes = update({
    attributes: [
      ["", "40 06 01 00"],
      ["", "40 01 01 03"],
    ],
  });
  t.same(
    decodeMessage(bytes, EXTERNAL).errors.map(({ verdict }) => verdict),
    [discard, reset],
  );
  t.end();
});

t.test("the most severe of several errors wins, and all are told", (t) => {
  const bytes = also("40 06 01 00 80 04 01 00");
  const decoded = decodeMessage(bytes, EXTERNAL);
  t.equal(decoded.verdict, withdraw);
  t.same(
    decoded.errors.map(({ text, attribute }) => [attribute, text]),
    [
      [6, "ATOMIC_AGGREGATE: length 1: must be 0"],
      [4, "MULTI_EXIT_DISC: length 1: must be 4"],
    ],
  );
  t.equal(decodeMessage(also("80 04 01 00 40 63 00"), EXTERNAL).verdict, reset);
  t.end();
});

t.test("a discarded attribute is not in the message, the others are", (t) => {
  const { attributes } = asUpdate(decodeMessage(also("40 06 01 00 40 05 04 00000064 80 04 04 00000007"), EXTERNAL));
  t.same(attributes, { origin: 0, asPath: [{ type: 2, asns: [65001] }], nextHop: 0xc0000201, med: 7 });
  t.end();
});

t.test("of an attribute that stands twice the first counts", (t) => {
  t.equal(asUpdate(decodeMessage(also("80 04 04 00000001 80 04 04 00000002"), EXTERNAL)).attributes.med, 1);
  t.end();
});

t.test("an extended community of an unknown kind is no error", (t) => {
  const { attributes } = asUpdate(decodeMessage(also("c0 10 08 ffee0102030405ff"), EXTERNAL));
  t.same(attributes.extendedCommunities, [0xffee_0102_0304_05ffn]);
  t.end();
});

t.test("treat-as-withdraw keeps every family of the message", (t) => {
  const bytes = update({
    withdrawn: [["192.0.2.0/24", "18 c00002"]],
    attributes: [
      REACH_IPV6,
      ["MP_UNREACH IPv4 198.51.100.0/24", "80 0f 07 0001 01 18 c63364"],
      ["ORIGIN 9", "40 01 01 09"],
    ],
    nlri: [NET_10],
  });
  const decoded = decodeMessage(bytes, EXTERNAL);
  t.equal(decoded.verdict, withdraw);
  t.same(asUpdate(decoded).withdrawn, [
    { prefix: { afi: 1, address: 0xc0000200, length: 24 } },
    { prefix: { afi: 1, address: 0x0a000000, length: 8 } },
    { prefix: { afi: 1, address: 0xc6336400, length: 24 } },
  ]);
  t.same(asUpdate(decoded).mpUnreach, {
    afi: 2,
    safi: 1,
    nlri: [{ prefix: { afi: 2, address: 0x20010db8n << 96n, length: 32 } }],
  });
  t.end();
});

t.test("treat-as-withdraw joins MP_REACH_NLRI and MP_UNREACH_NLRI of one family", (t) => {
  const bytes = update({
    attributes: [["MP_UNREACH 2001::/16", "80 0f 06 0002 01 10 2001"], REACH_IPV6, ["ORIGIN 9", "40 01 01 09"]],
  });
  t.same(
    asUpdate(decodeMessage(bytes, EXTERNAL)).mpUnreach?.nlri.map(({ prefix }) => prefix.length),
    [16, 32],
  );
  t.end();
});

t.test("treat-as-withdraw keeps path identifiers", (t) => {
  const bytes = update({ attributes: [ORIGIN, AS_PATH], nlri: [["path 7, 10.0.0.0/8", "00000007 08 0a"]] });
  t.same(asUpdate(decodeMessage(bytes, ADD_PATH)).withdrawn, [
    { prefix: { afi: 1, address: 0x0a000000, length: 8 }, pathId: 7 },
  ]);
  t.end();
});

t.test("sets are let through where the session says so", (t) => {
  const bytes = instead(AS_PATH, "40 02 0c 02 01 0000fde9 01 01 0000fdea");
  t.equal(decodeMessage(bytes, { ...EXTERNAL, rejectAsSets: false }).verdict, "ok");
  t.end();
});

t.test("the first AS is asked for only of external peers and of routes", (t) => {
  const firstAs = 65002;
  t.equal(decodeMessage(also("80 04 04 00000001"), { ...INTERNAL, firstAs }).verdict, "ok");
  t.equal(decodeMessage(also("80 04 04 00000001"), { ...EXTERNAL, firstAs: 65001 }).verdict, "ok");
  const withdrawal = update({ withdrawn: [NET_10], attributes: [ORIGIN, AS_PATH] });
  t.equal(decodeMessage(withdrawal, { ...EXTERNAL, firstAs }).verdict, "ok");
  t.end();
});

t.test("an error's data are cut so that the NOTIFICATION stays within 4096 bytes", (t) => {
  const long = `d0 08 1001 ${"00".repeat(4097)}`;
  const { errors } = decodeMessage(also(long), { ...EXTERNAL, extendedMessages: true });
  t.equal(errors[0]?.notification.data.length, 4096 - 21);
  t.end();
});

t.test("a mandatory attribute that is wrong is not missing too", (t) => {
  t.equal(decodeMessage(instead(ORIGIN, "40 01 01 03"), EXTERNAL).errors.length, 1);
  t.end();
});
