import t from "tap";
import { MAX_EXTENDED_MESSAGE, readHeader } from "bgp-ts-codec";
import { fromHex } from "../../support/wire.ts";

const SHORT = { extendedMessages: false };
const LONG = { extendedMessages: true };
const MARKER = "ff".repeat(16);

const OPEN = "01";
const UPDATE = "02";
const NOTIFICATION = "03";
const KEEPALIVE = "04";
const ROUTE_REFRESH = "05";

const accepted: readonly [name: string, length: string, type: string, limits: typeof SHORT][] = [
  ["the shortest OPEN", "001d", OPEN, SHORT],
  ["the longest OPEN", "1000", OPEN, SHORT],
  ["the longest OPEN, on an extended session", "1000", OPEN, LONG],
  ["the shortest UPDATE", "0017", UPDATE, SHORT],
  ["the longest UPDATE", "1000", UPDATE, SHORT],
  ["an extended UPDATE", "ffff", UPDATE, LONG],
  ["the shortest NOTIFICATION", "0015", NOTIFICATION, SHORT],
  ["an extended NOTIFICATION", "1001", NOTIFICATION, LONG],
  ["a KEEPALIVE", "0013", KEEPALIVE, SHORT],
  ["a ROUTE-REFRESH", "0017", ROUTE_REFRESH, SHORT],
];

for (const [name, length, type, limits] of accepted) {
  t.test(`${name} is accepted`, (t) => {
    t.same(readHeader(fromHex(MARKER + length + type), 0, limits), {
      status: "ok",
      type: Number.parseInt(type, 16),
      length: Number.parseInt(length, 16),
    });
    t.end();
  });
}

const refused: readonly [name: string, header: string, limits: typeof SHORT, subcode: number, data: string][] = [
  ["a marker with a zero", `${"ff".repeat(15)}00001d01`, SHORT, 1, ""],
  ["a length below the header's own", `${MARKER}0012${KEEPALIVE}`, SHORT, 2, "0012"],
  ["an UPDATE above 4096 bytes", `${MARKER}1001${UPDATE}`, SHORT, 2, "1001"],
  ["an OPEN above 4096 bytes on an extended session", `${MARKER}1001${OPEN}`, LONG, 2, "1001"],
  ["an OPEN of 28 bytes", `${MARKER}001c${OPEN}`, SHORT, 2, "001c"],
  ["an UPDATE of 22 bytes", `${MARKER}0016${UPDATE}`, SHORT, 2, "0016"],
  ["a NOTIFICATION of 20 bytes", `${MARKER}0014${NOTIFICATION}`, SHORT, 2, "0014"],
  ["a NOTIFICATION below the header's own length", `${MARKER}0003${NOTIFICATION}`, SHORT, 2, "0003"],
  ["a NOTIFICATION above 4096 bytes", `${MARKER}1001${NOTIFICATION}`, SHORT, 2, "1001"],
  ["a KEEPALIVE of 20 bytes", `${MARKER}0014${KEEPALIVE}`, SHORT, 2, "0014"],
  ["a KEEPALIVE of 20 bytes on an extended session", `${MARKER}0014${KEEPALIVE}`, LONG, 2, "0014"],
  ["type 0", `${MARKER}001300`, SHORT, 3, "00"],
  ["type 6", `${MARKER}001706`, SHORT, 3, "06"],
];

for (const [name, header, limits, subcode, data] of refused) {
  t.test(`${name} is refused with 1/${subcode}`, (t) => {
    const result = readHeader(fromHex(header), 0, limits);
    if (result.status !== "error") throw new Error(result.status);
    t.same(result.error.notification, { code: 1, subcode, data: fromHex(data) });
    t.equal(result.error.verdict, "session-reset");
    t.equal(result.silent, header.endsWith(NOTIFICATION), "only a bad NOTIFICATION stays unanswered");
    t.end();
  });
}

t.test("a header that is not all there says how much is missing", (t) => {
  const whole = fromHex(`${MARKER}0013${KEEPALIVE}`);
  for (let length = 0; length < 19; length++) {
    t.same(readHeader(whole.subarray(0, length), 0, SHORT), { status: "incomplete", needed: 19 - length });
  }
  t.end();
});

t.test("a stranger is noticed at its first byte", (t) => {
  const result = readHeader(new TextEncoder().encode("GET / HTTP/1.1"), 0, SHORT);
  t.match(result, { status: "error", error: { text: "marker: byte 1 is 71, must be 255" } });
  t.end();
});

t.test("a header is read at an offset, and only up to the end of what was received", (t) => {
  const bytes = fromHex(`0000${MARKER}0013${KEEPALIVE}`);
  t.match(readHeader(bytes, 2, SHORT), { status: "ok", length: 19 });
  t.same(readHeader(bytes, 2, SHORT, 12), { status: "incomplete", needed: 9 });
  t.end();
});

function text(header: string): string {
  const result = readHeader(fromHex(header), 0, SHORT);
  return result.status === "error" ? result.error.text : "";
}

t.test("error texts name the message and the right length", (t) => {
  t.equal(text(`${MARKER}0014${KEEPALIVE}`), "KEEPALIVE length 20: must be 19");
  t.equal(text(`${MARKER}001c${OPEN}`), "OPEN length 28: must be 29 to 4096");
  t.equal(MAX_EXTENDED_MESSAGE, 65535);
  t.end();
});
