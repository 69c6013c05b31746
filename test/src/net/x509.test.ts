import { X509Certificate } from "node:crypto";
import t from "tap";
import { makeAuthority, makeServerCertificate } from "../../../src/net/x509.ts";

const NAMES = ["herald-webhook.metallb-system.svc", "herald-webhook.metallb-system.svc.cluster.local"] as const;
const FROM = Date.UTC(2026, 0, 31, 8, 15, 30);
const VALIDITY = { from: FROM, until: Date.UTC(2027, 0, 31) };

t.test(
  "an authority signs itself, and a server's certificate that is good for its names and nothing else",
  async (t) => {
    const authority = await makeAuthority("ca", { from: FROM, until: Date.UTC(2055, 5, 1) });
    const ca = new X509Certificate(authority.certificate);
    t.equal(ca.subject, "CN=ca");
    t.equal(ca.ca, true);
    t.ok(ca.verify(ca.publicKey));
    t.equal(ca.validToDate.getTime(), Date.UTC(2055, 5, 1), "after 2049 with four digits");
    const server = new X509Certificate((await makeServerCertificate(authority, "ca", NAMES, VALIDITY)).certificate);
    t.equal(server.issuer, "CN=ca");
    t.equal(server.ca, false);
    t.ok(server.verify(ca.publicKey));
    t.ok(server.checkIssued(ca));
    t.equal(server.validFromDate.getTime(), FROM);
    t.equal(server.validToDate.getTime(), VALIDITY.until);
    for (const name of NAMES) t.equal(server.checkHost(name), name);
    t.equal(server.checkHost("elsewhere.svc"), undefined);
    t.same(server.keyUsage, ["1.3.6.1.5.5.7.3.1"], "for servers only");
  },
);

t.test("each has a serial number and a key of its own", async (t) => {
  const two = [await makeAuthority("ca", VALIDITY), await makeAuthority("ca", VALIDITY)].map(
    ({ certificate }) => new X509Certificate(certificate),
  );
  t.not(two[0]?.serialNumber, two[1]?.serialNumber);
  t.not(two[0]?.fingerprint256, two[1]?.fingerprint256);
});
