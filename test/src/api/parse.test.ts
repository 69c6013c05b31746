import t from "tap";
import { parseObject } from "../../../src/api/parse.ts";
import { lines, parsed, peer, pool, raw } from "../../support/objects.ts";

t.test("an object carries who it is, where it was written, and what it says", (t) => {
  const origin = { file: "pools.yaml", line: 12 };
  const { object, problems } = parseObject(raw(pool("a", ["192.0.2.0/24", " 192.0.3.1 - 192.0.3.2 "]), origin));
  t.same(problems, []);
  t.match(object, {
    group: "metallb.io",
    kind: "IPAddressPool",
    ref: { group: "metallb.io", kind: "IPAddressPool", namespace: "metallb-system", name: "a" },
    origin,
    spec: {
      addresses: [
        { text: "192.0.2.0/24", index: 0, range: { family: 4, first: 0xc0000200n, last: 0xc00002ffn } },
        { text: " 192.0.3.1 - 192.0.3.2 ", index: 1, range: { family: 4, first: 0xc0000301n, last: 0xc0000302n } },
      ],
      autoAssign: true,
      avoidBuggyIPs: false,
    },
  });
  t.end();
});

t.test("a problem says where the object was written", (t) => {
  const { problems } = parseObject(raw(pool("a", ["x/8"]), { file: "pools.yaml", line: 12 }));
  t.match(lines(problems)[0], /spec\.addresses\[0\]: in "x\/8", .* \(pools\.yaml:12\)$/);
  t.end();
});

t.test("a BGPPeer of v1beta1 reads as one of v1beta2", (t) => {
  const spec = { myASN: 64500, peerASN: 64501, peerAddress: "192.0.2.1", holdTime: "0s" };
  const old = parsed({ kind: "BGPPeer", apiVersion: "metallb.io/v1beta1", spec: { ...spec, peerPort: 0 } });
  t.same(old, parsed(peer("a", { holdTime: "0s" })));
  const port = parsed({ kind: "BGPPeer", apiVersion: "metallb.io/v1beta1", spec: { ...spec, peerPort: 1179 } });
  t.match(port, { spec: { peerPort: 1179 } });
  t.end();
});

t.test("kinds without a meaning here are passed over in silence", (t) => {
  for (const written of [
    { kind: "Deployment", apiVersion: "apps/v1" },
    { kind: "ConfigMap", apiVersion: "v1" },
    { kind: "FRRConfiguration", apiVersion: "frrk8s.metallb.io/v1beta1" },
    { kind: "Service", apiVersion: "serving.knative.dev/v1" },
    { kind: "BGPPeer", apiVersion: "crd.projectcalico.org/v1" },
  ]) {
    t.same(parseObject(raw(written)), { problems: [] }, `${written.apiVersion} ${written.kind}`);
  }
  t.end();
});

t.test("kinds that Herald writes are carried and not judged", (t) => {
  for (const kind of ["ConfigurationState", "ServiceL2Status", "ServiceBGPStatus"]) {
    const { object, problems } = parseObject(raw({ kind, status: { anything: [] } }));
    t.match(object, { group: "metallb.io", kind });
    t.same(problems, []);
  }
  t.end();
});

t.test("what is not a mapping is a problem of the object as a whole", (t) => {
  for (const [value, what] of [
    ["text", "is text"],
    [null, "is null"],
    [[], "is a list"],
  ] as const) {
    const { object, problems } = parseObject({ ...raw(pool("a", [])), value });
    t.equal(object, undefined);
    t.same(lines(problems), [
      `error IPAddressPool metallb-system/a: ${what} where a mapping belongs; write a mapping with spec`,
    ]);
  }
  t.end();
});

t.test("a Secret gives its password, from base64 or plain, and never shows it", (t) => {
  const type = "kubernetes.io/basic-auth";
  for (const written of [
    { kind: "Secret", type, data: { password: "aMO8bnRlcjI=", username: "eA==" } },
    { kind: "Secret", type, stringData: { password: "hünter2" } },
    { kind: "Secret", type, data: { password: "b2xk" }, stringData: { password: "hünter2" } },
  ]) {
    const secret = parsed(written);
    if (secret.kind !== "Secret") throw new Error("not a Secret");
    t.equal(secret.password?.reveal(), "hünter2");
    t.notMatch(JSON.stringify(secret), /nter2|aMO8/);
  }
  t.match(parsed({ kind: "Secret", data: { key: "eA==" } }), { type: "Opaque", password: undefined });
  t.end();
});

t.test("what the API server writes as null reads as absent", (t) => {
  const slice = parsed({ kind: "EndpointSlice", apiVersion: "discovery.k8s.io/v1", endpoints: null, ports: null });
  t.match(slice, { endpoints: [] });
  const empty = parsed({ kind: "BGPAdvertisement", spec: null });
  t.match(empty, { spec: { aggregationLength: 32, peers: [] } });
  t.end();
});
