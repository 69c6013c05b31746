/** Values that the wire cannot hold: one class of error, which names the field. */
import t from "tap";
import {
  type AsPathSegment,
  type CodecContext,
  CodecError,
  encodeMessage,
  type PathAttributes,
  type UpdateMessage,
} from "bgp-ts-codec";
import { ADD_PATH, EXTERNAL, fromHex } from "../../support/wire.ts";

const EMPTY: UpdateMessage = { type: 2, withdrawn: [], attributes: {}, nlri: [] };
const NET = { prefix: { afi: 1, address: 0x0a000000, length: 8 } } as const;
const NET6 = { prefix: { afi: 2, address: 0n, length: 8 } } as const;
const TOO_BIG = 2 ** 32;

function withAttributes(attributes: PathAttributes): UpdateMessage {
  return { ...EMPTY, attributes };
}

function path(...segments: readonly AsPathSegment[]): UpdateMessage {
  return withAttributes({ asPath: segments });
}

const unknown = { flags: 0xc0, type: 99, value: fromHex("") };

const refused: readonly [field: string, problem: string, message: UpdateMessage, context?: CodecContext][] = [
  ["origin", "3 is not 0, 1 or 2", withAttributes({ origin: 3 as 2 })],
  ["asPath", "segment type 5 is unknown", path({ type: 5 as 4, asns: [1] })],
  ["asPath", "a segment holds 1 to 255 AS numbers, not 0", path({ type: 2, asns: [] })],
  [
    "asPath",
    "a segment holds 1 to 255 AS numbers, not 256",
    path({ type: 2, asns: Array.from({ length: 256 }, () => 1) }),
  ],
  ["asPath", "0 is not an AS number from 1 to 4294967295", path({ type: 2, asns: [0] })],
  ["asPath", "1.5 is not an AS number from 1 to 4294967295", path({ type: 2, asns: [1.5] })],
  ["nextHop", "-1 is not a whole number from 0 to 4294967295", withAttributes({ nextHop: -1 })],
  ["med", "4294967296 is not a whole number from 0 to 4294967295", withAttributes({ med: TOO_BIG })],
  ["localPref", "NaN is not a whole number from 0 to 4294967295", withAttributes({ localPref: Number.NaN })],
  [
    "aggregator asn",
    "0 is not an AS number from 1 to 4294967295",
    withAttributes({ aggregator: { asn: 0, address: 1 } }),
  ],
  ["communities", "4294967296 is not a whole number from 0 to 4294967295", withAttributes({ communities: [TOO_BIG] })],
  ["extendedCommunities", "-1 is not an unsigned 64-bit number", withAttributes({ extendedCommunities: [-1n] })],
  [
    "largeCommunities local1",
    "4294967296 is not a whole number from 0 to 4294967295",
    withAttributes({ largeCommunities: [{ global: 1, local1: TOO_BIG, local2: 1 }] }),
  ],
  ["unknown attribute 8", "COMMUNITIES has a field of its own", withAttributes({ unknown: [{ ...unknown, type: 8 }] })],
  [
    "unknown attribute 14",
    "MP_REACH_NLRI has a field of its own",
    withAttributes({ unknown: [{ ...unknown, type: 14 }] }),
  ],
  [
    "unknown attribute 256",
    "256 is not a whole number from 0 to 255",
    withAttributes({ unknown: [{ ...unknown, type: 256 }] }),
  ],
  [
    "unknown attribute 99",
    "65536 bytes long, at most 65535 fit",
    withAttributes({ unknown: [{ ...unknown, value: new Uint8Array(65536) }] }),
  ],
  [
    "attributes",
    "65539 bytes long, at most 65535 fit",
    withAttributes({ unknown: [{ ...unknown, value: new Uint8Array(65535) }] }),
  ],
  [
    "message",
    "4097 bytes long, at most 4096 are allowed",
    withAttributes({ unknown: [{ ...unknown, value: new Uint8Array(4070) }] }),
  ],
  ["withdrawn", "needs a path identifier on this session", { ...EMPTY, withdrawn: [NET] }, ADD_PATH],
  ["nlri", "takes no path identifier here", { ...EMPTY, nlri: [{ ...NET, pathId: 1 }] }],
  [
    "nlri path identifier",
    "4294967296 is not a whole number from 0 to 4294967295",
    { ...EMPTY, nlri: [{ ...NET, pathId: TOO_BIG }] },
    ADD_PATH,
  ],
  ["nlri", "10/33 is not a prefix of 32 bits", { ...EMPTY, nlri: [{ prefix: { afi: 1, address: 10, length: 33 } }] }],
  ["mpReach", "AFI 25 SAFI 70 is not IPv4 or IPv6 unicast", { ...EMPTY, mpReach: { afi: 25, safi: 70, nlri: [] } }],
  ["mpReach nextHop", "is missing", { ...EMPTY, mpReach: { afi: 2, safi: 1, nlri: [] } }],
  [
    "nextHop",
    "an IPv6 route needs an IPv6 next hop",
    { ...EMPTY, mpReach: { afi: 2, safi: 1, nextHop: { afi: 1, address: 1 }, nlri: [] } },
  ],
  [
    "nextHop",
    `${2n ** 128n} is not an unsigned 128-bit number`,
    { ...EMPTY, mpReach: { afi: 2, safi: 1, nextHop: { afi: 2, address: 2n ** 128n }, nlri: [] } },
  ],
  [
    "mpReach nlri",
    "IPv4 and IPv6 prefixes cannot stand in one list",
    { ...EMPTY, mpReach: { afi: 2, safi: 1, nextHop: { afi: 2, address: 1n }, nlri: [NET] } },
  ],
  ["mpUnreach", "routes of a family that is not carried", { ...EMPTY, mpUnreach: { afi: 25, safi: 70, nlri: [NET6] } }],
];

for (const [field, problem, message, context = EXTERNAL] of refused) {
  t.test(`refused: ${field}: ${problem}`, (t) => {
    t.throws(() => encodeMessage(message, context), { name: "CodecError", field, message: `${field}: ${problem}` });
    t.end();
  });
}

t.test("an extended session takes a message above 4096 bytes", (t) => {
  const message = withAttributes({ unknown: [{ ...unknown, value: new Uint8Array(4070) }] });
  t.equal(encodeMessage(message, { ...EXTERNAL, extendedMessages: true }).length, 4097);
  t.end();
});

t.test("the error is a CodecError, to be told from others", (t) => {
  t.ok(new CodecError("field", "problem") instanceof Error);
  t.equal(new CodecError("field", "problem").name, "CodecError");
  t.end();
});
