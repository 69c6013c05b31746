import { X509Certificate } from "node:crypto";
import t from "tap";
import { makeAuthority, makeServerCertificate } from "../../../src/net/x509.ts";

const NAMES = ["herald-webhook.metallb-system.svc", "herald-webhook.metallb-system.svc.cluster.local"] as const;
const FROM = Date.UTC(2026, 0, 31, 8, 15, 30);
const VALIDITY = { from: FROM, until: Date.UTC(2027, 0, 31) };

t.test("an authority signs itself, and a server's certificate that is good for its names and nothing else", (t) => {
  const authority = makeAuthority("ca", { from: FROM, until: Date.UTC(2055, 5, 1) });
  const ca = new X509Certificate(authority.certificate);
  t.equal(ca.subject, "CN=ca");
  t.equal(ca.ca, true);
  t.ok(ca.verify(ca.publicKey));
  t.equal(ca.validToDate.getTime(), Date.UTC(2055, 5, 1), "after 2049 with four digits");
  const server = new X509Certificate(makeServerCertificate(authority, "ca", NAMES, VALIDITY).certificate);
  t.equal(server.issuer, "CN=ca");
  t.equal(server.ca, false);
  t.ok(server.verify(ca.publicKey));
  t.ok(server.checkIssued(ca));
  t.equal(server.validFromDate.getTime(), FROM);
  t.equal(server.validToDate.getTime(), VALIDITY.until);
  for (const name of NAMES) t.equal(server.checkHost(name), name);
  t.equal(server.checkHost("elsewhere.svc"), undefined);
  t.same(server.keyUsage, ["1.3.6.1.5.5.7.3.1"], "for servers only");
  t.end();
});

t.test("each has a serial number and a key of its own", (t) => {
  const two = [makeAuthority("ca", VALIDITY), makeAuthority("ca", VALIDITY)].map(
    ({ certificate }) => new X509Certificate(certificate),
  );
  t.not(two[0]?.serialNumber, two[1]?.serialNumber);
  t.not(two[0]?.fingerprint256, two[1]?.fingerprint256);
  t.end();
});

/** The lengths of all values, outermost first, each with the number of bytes that tell it. */
function lengths(bytes: Uint8Array): (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  for (let at = 0; at < bytes.length;) {
    const [tag = 0, first = 0] = bytes.subarray(at);
    const told = first < 0x80 ? 0 : first & 0x7f;
    const long = bytes.subarray(at + 2, at + 2 + told).reduce((sum, byte) => sum * 256 + byte, 0);
    const length = told === 0 ? first : long;
    const start = at + 2 + told;
    found.push([length, 1 + told]);
    if ((tag & 0x20) !== 0) found.push(...lengths(bytes.subarray(start, start + length)));
    at = start + length;
  }
  return found;
}

t.test("lengths are in their shortest form, as DER demands", (t) => {
  const authority = makeAuthority("ca", VALIDITY);
  const many = Array.from({ length: 20 }, (_, index) => `name-${index}.example.svc`);
  const server = makeServerCertificate(authority, "ca", ["first", ...many], VALIDITY);
  for (const { certificate } of [authority, server]) {
    const all = lengths(new X509Certificate(certificate).raw);
    t.ok(all.some(([length]) => length > 127));
    t.same(
      all.filter(([length, bytes]) => bytes !== (length < 128 ? 1 : length < 256 ? 2 : 3)),
      [],
    );
  }
  t.end();
});
