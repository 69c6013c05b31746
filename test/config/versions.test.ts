import t from "tap";
import { definitions } from "../../config/generator/definitions.ts";
import { parseObject } from "../../src/api/parse.ts";
import { Store } from "../support/custom-resource.ts";
import { raw } from "../support/objects.ts";

const [definition] = definitions().filter(({ spec }) => spec.names.kind === "BGPPeer");
if (definition === undefined) throw new Error("there is no BGPPeer");
const store = () => new Store(definition);

const least = { myASN: 64500, peerASN: 64501, peerAddress: "192.0.2.1" };

/** Each field of v1beta2 that can stand beside the others. */
const whole = {
  ...least,
  localASN: 64999,
  sourceAddress: "192.0.2.2",
  peerPort: 1179,
  holdTime: "30s",
  keepaliveTime: "10s",
  connectTime: "5s",
  routerID: "192.0.2.3",
  nodeSelectors: [{ matchLabels: { rack: "1" }, matchExpressions: [{ key: "a", operator: "Exists" }] }],
  passwordSecret: { name: "p" },
  bfdProfile: "fast",
  enableGracefulRestart: true,
  ebgpMultiHop: true,
  vrf: "red",
  disableMP: false,
  dualStackAddressFamily: true,
};

/** What the agent makes of an object as the API server gives it. */
function read(object: Readonly<Record<string, unknown>>): unknown {
  const { object: peer, problems } = parseObject(raw({ ...object, kind: "BGPPeer" }));
  t.same(problems, [], "without problems");
  return peer;
}

t.test("a BGPPeer written as v1beta1 is read as v1beta2 with the same meaning, without a conversion", (t) => {
  for (const more of [{}, { peerPort: 0 }, { peerPort: 1179 }, { holdTime: "0s" }, { password: "p" }, whole]) {
    const server = store();
    const written = { apiVersion: "metallb.io/v1beta1", spec: { ...least, ...more } };
    t.same(server.put("v1beta1", "a", written), []);
    const stored = server.get("v1beta2", "a");
    t.equal(stored["apiVersion"], "metallb.io/v1beta2");
    t.same(read(stored), read(written));
    t.same(server.put("v1beta2", "a", stored), [], "and may be written again as v1beta2");
  }
  t.end();
});

t.test("writing through v1beta1 loses no field of v1beta2", (t) => {
  const server = store();
  t.same(server.put("v1beta2", "a", { spec: whole }), []);
  const before = server.get("v1beta2", "a");
  t.same(server.put("v1beta1", "a", server.get("v1beta1", "a")), []);
  t.same(server.get("v1beta2", "a"), before);
  t.match(before["spec"], whole);
  t.end();
});

t.test("a peer that v1beta1 cannot say is read there as it is, and refused there when it is written", (t) => {
  const server = store();
  t.same(server.put("v1beta2", "a", { spec: { myASN: 64500, dynamicASN: "external", interface: "eth0" } }), []);
  const old = server.get("v1beta1", "a");
  t.match(old["spec"], { dynamicASN: "external", interface: "eth0" });
  t.same(server.put("v1beta1", "a", old), ["spec required peerASN", "spec required peerAddress"]);
  t.end();
});

t.test("an unknown field is pruned in both versions", (t) => {
  for (const version of ["v1beta1", "v1beta2"]) {
    const server = store();
    t.same(server.put(version, "a", { spec: { ...least, holdtime: "3s" } }), []);
    t.notOk("holdtime" in Object(server.get("v1beta2", "a")["spec"]));
  }
  t.end();
});

t.test("enableGracefulRestart may be set and unset, but not changed", (t) => {
  const server = store();
  const put = (more: object) => server.put("v1beta2", "a", { spec: { ...least, ...more } });
  t.same(put({}), []);
  t.same(put({ enableGracefulRestart: false }), []);
  t.same(put({ enableGracefulRestart: true }), ["spec.enableGracefulRestart rule self == oldSelf"]);
  t.same(put({}), []);
  t.same(put({ enableGracefulRestart: true }), []);
  t.end();
});
