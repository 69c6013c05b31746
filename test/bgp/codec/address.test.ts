import t from "tap";
import * as fc from "fast-check";
import { formatIpv4, formatIpv6, formatPrefix, parseIpv4, parseIpv6, parsePrefix, prefixKey } from "bgp-ts-codec";
import { prefix } from "../../support/bgp-arbitraries.ts";

t.test("IPv4 text", (t) => {
  t.equal(parseIpv4("192.0.2.1"), 0xc0000201);
  t.equal(parseIpv4("255.255.255.255"), 0xffffffff);
  t.equal(parseIpv4("0.0.0.0"), 0);
  for (const text of [
    "",
    "1.2.3",
    "1.2.3.4.5",
    "256.0.0.1",
    "01.2.3.4",
    "1.2.3.4 ",
    "1.2.3.-4",
    "0x1.2.3.4",
    "1.2.3.1000",
  ]) {
    t.equal(parseIpv4(text), undefined, text);
  }
  t.equal(formatIpv4(0xc0000201), "192.0.2.1");
  t.end();
});

/** RFC 5952 §4 and §5: what is read, and how it is shown. */
const ipv6: readonly [text: string, shown: string][] = [
  ["2001:db8::1", "2001:db8::1"],
  ["2001:0DB8:0:0:0:0:0:1", "2001:db8::1"],
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
  ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["::", "::"],
  ["::1", "::1"],
  ["1::", "1::"],
  ["0:0:0:0:0:0:0:0", "::"],
  ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ["::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"],
  ["::ffff:192.0.2.1", "::ffff:192.0.2.1"],
  ["::ffff:c000:201", "::ffff:192.0.2.1"],
  ["64:ff9b::192.0.2.1", "64:ff9b::c000:201"],
  ["1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"],
  ["fe80::1", "fe80::1"],
  ["ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
];

for (const [text, shown] of ipv6) {
  t.test(`IPv6 ${text} is shown as ${shown}`, (t) => {
    const value = parseIpv6(text);
    t.not(value, undefined);
    t.equal(formatIpv6(value ?? 0n), shown);
    t.end();
  });
}

t.test("what is not IPv6 text is refused", (t) => {
  for (const text of [
    "",
    ":",
    ":::",
    "1",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4::5:6:7:8",
    "12345::",
    "g::",
    ":1:2:3:4:5:6:7",
    "1.2.3.4::",
    "::1.2.3.4:5",
    "::1.2.3",
    "1:2:3:4:5:6:7:1.2.3.4",
    "fe80::1%eth0",
    "1.2.3.4",
  ]) {
    t.equal(parseIpv6(text), undefined, text);
  }
  t.end();
});

t.test("address text survives the round trip", (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffffff }), (value) => parseIpv4(formatIpv4(value)) === value),
    { numRuns: 300 },
  );
  // Groups that are often zero, so that "::" stands everywhere.
  const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
  fc.assert(
    fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
      const value = groups.reduce((sum, part) => (sum << 16n) | BigInt(part), 0n);
      return parseIpv6(formatIpv6(value)) === value;
    }),
    { numRuns: 500 },
  );
  t.end();
});

t.test("prefix text: host bits are set to zero", (t) => {
  t.same(parsePrefix("10.1.2.3/8"), { afi: 1, address: 0x0a000000, length: 8 });
  t.same(parsePrefix("192.0.2.1/32"), { afi: 1, address: 0xc0000201, length: 32 });
  t.same(parsePrefix("0.0.0.0/0"), { afi: 1, address: 0, length: 0 });
  t.same(parsePrefix("255.255.255.255/0"), { afi: 1, address: 0, length: 0 });
  t.same(parsePrefix("2001:db8::1/64"), { afi: 2, address: 0x20010db8n << 96n, length: 64 });
  t.same(parsePrefix("::/0"), { afi: 2, address: 0n, length: 0 });
  for (const text of [
    "",
    "10.0.0.0",
    "10.0.0.0/33",
    "::/129",
    "::",
    "10.0.0.0/08",
    "10.0.0.0/8/8",
    "10.0.0/8",
    "/8",
    "x/8",
  ]) {
    t.equal(parsePrefix(text), undefined, text);
  }
  t.end();
});

t.test("prefix text survives the round trip, and keys are equal exactly for equal prefixes", (t) => {
  fc.assert(
    fc.property(prefix, prefix, (a, b) => {
      t.same(parsePrefix(formatPrefix(a)), a);
      t.equal(prefixKey(a) === prefixKey(b), formatPrefix(a) === formatPrefix(b));
    }),
    { numRuns: 200 },
  );
  t.equal(
    new Map([[prefixKey({ afi: 2, address: 1n, length: 128 }), 1]]).get(
      prefixKey({ afi: 2, address: 1n, length: 128 }),
    ),
    1,
  );
  t.end();
});
