/** AS numbers of four bytes towards and from peers that know two (RFC 6793). */
import t from "tap";
import {
  type AsPathSegment,
  decodeMessage,
  encodeMessage,
  type PathAttributes,
  type UpdateMessage,
} from "bgp-ts-codec";
import {
  asUpdate,
  EXTERNAL,
  NET_10,
  NEXT_HOP,
  ORIGIN,
  type Piece,
  toHex,
  TWO_BYTE,
  update,
} from "../../support/wire.ts";

const BIG = 4200000000;

function value(attributes: PathAttributes): UpdateMessage {
  return {
    type: 2,
    withdrawn: [],
    attributes: { origin: 0, nextHop: 0xc0000201, ...attributes },
    nlri: [{ prefix: { afi: 1, address: 0x0a000000, length: 8 } }],
  };
}

function bytes(...path: readonly Piece[]): Uint8Array {
  const [asPath, ...rest] = path;
  return update({ attributes: asPath === undefined ? [] : [ORIGIN, asPath, NEXT_HOP, ...rest], nlri: [NET_10] });
}

function sequence(...asns: readonly number[]): AsPathSegment {
  return { type: 2, asns };
}

function path(...pieces: readonly Piece[]): readonly AsPathSegment[] | undefined {
  return asUpdate(decodeMessage(bytes(...pieces), { ...TWO_BYTE, rejectAsSets: false })).attributes.asPath;
}

const both: readonly [name: string, bytes: Uint8Array, attributes: PathAttributes][] = [
  ["a path that fits two bytes", bytes(["AS_PATH", "40 02 06 02 02 fde9 fdea"]), { asPath: [sequence(65001, 65002)] }],
  [
    "a path with a number that does not",
    bytes(["AS_PATH", "40 02 06 02 02 fde9 5ba0"], ["AS4_PATH", "c0 11 0a 02 02 0000fde9 fa56ea00"]),
    { asPath: [sequence(65001, BIG)] },
  ],
  [
    "a confederation in front, which AS4_PATH does not carry",
    bytes(["AS_PATH", "40 02 08 03 01 fc00 02 01 5ba0"], ["AS4_PATH", "c0 11 06 02 01 fa56ea00"]),
    { asPath: [{ type: 3, asns: [64512] }, sequence(BIG)] },
  ],
  [
    "an aggregator that fits",
    bytes(["AS_PATH", "40 02 04 02 01 fde9"], ["AGGREGATOR", "c0 07 06 fde9 c0000201"]),
    { asPath: [sequence(65001)], aggregator: { asn: 65001, address: 0xc0000201 } },
  ],
  [
    "an aggregator that does not",
    bytes(
      ["AS_PATH", "40 02 04 02 01 fde9"],
      ["AGGREGATOR", "c0 07 06 5ba0 c0000201"],
      ["AS4_AGGREGATOR", "c0 12 08 fa56ea00 c0000201"],
    ),
    { asPath: [sequence(65001)], aggregator: { asn: BIG, address: 0xc0000201 } },
  ],
];

for (const [name, wire, attributes] of both) {
  t.test(`two bytes: ${name}, in both directions`, (t) => {
    t.equal(toHex(encodeMessage(value(attributes), TWO_BYTE)), toHex(wire));
    const decoded = decodeMessage(wire, TWO_BYTE);
    t.equal(decoded.verdict, "ok");
    t.same(asUpdate(decoded), value(attributes));
    t.end();
  });
}

t.test("towards a four-byte peer there are no companions", (t) => {
  const wire = bytes(["AS_PATH", "40 02 0a 02 02 0000fde9 fa56ea00"]);
  t.equal(toHex(encodeMessage(value({ asPath: [sequence(65001, BIG)] }), EXTERNAL)), toHex(wire));
  t.end();
});

t.test("AS numbers that an older speaker prepended stand before the AS4_PATH", (t) => {
  t.same(path(["AS_PATH", "40 02 08 02 03 fdea fde9 5ba0"], ["AS4_PATH", "c0 11 0a 02 02 0000fde9 fa56ea00"]), [
    sequence(65002, 65001, BIG),
  ]);
  t.end();
});

t.test("what was prepended as a segment of its own joins the sequence behind it", (t) => {
  t.same(path(["AS_PATH", "40 02 08 02 01 fdea 02 01 5ba0"], ["AS4_PATH", "c0 11 06 02 01 fa56ea00"]), [
    sequence(65002, BIG),
  ]);
  t.end();
});

t.test("a set counts as one number, and stays apart", (t) => {
  t.same(path(["AS_PATH", "40 02 0a 01 02 fdea fdeb 02 01 5ba0"], ["AS4_PATH", "c0 11 06 02 01 fa56ea00"]), [
    { type: 1, asns: [65002, 65003] },
    sequence(BIG),
  ]);
  t.end();
});

t.test("sequences that would pass 255 numbers stay apart", (t) => {
  const long = Array.from({ length: 255 }, () => 65001);
  const asPath = [sequence(65002), sequence(...long.slice(1), BIG)];
  t.same(asUpdate(decodeMessage(encodeMessage(value({ asPath }), TWO_BYTE), TWO_BYTE)).attributes.asPath, asPath);
  t.same(
    path(
      ["AS_PATH", `50 02 0204 02 01 fdea 02 ff ${"fde9".repeat(255)}`],
      ["AS4_PATH", `d0 11 03fe 02 ff ${"0000fde9".repeat(255)}`],
    ),
    [sequence(65002), sequence(...long)],
  );
  t.end();
});

t.test("an AS4_PATH longer than the AS_PATH is ignored", (t) => {
  t.same(path(["AS_PATH", "40 02 04 02 01 5ba0"], ["AS4_PATH", "c0 11 0a 02 02 0000fde9 fa56ea00"]), [sequence(23456)]);
  t.end();
});

t.test("confederation segments of an AS4_PATH are ignored", (t) => {
  t.same(path(["AS_PATH", "40 02 04 02 01 5ba0"], ["AS4_PATH", "c0 11 0c 03 01 0000fc00 02 01 fa56ea00"]), [
    sequence(BIG),
  ]);
  t.end();
});

t.test("an AGGREGATOR changed on the way makes AS4_AGGREGATOR and AS4_PATH stale", (t) => {
  const { attributes } = asUpdate(
    decodeMessage(
      bytes(
        ["AS_PATH", "40 02 04 02 01 5ba0"],
        ["AGGREGATOR", "c0 07 06 fde9 c0000201"],
        ["AS4_PATH", "c0 11 06 02 01 fa56ea00"],
        ["AS4_AGGREGATOR", "c0 12 08 fa56ea01 c0000202"],
      ),
      TWO_BYTE,
    ),
  );
  t.same(attributes.asPath, [sequence(23456)]);
  t.same(attributes.aggregator, { asn: 65001, address: 0xc0000201 });
  t.end();
});

t.test("companions without what they accompany are dropped", (t) => {
  const wire = update({
    attributes: [
      ["AS4_PATH", "c0 11 06 02 01 fa56ea00"],
      ["AS4_AGGREGATOR", "c0 12 08 fa56ea01 c0000202"],
    ],
  });
  t.same(asUpdate(decodeMessage(wire, TWO_BYTE)).attributes, {});
  t.end();
});

t.test("an AS set that only the AS4_PATH shows withdraws too (RFC 9774)", (t) => {
  const wire = bytes(["AS_PATH", "40 02 04 02 01 5ba0"], ["AS4_PATH", "c0 11 06 01 01 fa56ea00"]);
  t.equal(decodeMessage(wire, TWO_BYTE).verdict, "treat-as-withdraw");
  t.end();
});
