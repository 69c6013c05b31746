import t from "tap";
import * as fc from "fast-check";
import {
  Administrator,
  decodeExtendedCommunity,
  encodeExtendedCommunity,
  type ExtendedCommunity,
  formatAsdot,
  formatCommunity,
  formatExtendedCommunity,
  formatLargeCommunity,
  linkBandwidth,
  parseAsn,
  parseCommunity,
  parseExtendedCommunity,
  parseLargeCommunity,
  WellKnownCommunity,
} from "bgp-ts-codec";
import { u32, u64 } from "../../support/bgp-arbitraries.ts";

t.test("AS numbers are read as asplain and asdot", (t) => {
  t.equal(parseAsn("65001"), 65001);
  t.equal(parseAsn("4294967295"), 4294967295);
  t.equal(parseAsn("1.0"), 65536);
  t.equal(parseAsn("0.65001"), 65001);
  t.equal(parseAsn("65535.65535"), 4294967295);
  for (const text of [
    "",
    "0",
    "0.0",
    "4294967296",
    "1.65536",
    "65536.1",
    "-1",
    "01",
    "1.",
    ".1",
    "1.01",
    "AS1",
    "1.2.3",
  ]) {
    t.equal(parseAsn(text), undefined, text);
  }
  t.equal(formatAsdot(65536), "1.0");
  t.equal(formatAsdot(65001), "0.65001");
  t.end();
});

t.test("well-known communities go by their names", (t) => {
  t.equal(formatCommunity(0xffffff01), "no-export");
  t.equal(formatCommunity(0xffff0000), "graceful-shutdown");
  t.equal(formatCommunity(0xffff029a), "blackhole");
  t.equal(formatCommunity(0xffffff04), "no-peer", "RFC 3765");
  for (const [name, value] of Object.entries(WellKnownCommunity)) {
    t.equal(formatCommunity(value), name);
    t.equal(parseCommunity(name), value);
  }
  t.end();
});

t.test("other communities are two numbers, large ones three", (t) => {
  t.equal(formatCommunity(0xfde90064), "65001:100");
  t.equal(parseCommunity("65001:100"), 0xfde90064);
  t.equal(parseCommunity("65535:65281"), 0xffffff01);
  for (const text of ["", "1", "1:2:3", "65536:1", "1:65536", "1:", "-1:1", "1:01", "no-exports", "1:2 "]) {
    t.equal(parseCommunity(text), undefined, text);
  }
  t.same(parseLargeCommunity("4200000000:1:2"), { global: 4200000000, local1: 1, local2: 2 });
  t.equal(formatLargeCommunity({ global: 4200000000, local1: 1, local2: 2 }), "4200000000:1:2");
  for (const text of ["", "1:2", "1:2:3:4", "4294967296:1:1", "a:b:c"])
    t.equal(parseLargeCommunity(text), undefined, text);
  t.end();
});

t.test("community text survives the round trip", (t) => {
  fc.assert(fc.property(u32, (value) => parseCommunity(formatCommunity(value)) === value));
  fc.assert(
    fc.property(u32, u32, u32, (global, local1, local2) => {
      t.same(parseLargeCommunity(formatLargeCommunity({ global, local1, local2 })), { global, local1, local2 });
    }),
  );
  t.end();
});

const extended: readonly [value: bigint, community: ExtendedCommunity, text: string][] = [
  [
    0x0002_fde9_0000004dn,
    { kind: "route-target", administrator: Administrator.As2, global: 65001, local: 77 },
    "rt:65001:77",
  ],
  [
    0x0103_c0000201_0007n,
    { kind: "route-origin", administrator: Administrator.Ipv4, global: 0xc0000201, local: 7 },
    "soo:192.0.2.1:7",
  ],
  [
    0x0202_fa56ea00_0001n,
    { kind: "route-target", administrator: Administrator.As4, global: 4200000000, local: 1 },
    "rt:64086.59904:1",
  ],
  [
    0x0202_0000fde9_0001n,
    { kind: "route-target", administrator: Administrator.As4, global: 65001, local: 1 },
    "rt:0.65001:1",
  ],
  // RFC 10005: AS 65003, 125,000 bytes a second.
  [
    0x0004_fdeb_47f42400n,
    { kind: "link-bandwidth", transitive: true, asn: 65003, bytesPerSecond: 125_000 },
    "link-bandwidth:65003:125000",
  ],
  [
    0x0004_fdeb_4cee6b28n,
    { kind: "link-bandwidth", transitive: true, asn: 65003, bytesPerSecond: 125_000_000 },
    "link-bandwidth:65003:125000000",
  ],
  [
    0x4004_fdeb_4e9502f9n,
    { kind: "link-bandwidth", transitive: false, asn: 65003, bytesPerSecond: 1_250_000_000 },
    "0x4004fdeb4e9502f9",
  ],
  [
    0x0004_fdeb_00000000n,
    { kind: "link-bandwidth", transitive: true, asn: 65003, bytesPerSecond: 0 },
    "link-bandwidth:65003:0",
  ],
  [0x030b_0000_00000064n, { kind: "color", flags: 0, color: 100 }, "color:0:100"],
  [0x030c_0000_00000008n, { kind: "unknown", value: 0x030c_0000_00000008n }, "0x030c000000000008"],
  [0x0006_fde9_00000001n, { kind: "unknown", value: 0x0006_fde9_00000001n }, "0x0006fde900000001"],
];

for (const [value, community, text] of extended) {
  t.test(`extended community ${text}, in both directions`, (t) => {
    t.same(decodeExtendedCommunity(value), community);
    t.equal(encodeExtendedCommunity(community), value);
    t.equal(formatExtendedCommunity(value), text);
    t.equal(parseExtendedCommunity(text), value);
    t.end();
  });
}

t.test("a bandwidth that is negative or no number is no link bandwidth", (t) => {
  for (const value of [0x0004_fdeb_7fc00000n, 0x0004_fdeb_7f800000n, 0x0004_fdeb_bf800000n, 0x0004_fdeb_80000000n]) {
    t.same(decodeExtendedCommunity(value), { kind: "unknown", value });
  }
  t.end();
});

t.test("AS_TRANS stands for an AS number that a link bandwidth cannot hold", (t) => {
  const value = encodeExtendedCommunity({
    kind: "link-bandwidth",
    transitive: true,
    asn: 4200000000,
    bytesPerSecond: 1,
  });
  t.equal(value, 0x0004_5ba0_3f800000n);
  t.end();
});

function bandwidth(bytesPerSecond: number, transitive = true): bigint {
  return encodeExtendedCommunity({ kind: "link-bandwidth", transitive, asn: 65001, bytesPerSecond });
}

t.test("of several link bandwidths the lowest counts, transitive or not (RFC 10005)", (t) => {
  t.equal(linkBandwidth([bandwidth(500), bandwidth(125, false), bandwidth(1000)]), 125);
  t.equal(linkBandwidth([bandwidth(500), bandwidth(0)]), 0);
  t.equal(linkBandwidth([0x0002_fde9_0000004dn, 0x0004_fdeb_7fc00000n]), undefined);
  t.end();
});

const refused: readonly [community: ExtendedCommunity, field: string][] = [
  [{ kind: "route-target", administrator: Administrator.As2, global: 65536, local: 1 }, "route-target global"],
  [{ kind: "route-origin", administrator: Administrator.As4, global: 1, local: 65536 }, "route-origin local"],
  [{ kind: "color", flags: 0, color: -1 }, "color color"],
  [{ kind: "link-bandwidth", transitive: true, asn: -1, bytesPerSecond: 1 }, "link-bandwidth asn"],
  [{ kind: "link-bandwidth", transitive: true, asn: 1, bytesPerSecond: -1 }, "link-bandwidth bytesPerSecond"],
  [{ kind: "link-bandwidth", transitive: true, asn: 1, bytesPerSecond: 1e39 }, "link-bandwidth bytesPerSecond"],
  [{ kind: "link-bandwidth", transitive: true, asn: 1, bytesPerSecond: NaN }, "link-bandwidth bytesPerSecond"],
];

for (const [community, field] of refused) {
  t.test(`an extended community is refused for its ${field}`, (t) => {
    t.throws(() => encodeExtendedCommunity(community), { name: "CodecError", field });
    t.end();
  });
}

t.test("a four-byte AS number is read in plain form too", (t) => {
  t.equal(parseExtendedCommunity("rt:4200000000:1"), 0x0202_fa56ea00_0001n);
  t.equal(parseExtendedCommunity("rt:0:1"), 0x0002_0000_00000001n);
  t.end();
});

t.test("what is no extended community is refused", (t) => {
  for (const text of [
    "",
    "rt",
    "rt:1",
    "rt:1:2:3",
    "rt:x:1",
    "rt:1:x",
    "rt:192.0.2.1:65536",
    "rt:4200000000:65536",
    "rtx:1:2",
    "link-bandwidth:65001",
    "link-bandwidth:0:1",
    "link-bandwidth:65001:-1",
    "link-bandwidth:65001:1:2",
    "link-bandwidth:65001:1e50",
    "color:65536:1",
    "color:1",
    "0x12",
    "0xfffffffffffffffff",
  ]) {
    t.equal(parseExtendedCommunity(text), undefined, text);
  }
  t.end();
});

t.test("any extended community survives value and text", (t) => {
  const shaped = fc
    .tuple(fc.constantFrom(0x0002n, 0x0003n, 0x0102n, 0x0203n, 0x0004n, 0x4004n, 0x030bn, 0x4002n), u64)
    .map(([type, rest]) => (type << 48n) | (rest & 0xffff_ffff_ffffn));
  fc.assert(
    fc.property(fc.oneof(u64, shaped), (value) => {
      t.equal(encodeExtendedCommunity(decodeExtendedCommunity(value)), value);
      t.equal(parseExtendedCommunity(formatExtendedCommunity(value)), value);
    }),
    { numRuns: 400 },
  );
  t.end();
});
