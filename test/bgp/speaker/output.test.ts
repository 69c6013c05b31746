import { CodecError } from "bgp-ts-codec";
import t from "tap";
import { Buckets, outputKey, selfNextHop } from "../../../bgp/speaker/output.ts";
import type { Output } from "../../../bgp/speaker/output.ts";
import { route } from "../../support/bgp-lab.ts";
import { CONTEXT } from "../../support/scripted-peer.ts";

const OUTPUT: Output = {
  localAs: 64512,
  context: CONTEXT,
  families: { ipv4: true, ipv6: false },
  extendedNextHop: false,
  self: selfNextHop("10.0.0.2"),
};

t.test("routes with equal attributes are of one bucket", (t) => {
  const buckets = new Buckets(OUTPUT);
  const first = buckets.of(route("192.0.2.1/32", { med: 1 }));
  t.equal(buckets.of(route("192.0.2.2/32", { med: 2 })) === first, false);
  t.equal(buckets.of(route("192.0.2.3/32", { med: 1 })), first);
  t.end();
});

t.test("values that no check has seen are a mistake of ours, and thrown", (t) => {
  t.throws(() => new Buckets(OUTPUT).of(route("192.0.2.1/32", { med: -1 })), CodecError);
  t.throws(() => selfNextHop("nowhere"), /BUG: nowhere is not an address/);
  t.end();
});

t.test("outputs are equal by value", (t) => {
  t.equal(outputKey(OUTPUT), outputKey({ ...OUTPUT, self: selfNextHop("10.0.0.2") }));
  t.not(outputKey(OUTPUT), outputKey({ ...OUTPUT, self: selfNextHop("10.0.0.3") }));
  t.not(outputKey(OUTPUT), outputKey({ ...OUTPUT, context: { ...CONTEXT, ebgp: false } }));
  t.end();
});

t.test("a path prepended beyond one segment goes on in another", (t) => {
  const full = { type: 2, asns: Array.from({ length: 255 }, () => 64512) } as const;
  const bucket = new Buckets(OUTPUT).of(route("192.0.2.1/32", { asPath: [full] }));
  t.same(typeof bucket === "object" && bucket.attributes.asPath, [{ type: 2, asns: [64512] }, full]);
  t.end();
});
