import t from "tap";
import { type CodecContext, decodeMessage, encodeMessage, type UpdateMessage } from "bgp-ts-codec";
import {
  ADD_PATH,
  AS_PATH,
  asUpdate,
  EXTERNAL,
  fromHex,
  INTERNAL,
  MANDATORY,
  NET_10,
  NEXT_HOP,
  ORIGIN,
  toHex,
  update,
} from "../../support/wire.ts";

const BASE = { origin: 0, asPath: [{ type: 2, asns: [65001] }] } as const;
const IPV4 = { ...BASE, nextHop: 0xc0000201 } as const;
const EMPTY: UpdateMessage = { type: 2, withdrawn: [], attributes: {}, nlri: [] };
const NET = { prefix: { afi: 1, address: 0x0a000000, length: 8 } } as const;

const GLOBAL = 0x20010db8000000000000000000000001n;
const LINK_LOCAL = 0xfe800000000000000000000000000001n;
const GLOBAL_HEX = "20010db8 0000 0000 0000 0000 0000 0001";
const LINK_LOCAL_HEX = "fe800000 0000 0000 0000 0000 0000 0001";

const both: readonly [name: string, bytes: Uint8Array, value: UpdateMessage, context: CodecContext][] = [
  [
    "IPv4 routes of every length",
    update({
      attributes: MANDATORY,
      nlri: [
        ["0.0.0.0/0", "00"],
        ["10.0.0.0/8", "08 0a"],
        ["172.16.0.0/12", "0c ac10"],
        ["192.0.2.0/24", "18 c00002"],
        ["192.0.2.128/25", "19 c0000280"],
        ["192.0.2.1/32", "20 c0000201"],
      ],
    }),
    {
      ...EMPTY,
      attributes: IPV4,
      nlri: [
        { prefix: { afi: 1, address: 0, length: 0 } },
        NET,
        { prefix: { afi: 1, address: 0xac100000, length: 12 } },
        { prefix: { afi: 1, address: 0xc0000200, length: 24 } },
        { prefix: { afi: 1, address: 0xc0000280, length: 25 } },
        { prefix: { afi: 1, address: 0xc0000201, length: 32 } },
      ],
    },
    EXTERNAL,
  ],
  ["withdrawn IPv4 routes", update({ withdrawn: [NET_10] }), { ...EMPTY, withdrawn: [NET] }, EXTERNAL],
  [
    "IPv4 routes with path identifiers",
    update({
      withdrawn: [["path 1, 10.0.0.0/8", "00000001 08 0a"]],
      attributes: MANDATORY,
      nlri: [["path 2, 10.0.0.0/8", "00000002 08 0a"]],
    }),
    { ...EMPTY, withdrawn: [{ ...NET, pathId: 1 }], attributes: IPV4, nlri: [{ ...NET, pathId: 2 }] },
    ADD_PATH,
  ],
  [
    "IPv6 routes of every length",
    update({
      attributes: [
        ["MP_REACH", "80 0e 43"],
        ["IPv6 unicast", "0002 01"],
        ["next hop", `10 ${GLOBAL_HEX}`],
        ["reserved", "00"],
        ["::/0", "00"],
        ["2001::/16", "10 2001"],
        ["2001:db8::/33", "21 20010db880"],
        ["2001:db8::/64", "40 20010db800000000"],
        ["2001:db8::/72", "48 20010db800000000 01"],
        ["2001:db8::1/128", `80 ${GLOBAL_HEX}`],
        ORIGIN,
        AS_PATH,
      ],
    }),
    {
      ...EMPTY,
      attributes: BASE,
      mpReach: {
        afi: 2,
        safi: 1,
        nextHop: { afi: 2, address: GLOBAL },
        nlri: [
          { prefix: { afi: 2, address: 0n, length: 0 } },
          { prefix: { afi: 2, address: 0x2001n << 112n, length: 16 } },
          { prefix: { afi: 2, address: 0x20010db880n << 88n, length: 33 } },
          { prefix: { afi: 2, address: 0x20010db8n << 96n, length: 64 } },
          { prefix: { afi: 2, address: 0x20010db80000000001n << 56n, length: 72 } },
          { prefix: { afi: 2, address: GLOBAL, length: 128 } },
        ],
      },
    },
    EXTERNAL,
  ],
  [
    "IPv6 routes with a link-local next hop beside the global one (RFC 2545)",
    update({
      attributes: [["MP_REACH", `80 0e 28 0002 01 20 ${GLOBAL_HEX} ${LINK_LOCAL_HEX} 00 10 2001`], ORIGIN, AS_PATH],
    }),
    {
      ...EMPTY,
      attributes: BASE,
      mpReach: {
        afi: 2,
        safi: 1,
        nextHop: { afi: 2, address: GLOBAL, linkLocal: LINK_LOCAL },
        nlri: [{ prefix: { afi: 2, address: 0x2001n << 112n, length: 16 } }],
      },
    },
    EXTERNAL,
  ],
  [
    "a link-local next hop beside ::",
    update({
      attributes: [
        ["MP_REACH", `80 0e 28 0002 01 20 ${"00".repeat(16)} ${LINK_LOCAL_HEX} 00 10 2001`],
        ORIGIN,
        AS_PATH,
      ],
    }),
    {
      ...EMPTY,
      attributes: BASE,
      mpReach: {
        afi: 2,
        safi: 1,
        nextHop: { afi: 2, address: 0n, linkLocal: LINK_LOCAL },
        nlri: [{ prefix: { afi: 2, address: 0x2001n << 112n, length: 16 } }],
      },
    },
    EXTERNAL,
  ],
  [
    "IPv4 routes with an IPv6 next hop (RFC 8950)",
    update({ attributes: [["MP_REACH", `80 0e 17 0001 01 10 ${LINK_LOCAL_HEX} 00 08 0a`], ORIGIN, AS_PATH] }),
    {
      ...EMPTY,
      attributes: BASE,
      mpReach: { afi: 1, safi: 1, nextHop: { afi: 2, address: LINK_LOCAL }, nlri: [NET] },
    },
    EXTERNAL,
  ],
  [
    "IPv4 routes with an IPv4 next hop in MP_REACH_NLRI",
    update({ attributes: [["MP_REACH", "80 0e 0b 0001 01 04 c0000201 00 08 0a"], ORIGIN, AS_PATH] }),
    {
      ...EMPTY,
      attributes: BASE,
      mpReach: { afi: 1, safi: 1, nextHop: { afi: 1, address: 0xc0000201 }, nlri: [NET] },
    },
    EXTERNAL,
  ],
  [
    "withdrawn IPv6 routes with path identifiers",
    update({ attributes: [["MP_UNREACH", "80 0f 0a 0002 01 00000009 10 2001"]] }),
    {
      ...EMPTY,
      mpUnreach: { afi: 2, safi: 1, nlri: [{ prefix: { afi: 2, address: 0x2001n << 112n, length: 16 }, pathId: 9 }] },
    },
    ADD_PATH,
  ],
  [
    "every attribute, in ascending order",
    update({
      attributes: [
        ["ORIGIN incomplete", "40 01 01 02"],
        ["AS_PATH (64512) 65001 4200000000", "40 02 10 03 01 0000fc00 02 02 0000fde9 fa56ea00"],
        NEXT_HOP,
        ["MULTI_EXIT_DISC 50", "80 04 04 00000032"],
        ["LOCAL_PREF 100", "40 05 04 00000064"],
        ["ATOMIC_AGGREGATE", "40 06 00"],
        ["AGGREGATOR", "c0 07 08 fa56ea00 c0000201"],
        ["COMMUNITIES 65001:100 no-export", "c0 08 08 fde90064 ffffff01"],
        ["ORIGINATOR_ID", "80 09 04 c0000202"],
        ["CLUSTER_LIST", "80 0a 08 c0000203 c0000204"],
        ["EXTENDED COMMUNITIES", "c0 10 08 0002 fde9 0000004d"],
        ["IPv6 EXTENDED COMMUNITIES", `c0 19 14 ${"00".repeat(20)}`],
        ["unknown, not transitive", "80 1e 00"],
        ["LARGE_COMMUNITY", "c0 20 0c 0000fde9 00000001 00000002"],
        ["ONLY_TO_CUSTOMER", "c0 23 04 0000fde9"],
        ["unknown, partial", "e0 63 02 abcd"],
      ],
      nlri: [NET_10],
    }),
    {
      ...EMPTY,
      attributes: {
        origin: 2,
        asPath: [
          { type: 3, asns: [64512] },
          { type: 2, asns: [65001, 4200000000] },
        ],
        nextHop: 0xc0000201,
        med: 50,
        localPref: 100,
        atomicAggregate: true,
        aggregator: { asn: 4200000000, address: 0xc0000201 },
        communities: [0xfde90064, 0xffffff01],
        originatorId: 0xc0000202,
        clusterList: [0xc0000203, 0xc0000204],
        extendedCommunities: [0x0002fde90000004dn],
        largeCommunities: [{ global: 65001, local1: 1, local2: 2 }],
        otc: 65001,
        unknown: [
          { flags: 0xc0, type: 25, value: new Uint8Array(20) },
          { flags: 0x80, type: 30, value: fromHex("") },
          { flags: 0xe0, type: 99, value: fromHex("abcd") },
        ],
      },
      nlri: [NET],
    },
    INTERNAL,
  ],
  [
    "an empty AS_PATH, as internal peers send it",
    update({ attributes: [ORIGIN, ["AS_PATH", "40 02 00"], NEXT_HOP], nlri: [NET_10] }),
    { ...EMPTY, attributes: { ...IPV4, asPath: [] }, nlri: [NET] },
    INTERNAL,
  ],
  [
    "an attribute of more than 255 bytes",
    update({ attributes: [...MANDATORY, ["64 communities", `d0 08 0100 ${"00000001".repeat(64)}`]], nlri: [NET_10] }),
    { ...EMPTY, attributes: { ...IPV4, communities: Array.from({ length: 64 }, () => 1) }, nlri: [NET] },
    EXTERNAL,
  ],
  [
    "an MP_UNREACH_NLRI of a family that is not carried",
    update({ attributes: [["MP_UNREACH L2VPN EVPN", "80 0f 03 0019 46"]] }),
    { ...EMPTY, mpUnreach: { afi: 25, safi: 70, nlri: [] } },
    EXTERNAL,
  ],
];

for (const [name, bytes, value, context] of both) {
  t.test(`${name}, in both directions`, (t) => {
    t.same(decodeMessage(bytes, context), { message: value, verdict: "ok", errors: [], notification: null });
    t.equal(toHex(encodeMessage(value, context)), toHex(bytes));
    t.end();
  });
}

t.test("attributes are read in any order, and short ones with two bytes of length", (t) => {
  const bytes = update({
    attributes: [NEXT_HOP, AS_PATH, ["ORIGIN, extended length", "50 01 0001 00"], ["MP_UNREACH", "90 0f 0003 0002 01"]],
    nlri: [NET_10],
  });
  const decoded = decodeMessage(bytes, EXTERNAL);
  t.equal(decoded.verdict, "ok");
  t.same(asUpdate(decoded).attributes, IPV4);
  t.same(asUpdate(decoded).mpUnreach, { afi: 2, safi: 1, nlri: [] });
  t.end();
});

t.test("the low flag bits and the partial bit of known attributes are ignored", (t) => {
  const attributes = [...MANDATORY, ["COMMUNITIES", "ef 08 04 fde90064"] as const];
  const decoded = decodeMessage(update({ attributes, nlri: [NET_10] }), EXTERNAL);
  t.equal(decoded.verdict, "ok");
  t.same(asUpdate(decoded).attributes.communities, [0xfde90064]);
  t.end();
});

t.test("host bits that come are ignored", (t) => {
  const bytes = update({
    withdrawn: [["10.0.0.0/12 with bits", "0c 0aff"]],
    attributes: [["", "80 0f 06 0002 01 0c 20ff"]],
  });
  const { withdrawn, mpUnreach } = asUpdate(decodeMessage(bytes, EXTERNAL));
  t.same(withdrawn, [{ prefix: { afi: 1, address: 0x0af00000, length: 12 } }]);
  t.same(mpUnreach?.nlri, [{ prefix: { afi: 2, address: 0x20f0n << 112n, length: 12 } }]);
  t.end();
});

t.test("host bits are zero when sent", (t) => {
  const withdrawn = [{ prefix: { afi: 1, address: 0x0affffff, length: 12 } as const }];
  t.equal(toHex(encodeMessage({ ...EMPTY, withdrawn }, EXTERNAL)), toHex(update({ withdrawn: [["", "0c 0af0"]] })));
  t.end();
});

t.test("MP_REACH_NLRI of a family that is not carried is known by its family alone", (t) => {
  const bytes = update({ attributes: [["EVPN", "80 0e 0b 0019 46 04 c0000201 00 0102"], ORIGIN, AS_PATH] });
  const decoded = decodeMessage(bytes, EXTERNAL);
  t.equal(decoded.verdict, "ok");
  t.same(asUpdate(decoded).mpReach, { afi: 25, safi: 70, nlri: [] });
  t.end();
});

t.test("a bad attribute beside routes of a family that is not carried withdraws nothing", (t) => {
  const bytes = update({
    attributes: [
      ["EVPN", "80 0e 0b 0019 46 04 c0000201 00 0102"],
      ["ORIGIN 9", "40 01 01 09"],
    ],
  });
  const decoded = decodeMessage(bytes, EXTERNAL);
  t.equal(decoded.verdict, "treat-as-withdraw");
  t.match(asUpdate(decoded), { withdrawn: [], nlri: [], mpUnreach: undefined });
  t.end();
});

t.test("a decoded value does not change with the buffer it came from", (t) => {
  const bytes = update({ attributes: [...MANDATORY, ["unknown", "c0 63 02 abcd"]], nlri: [NET_10] });
  const { attributes } = asUpdate(decodeMessage(bytes, EXTERNAL));
  bytes.fill(0);
  t.same(attributes.unknown, [{ flags: 0xc0, type: 99, value: fromHex("abcd") }]);
  t.end();
});

t.test("of an unknown attribute's flags the length bit and the low bits are not kept", (t) => {
  const bytes = update({ attributes: [...MANDATORY, ["unknown", "ff 63 0001 07"]], nlri: [NET_10] });
  t.same(asUpdate(decodeMessage(bytes, EXTERNAL)).attributes.unknown, [
    { flags: 0xe0, type: 99, value: fromHex("07") },
  ]);
  t.end();
});

t.test("unknown attributes are sent in ascending order, whatever theirs is", (t) => {
  const unknown = [99, 30, 41].map((type) => ({ flags: 0xc0, type, value: fromHex("") }));
  const wire = update({
    attributes: [
      ["30", "c0 1e 00"],
      ["ONLY_TO_CUSTOMER", "c0 23 04 00000001"],
      ["41", "c0 29 00"],
      ["99", "c0 63 00"],
    ],
  });
  t.equal(toHex(encodeMessage({ ...EMPTY, attributes: { otc: 1, unknown } }, EXTERNAL)), toHex(wire));
  t.end();
});

t.test("an attribute of 255 bytes has one byte of length", (t) => {
  const unknown = [{ flags: 0xc0, type: 99, value: new Uint8Array(255) }];
  const wire = update({ attributes: [["255 bytes", `c0 63 ff ${"00".repeat(255)}`]] });
  t.equal(toHex(encodeMessage({ ...EMPTY, attributes: { unknown } }, EXTERNAL)), toHex(wire));
  t.end();
});
