import { X509Certificate } from "node:crypto";
import t from "tap";
import { bundleIn, dataOf, renewed } from "../../../src/admission/bundle.ts";

const NAMES = ["hook.ns.svc"] as const;
const DAY = 86_400_000;
const NOW = Date.UTC(2026, 0, 31);

t.test("a bundle comes back from its Secret as it was, and stays as it is", async (t) => {
  const bundle = await renewed(undefined, NAMES, NOW);
  const read = bundleIn(dataOf(bundle));
  t.same(read, bundle);
  t.equal(await renewed(read, NAMES, NOW + 200 * DAY), read);
});

t.test("a server's certificate is renewed when a third of its life is left, by the same authority", async (t) => {
  const bundle = await renewed(undefined, NAMES, NOW);
  const later = await renewed(bundle, NAMES, NOW + 250 * DAY);
  t.not(later.server.certificate, bundle.server.certificate);
  t.same(later.authorities, bundle.authorities);
  const [authority = ""] = later.authorities;
  t.ok(new X509Certificate(later.server.certificate).verify(new X509Certificate(authority).publicKey));
});

t.test("a new authority comes before the old one ends, and the old one stays trusted", async (t) => {
  const bundle = await renewed(undefined, NAMES, NOW);
  const later = await renewed(bundle, NAMES, NOW + 2500 * DAY);
  t.equal(later.authorities.length, 2);
  t.equal(later.authorities[1], bundle.authorities[0]);
  const last = await renewed(later, NAMES, NOW + 5000 * DAY);
  t.equal(last.authorities.length, 2, "one that ended is dropped");
  t.equal(last.authorities[1], later.authorities[0]);
});

t.test("another name, another's signature and what is no certificate need a new one", async (t) => {
  const bundle = await renewed(undefined, NAMES, NOW);
  const moved = await renewed(bundle, ["hook.other.svc"], NOW);
  t.equal(new X509Certificate(moved.server.certificate).checkHost("hook.other.svc"), "hook.other.svc");
  t.same(moved.authorities, bundle.authorities);
  const foreign = { ...bundle, server: (await renewed(undefined, NAMES, NOW)).server };
  t.not((await renewed(foreign, NAMES, NOW)).server.certificate, foreign.server.certificate);
  const data = dataOf(bundle);
  for (const name of ["ca.crt", "ca.key", "tls.crt", "tls.key"]) {
    t.equal(bundleIn({ ...data, [name]: "" }), undefined);
    t.equal(bundleIn({ ...data, [name]: Buffer.from("nonsense").toString("base64") }), undefined, name);
  }
  t.equal(bundleIn(undefined), undefined);
});
