import { assert, oneof, property, string, stringMatching } from "fast-check";
import t from "tap";
import {
  parseAddress,
  parseHostAddress,
  parsePeerAddress,
  parseRange,
  parseRouterId,
} from "../../../src/api/address.ts";
import { isFault } from "../../../src/api/text.ts";
import type { Parsed } from "../../../src/api/text.ts";

function said(parsed: Parsed<unknown>): string {
  return isFault(parsed) ? `${parsed.what}; ${parsed.fix}` : "fine";
}

const ANY = "write an IPv4 address such as 192.0.2.10 or an IPv6 address such as 2001:db8::10";

t.test("addresses of both families are read", (t) => {
  t.same(parseAddress("192.0.2.1"), { value: { family: 4, value: 0xc0000201n } });
  t.same(parseAddress("0.0.0.0"), { value: { family: 4, value: 0n } });
  t.same(parseAddress("2001:db8::1"), { value: { family: 6, value: 0x20010db8000000000000000000000001n } });
  t.same(parseAddress("2001:DB8:0::1"), parseAddress("2001:db8::1"));
  t.same(parseAddress("::"), { value: { family: 6, value: 0n } });
  t.end();
});

t.test("what is not an address is refused with what would be right", (t) => {
  const rows: readonly (readonly [string, string])[] = [
    ["192.0.2", `"192.0.2" is not an IP address; ${ANY}`],
    ["192.0.2.256", `"192.0.2.256" is not an IP address; ${ANY}`],
    ["", `"" is not an IP address; ${ANY}`],
    ["router.example", `"router.example" is not an IP address; ${ANY}`],
    ["2001:db8:::1", `"2001:db8:::1" is not an IP address; ${ANY}`],
    ["192.0.2.010", '"192.0.2.010" has a part with leading zeros, which some programs read as octal; write 192.0.2.10'],
    ["fe80::1%eth0", '"fe80::1%eth0" has a zone; write the address without % and what follows'],
    ["::ffff:192.0.2.1", '"::ffff:192.0.2.1" is an IPv4 address inside IPv6; write 192.0.2.1'],
    [
      "192.0.2.1/24",
      '"192.0.2.1/24" is a CIDR where one address belongs; write the address without / and what follows',
    ],
  ];
  for (const [text, problem] of rows) t.equal(said(parseAddress(text)), problem);
  t.end();
});

t.test("CIDRs lose their host bits, ranges their spaces", (t) => {
  const low = 0xc0000200n;
  t.same(parseRange("192.0.2.5/24"), { value: { family: 4, first: low, last: low + 255n } });
  t.same(parseRange("192.0.2.5/32"), { value: { family: 4, first: low + 5n, last: low + 5n } });
  t.same(parseRange("0.0.0.0/0"), { value: { family: 4, first: 0n, last: 0xffffffffn } });
  t.same(parseRange(" 192.0.2.5 -  192.0.2.9 "), { value: { family: 4, first: low + 5n, last: low + 9n } });
  t.same(parseRange("192.0.2.5-192.0.2.5"), { value: { family: 4, first: low + 5n, last: low + 5n } });
  const v6 = 0x20010db8n << 96n;
  t.same(parseRange("2001:db8::9/126"), { value: { family: 6, first: v6 + 8n, last: v6 + 11n } });
  t.end();
});

t.test("what is neither a CIDR nor a range is refused with what would be right", (t) => {
  const rows: readonly (readonly [string, string])[] = [
    [
      "pool",
      '"pool" is neither a CIDR nor a range of addresses; write a CIDR such as 192.0.2.0/24 or a range such as 192.0.2.10-192.0.2.20',
    ],
    ["192.0.2.1", '"192.0.2.1" is an address without a prefix length; write 192.0.2.1/32 for this one address'],
    ["2001:db8::1", '"2001:db8::1" is an address without a prefix length; write 2001:db8::1/128 for this one address'],
    ["::ffff:1.2.3.4", '"::ffff:1.2.3.4" is an IPv4 address inside IPv6; write 1.2.3.4'],
    ["192.0.2.0/33", '"192.0.2.0/33" has no valid prefix length; write a length from 0 to 32 after the / for IPv4'],
    ["192.0.2.0/", '"192.0.2.0/" has no valid prefix length; write a length from 0 to 32 after the / for IPv4'],
    ["192.0.2.0/024", '"192.0.2.0/024" has no valid prefix length; write a length from 0 to 32 after the / for IPv4'],
    ["192.0.2.0/24/8", '"192.0.2.0/24/8" has no valid prefix length; write a length from 0 to 32 after the / for IPv4'],
    [
      "2001:db8::/129",
      '"2001:db8::/129" has no valid prefix length; write a length from 0 to 128 after the / for IPv6',
    ],
    ["192.0.2/24", `in "192.0.2/24", "192.0.2" is not an IP address; ${ANY}`],
    ["192.0.2.9-192.0.2.5", '"192.0.2.9-192.0.2.5" ends before it starts; write 192.0.2.5-192.0.2.9'],
    [
      "192.0.2.9-2001:db8::1",
      '"192.0.2.9-2001:db8::1" starts in IPv4 and ends in IPv6; write one range for each family',
    ],
    [
      "192.0.2.1-192.0.2.3-192.0.2.5",
      '"192.0.2.1-192.0.2.3-192.0.2.5" has more than one dash; write each range on a line of its own',
    ],
    ["192.0.2.1-20", `in "192.0.2.1-20", "20" is not an IP address; ${ANY}`],
    ["x-192.0.2.9", `in "x-192.0.2.9", "x" is not an IP address; ${ANY}`],
    [
      "fe80::1%eth0-fe80::2",
      'in "fe80::1%eth0-fe80::2", "fe80::1%eth0" has a zone; write the address without % and what follows',
    ],
  ];
  for (const [text, problem] of rows) t.equal(said(parseRange(text)), problem);
  t.end();
});

t.test("addresses of hosts and peers must be such that one can connect to", (t) => {
  t.equal(said(parseHostAddress("192.0.2.1")), "fine");
  t.equal(said(parseHostAddress("fe80::1")), "fine");
  t.equal(said(parseHostAddress("0.0.0.0")), '"0.0.0.0" is no address of a host; write the address of the host');
  t.equal(
    said(parseHostAddress("224.0.0.1")),
    '"224.0.0.1" is a multicast or reserved address; write the address of one host',
  );
  t.equal(
    said(parseHostAddress("ff02::1")),
    '"ff02::1" is a multicast or reserved address; write the address of one host',
  );
  t.equal(said(parsePeerAddress("2001:db8::1")), "fine");
  t.equal(
    said(parsePeerAddress("fe80::1")),
    '"fe80::1" is a link-local address, and the interface it is on is not known; write interface in place of peerAddress, or another address of the peer',
  );
  t.match(said(parsePeerAddress("nowhere")), /is not an IP address/);
  t.end();
});

t.test("a BGP identifier is any number but zero, in the form of an IPv4 address", (t) => {
  const fix = "write a number in the form of an IPv4 address, such as 192.0.2.1";
  t.same(parseRouterId("192.0.2.1"), { value: 0xc0000201 });
  t.same(parseRouterId("255.255.255.255"), { value: 0xffffffff });
  t.equal(said(parseRouterId("2001:db8::1")), `"2001:db8::1" is not in the form of an IPv4 address; ${fix}`);
  t.equal(said(parseRouterId("one")), `"one" is not in the form of an IPv4 address; ${fix}`);
  t.equal(said(parseRouterId("0.0.0.0")), `"0.0.0.0" is no BGP identifier; ${fix}`);
  t.end();
});

t.test("no text makes parsing throw", (t) => {
  const text = oneof(string(), stringMatching(/^[0-9a-f:./% -]{0,24}$/));
  assert(
    property(text, (written) => {
      const answers = [parseAddress, parseRange, parsePeerAddress, parseRouterId].map((parse) => said(parse(written)));
      return answers.every((answer) => answer === "fine" || answer.length > 10);
    }),
    { numRuns: 500 },
  );
  t.end();
});
