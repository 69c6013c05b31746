/** NOTIFICATION, KEEPALIVE, ROUTE-REFRESH, End-of-RIB; and lengths that do not fit any message. */
import t from "tap";
import {
  Afi,
  decodeHardReset,
  decodeMessage,
  decodeShutdownCommunication,
  encodeEndOfRib,
  encodeHardReset,
  encodeMaximumPrefixes,
  encodeMessage,
  encodeShutdownCommunication,
  endOfRibFamily,
  type Message,
  notificationText,
} from "bgp-ts-codec";
import { asUpdate, EXTERNAL, fromHex, MANDATORY, message, NET_10, toHex, update } from "../../support/wire.ts";

const both: readonly [name: string, bytes: Uint8Array, value: Message][] = [
  ["a KEEPALIVE", message(4), { type: 4 }],
  ["a NOTIFICATION", message(3, ["hold timer", "04 00"]), { type: 3, code: 4, subcode: 0, data: fromHex("") }],
  [
    "a NOTIFICATION with data",
    message(3, ["", "01 02"], ["", "0012"]),
    { type: 3, code: 1, subcode: 2, data: fromHex("0012") },
  ],
  [
    "a NOTIFICATION with an unknown code",
    message(3, ["", "ff ff"]),
    { type: 3, code: 255, subcode: 255, data: fromHex("") },
  ],
  [
    "a ROUTE-REFRESH",
    message(5, ["IPv6", "0002"], ["subtype", "00"], ["unicast", "01"]),
    { type: 5, afi: 2, subtype: 0, safi: 1 },
  ],
  ["an End of Route Refresh", message(5, ["", "0001 02 01"]), { type: 5, afi: 1, subtype: 2, safi: 1 }],
  ["a ROUTE-REFRESH of unknown subtype", message(5, ["", "0001 ff 01"]), { type: 5, afi: 1, subtype: 255, safi: 1 }],
];

for (const [name, bytes, value] of both) {
  t.test(`${name}, in both directions`, (t) => {
    t.same(decodeMessage(bytes, EXTERNAL), { message: value, verdict: "ok", errors: [], notification: null });
    t.equal(toHex(encodeMessage(value, EXTERNAL)), toHex(bytes));
    t.end();
  });
}

for (const hex of ["", "0001 00", "0001 00 01 00"]) {
  t.test(`a ROUTE-REFRESH with the body "${hex}" is refused with 7/1 and itself`, (t) => {
    const bytes = message(5, ["", hex]);
    const decoded = decodeMessage(bytes, EXTERNAL);
    t.equal(decoded.message, null);
    t.same(decoded.notification, { code: 7, subcode: 1, data: bytes });
    t.end();
  });
}

t.test("a message shorter or longer than its header says is refused with 1/2", (t) => {
  const bytes = update({ attributes: MANDATORY, nlri: [NET_10] });
  for (let length = 0; length < bytes.length; length++) {
    const decoded = decodeMessage(bytes.subarray(0, length), EXTERNAL);
    t.equal(decoded.verdict, "session-reset");
    t.match(decoded.notification, { code: 1, subcode: 2 });
  }
  t.match(decodeMessage(Uint8Array.from([...bytes, 0]), EXTERNAL).notification, { code: 1, subcode: 2 });
  t.end();
});

t.test("every body cut short, its header right, is refused or leads to a verdict, but never throws", (t) => {
  const bytes = update({ withdrawn: [NET_10], attributes: [...MANDATORY, ["", "c0 08 04 00000001"]], nlri: [NET_10] });
  for (let length = 19; length < bytes.length; length++) {
    const cut = bytes.slice(0, length);
    cut[17] = length;
    const { verdict, errors } = decodeMessage(cut, EXTERNAL);
    if (verdict === "ok")
      t.equal(length, bytes.length - NET_10[1].replace(" ", "").length / 2, "only the NLRI is gone");
    else t.ok(errors.length > 0);
  }
  t.end();
});

t.test("a bad NOTIFICATION is never answered with another", (t) => {
  t.match(decodeMessage(message(3, ["", "06"]), EXTERNAL), { verdict: "session-reset", notification: null });
  const short = message(3, ["", "06 02"]).subarray(0, 20);
  t.match(decodeMessage(short, EXTERNAL), { verdict: "session-reset", notification: null });
  t.end();
});

t.test("End-of-RIB has 23 bytes for IPv4 and 29 for IPv6", (t) => {
  t.equal(toHex(encodeEndOfRib(Afi.Ipv4)), toHex(update({})));
  t.equal(toHex(encodeEndOfRib(Afi.Ipv6)), toHex(update({ attributes: [["MP_UNREACH", "80 0f 03 0002 01"]] })));
  t.equal(encodeEndOfRib(Afi.Ipv4).length, 23);
  t.equal(encodeEndOfRib(Afi.Ipv6).length, 29);
  t.end();
});

function family(bytes: Uint8Array): Afi | undefined {
  return endOfRibFamily(asUpdate(decodeMessage(bytes, EXTERNAL)));
}

t.test("End-of-RIB is known in its forms, and nothing else is one", (t) => {
  t.equal(family(update({})), Afi.Ipv4);
  t.equal(family(update({ attributes: [["", "80 0f 03 0002 01"]] })), Afi.Ipv6);
  t.equal(family(update({ attributes: [["30 bytes", "90 0f 0003 0002 01"]] })), Afi.Ipv6);
  t.equal(family(update({ attributes: [["IPv4 in MP form", "80 0f 03 0001 01"]] })), Afi.Ipv4);
  t.equal(family(update({ attributes: [["EVPN", "80 0f 03 0019 46"]] })), undefined);
  t.equal(family(update({ attributes: [["withdraws 2001::/16", "80 0f 06 0002 01 10 2001"]] })), undefined);
  t.equal(family(update({ withdrawn: [NET_10] })), undefined);
  t.equal(family(update({ attributes: MANDATORY, nlri: [NET_10] })), undefined);
  t.equal(family(update({ attributes: MANDATORY })), undefined);
  t.end();
});

t.test("shutdown communication: UTF-8, at most 128 bytes, cut between characters (RFC 9003)", (t) => {
  t.equal(toHex(encodeShutdownCommunication("bye")), "03627965");
  t.equal(toHex(encodeShutdownCommunication("")), "00");
  const long = encodeShutdownCommunication("ü".repeat(100));
  t.equal(long.length, 129);
  const odd = encodeShutdownCommunication(`x${"ü".repeat(100)}`);
  t.equal(odd.length, 128, "127 bytes: half an ü is not sent");
  t.equal(decodeShutdownCommunication(odd), `x${"ü".repeat(63)}`);
  t.end();
});

t.test("shutdown communication of up to 255 bytes is read, without control characters", (t) => {
  t.equal(decodeShutdownCommunication(fromHex(`ff${"61".repeat(255)}`)), "a".repeat(255));
  t.equal(decodeShutdownCommunication(fromHex("05 61 0a 1b 62 7f")), "ab");
  t.equal(decodeShutdownCommunication(new Uint8Array([6, 0xe2, 0x80, 0xae, 0xc2, 0x9b, 0x63])), "c");
  t.equal(decodeShutdownCommunication(fromHex("ff 61")), "a", "a length beyond the data");
  t.equal(decodeShutdownCommunication(fromHex("02 61 ff")), "a\ufffd");
  for (const none of ["", "00", "01 07"]) t.equal(decodeShutdownCommunication(fromHex(none)), undefined);
  t.end();
});

t.test("a Hard Reset holds another NOTIFICATION (RFC 8538)", (t) => {
  const inner = { code: 6, subcode: 2, data: encodeShutdownCommunication("bye") };
  t.equal(toHex(encodeHardReset(inner)), "060203627965");
  t.same(decodeHardReset(encodeHardReset(inner)), inner);
  t.equal(decodeHardReset(fromHex("06")), undefined);
  t.end();
});

t.test("Cease for too many prefixes names the family and the bound", (t) => {
  t.equal(toHex(encodeMaximumPrefixes(Afi.Ipv6, 1000)), "0002 01 000003e8".replaceAll(" ", ""));
  t.end();
});

t.test("codes and subcodes have names", (t) => {
  t.equal(notificationText(6, 10), "Cease / BFD Down", "RFC 9384");
  t.equal(notificationText(6, 2), "Cease / Administrative Shutdown");
  t.equal(notificationText(4, 0), "Hold Timer Expired");
  t.equal(notificationText(6, 99), "Cease / Subcode 99");
  t.equal(notificationText(99, 0), "Error 99");
  t.equal(notificationText(99, 1), "Error 99 / Subcode 1");
  t.end();
});
