import t from "tap";
import { type Capability, decodeMessage, encodeMessage, type OpenMessage } from "bgp-ts-codec";
import { EXTERNAL, fromHex, message, type Piece, toHex } from "../../support/wire.ts";

const FIXED: readonly Piece[] = [
  ["version 4", "04"],
  ["my AS 65001", "fde9"],
  ["hold time 90", "005a"],
  ["identifier 192.0.2.1", "c0000201"],
];

function open(...parameters: readonly Piece[]): Uint8Array {
  return message(1, ...FIXED, ...parameters);
}

function value(capabilities: readonly Capability[]): OpenMessage {
  return { type: 1, version: 4, asn16: 65001, holdTime: 90, bgpId: 0xc0000201, capabilities };
}

const IPV4: Capability = { kind: "multiprotocol", afi: 1, safi: 1 };
const REFRESH: Capability = { kind: "route-refresh" };
const AS4: Capability = { kind: "four-octet-as", asn: 65001 };

const both: readonly [name: string, bytes: Uint8Array, capabilities: readonly Capability[]][] = [
  ["no parameters", open(["no parameters", "00"]), []],
  ["one capability", open(["length", "04"], ["capabilities", "02 02"], ["route refresh", "02 00"]), [REFRESH]],
  [
    "several capabilities in one parameter",
    open(
      ["length", "10"],
      ["capabilities", "02 0e"],
      ["IPv4 unicast", "01 04 0001 00 01"],
      ["route refresh", "02 00"],
      ["AS 65001", "41 04 0000fde9"],
    ),
    [IPV4, REFRESH, AS4],
  ],
];

for (const [name, bytes, capabilities] of both) {
  t.test(`an OPEN with ${name}, in both directions`, (t) => {
    t.same(decodeMessage(bytes, EXTERNAL), {
      message: value(capabilities),
      verdict: "ok",
      errors: [],
      notification: null,
    });
    t.equal(toHex(encodeMessage(value(capabilities), EXTERNAL)), toHex(bytes));
    t.end();
  });
}

const read: readonly [name: string, bytes: Uint8Array, capabilities: readonly Capability[]][] = [
  [
    "one capability a parameter",
    open(["length", "0e"], ["", "02 06 01 04 0001 00 01"], ["", "02 02 02 00"], ["an empty parameter", "02 00"]),
    [IPV4, REFRESH],
  ],
  ["a capability twice", open(["length", "06"], ["", "02 04 02 00 02 00"]), [REFRESH, REFRESH]],
  [
    "the extended form, though short (RFC 9072)",
    open(["255, 255", "ffff"], ["length", "0005"], ["capabilities", "02 0002"], ["", "02 00"]),
    [REFRESH],
  ],
  [
    "the extended form with any first length (RFC 9072)",
    open(["1, 255", "01ff"], ["length", "0005"], ["capabilities", "02 0002"], ["", "02 00"]),
    [REFRESH],
  ],
  ["the extended form without parameters", open(["255, 255", "ffff"], ["length", "0000"]), []],
  [
    "an unknown capability",
    open(["length", "06"], ["", "02 04"], ["capability 200", "c8 02 abcd"]),
    [{ kind: "unknown", code: 200, value: fromHex("abcd") }],
  ],
];

for (const [name, bytes, capabilities] of read) {
  t.test(`an OPEN with ${name} is read`, (t) => {
    t.same(decodeMessage(bytes, EXTERNAL).message, value(capabilities));
    t.end();
  });
}

const refused: readonly [name: string, bytes: Uint8Array, subcode: number, data: string][] = [
  ["version 3", message(1, ["version", "03"], ...FIXED.slice(1), ["", "00"]), 1, "0004"],
  ["a parameter that is not capabilities", open(["length", "03"], ["type 1", "01 01 00"]), 4, ""],
  ["parameters longer than the message", open(["length", "05"], ["", "02 02 02 00"]), 0, ""],
  ["parameters shorter than the message", open(["length", "02"], ["", "02 02 02 00"]), 0, ""],
  ["a parameter that overruns the parameters", open(["length", "04"], ["", "02 03 02 00"]), 0, ""],
  ["a parameter without a length", open(["length", "01"], ["", "02"]), 0, ""],
  ["a capability that overruns its parameter", open(["length", "04"], ["", "02 02 02 01"]), 0, ""],
  ["a capability without a length", open(["length", "03"], ["", "02 01 02"]), 0, ""],
  ["an extended length that is too long", open(["255, 255", "ffff"], ["", "0006 02 0002 0200"]), 0, ""],
  ["no parameters, and bytes that look like an extended form", open(["no parameters", "00"], ["", "ff 0000"]), 0, ""],
  ["an extended form without a length", open(["255, 255", "ffff"], ["", "00"]), 0, ""],
];

for (const [name, bytes, subcode, data] of refused) {
  t.test(`an OPEN with ${name} is refused with 2/${subcode}`, (t) => {
    const decoded = decodeMessage(bytes, EXTERNAL);
    t.equal(decoded.message, null);
    t.equal(decoded.verdict, "session-reset");
    t.same(decoded.notification, { code: 2, subcode, data: fromHex(data) });
    t.end();
  });
}

t.test("what needs the configuration is not judged here: hold time 1, AS 0, identifier 0", (t) => {
  const decoded = decodeMessage(message(1, ["", "04 0000 0001 00000000 00"]), EXTERNAL);
  t.match(decoded, { verdict: "ok", message: { asn16: 0, holdTime: 1, bgpId: 0 } });
  t.end();
});

function unknown(length: number): Capability {
  return { kind: "unknown", code: 200, value: new Uint8Array(length) };
}

t.test("capabilities above 253 bytes are sent in the extended form", (t) => {
  const short = encodeMessage(value([unknown(251)]), EXTERNAL);
  t.equal(toHex(short.subarray(28, 33)), "ff02fdc8fb", "253 bytes fit the short form");
  t.match(decodeMessage(short, EXTERNAL).message, { capabilities: [{ code: 200 }] });
  const long = encodeMessage(value([unknown(252)]), EXTERNAL);
  t.equal(toHex(long.subarray(28, 37)), "ffff01010200fec8fc");
  t.match(decodeMessage(long, EXTERNAL).message, { capabilities: [{ code: 200 }] });
  t.end();
});

t.test("an OPEN above 4096 bytes is not encoded, on an extended session neither", (t) => {
  const capabilities = Array.from({ length: 17 }, (): Capability => ({
    kind: "unknown",
    code: 200,
    value: new Uint8Array(250),
  }));
  t.throws(() => encodeMessage(value(capabilities), { ...EXTERNAL, extendedMessages: true }), {
    name: "CodecError",
    message: "message: 4319 bytes long, at most 4096 are allowed",
  });
  t.end();
});
