/** Several errors in one UPDATE, and what is left of a message: RFC 7606 §3. */
import t from "tap";
import { decodeMessage } from "bgp-ts-codec";
import { ADD_PATH, AS_PATH, asUpdate, EXTERNAL, INTERNAL, NET_10, ORIGIN, update } from "../../support/wire.ts";
import { REACH_IPV6, also, discard, instead, reset, withdraw } from "../../support/update-cases.ts";

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
