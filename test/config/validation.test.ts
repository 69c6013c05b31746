import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { parseAllDocuments } from "yaml";
import { definitions } from "../../config/generator/definitions.ts";
import { kinds } from "../../src/api/parse.ts";
import { defaulted, faults, isFields, pruned, versionOf } from "../support/custom-resource.ts";

const root = join(import.meta.dirname, "../..");
const byKind = new Map(definitions().map((definition) => [definition.spec.names.kind, definition]));

/** What the API server says of an object: nothing, or the paths of what is wrong. */
function verdict(kind: string, version: string, object: unknown): string[] {
  const definition = byKind.get(kind);
  if (definition === undefined) return [`there is no ${kind}`];
  const schema = versionOf(definition, version).schema.openAPIV3Schema;
  return faults(schema, defaulted(schema, pruned(schema, object)));
}

t.test("each sample is valid under the definition of its kind, and no field of it is pruned", (t) => {
  let objects = 0;
  for (const file of globSync("config/samples/**/*.yaml", { cwd: root }).sort()) {
    for (const document of parseAllDocuments(readFileSync(join(root, file), "utf8"))) {
      const object: unknown = document.toJS();
      if (!isFields(object) || !String(object["apiVersion"]).startsWith("metallb.io/")) continue;
      const [kind, version] = [String(object["kind"]), String(object["apiVersion"]).replace("metallb.io/", "")];
      t.same(verdict(kind, version, object), [], `${file}: ${kind}`);
      const definition = byKind.get(kind);
      if (definition !== undefined)
        t.same(pruned(versionOf(definition, version).schema.openAPIV3Schema, object), object);
      objects += 1;
    }
  }
  t.ok(objects >= 20);
  t.end();
});

/**
 * "both": agent and API server take it. "neither": both refuse it. "server": only the API server takes it, for the agent
 * alone judges such texts and selectors. "agent": only the agent's schema takes it; its compile step says the same later.
 */
type Expected = "both" | "neither" | "server" | "agent";

const PEER = { myASN: 64500, peerASN: 64501, peerAddress: "192.0.2.1" };
const SELECTOR = { matchLabels: { a: "b" }, matchExpressions: [{ key: "a", operator: "In", values: ["b"] }] };

const ROWS: Readonly<Record<string, readonly (readonly [object | undefined, Expected])[]>> = {
  "IPAddressPool v1beta1": [
    [{ addresses: ["192.0.2.0/24"] }, "both"],
    [{ addresses: [] }, "both"],
    [{ addresses: ["anything"] }, "both"],
    [{ addresses: [5] }, "neither"],
    [{ addresses: "192.0.2.0/24" }, "neither"],
    [{}, "neither"],
    [undefined, "neither"],
    [{ addresses: [], autoAssign: "true" }, "neither"],
    [{ addresses: [], avoidBuggyIPs: true }, "both"],
    [{ addresses: [], serviceAllocation: {} }, "both"],
    [{ addresses: [], serviceAllocation: { priority: 2_147_483_647, namespaceSelectors: [SELECTOR] } }, "both"],
    [{ addresses: [], serviceAllocation: { priority: 2_147_483_648 } }, "neither"],
    [{ addresses: [], serviceAllocation: { priority: 1.5 } }, "neither"],
    [{ addresses: [], serviceAllocation: { namespaces: ["a", 1] } }, "neither"],
  ],
  "L2Advertisement v1beta1": [
    [undefined, "both"],
    [{}, "both"],
    [{ ipAddressPools: ["a"], interfaces: ["eth0"], nodeSelectors: [{}], serviceSelectors: [SELECTOR] }, "both"],
    [{ preferredNodeSelectors: [{ weight: 100, preference: SELECTOR }] }, "both"],
    [{ preferredNodeSelectors: [{ weight: 101, preference: {} }] }, "neither"],
    [{ preferredNodeSelectors: [{ weight: 0, preference: {} }] }, "neither"],
    [{ preferredNodeSelectors: [{ preference: {} }] }, "neither"],
    [{ preferredNodeSelectors: [{ weight: 1 }] }, "neither"],
    [{ nodeSelectors: [{ matchLabels: { a: 1 } }] }, "neither"],
    [{ nodeSelectors: [{ matchExpressions: [{ key: "a", operator: "Is" }] }] }, "neither"],
    [{ nodeSelectors: [{ matchExpressions: [{ operator: "Exists" }] }] }, "neither"],
    [{ nodeSelectors: [{ matchExpressions: [{ key: "a", operator: "In", values: [] }] }] }, "server"],
  ],
  "BGPAdvertisement v1beta1": [
    [undefined, "both"],
    [{ aggregationLength: 24, aggregationLengthV6: 64, localPref: 4_294_967_295, communities: ["64500:1"] }, "both"],
    [{ aggregationLength: 0 }, "neither"],
    [{ aggregationLength: 33 }, "neither"],
    [{ aggregationLengthV6: 129 }, "neither"],
    [{ localPref: -1 }, "neither"],
    [{ localPref: 4_294_967_296 }, "neither"],
    [{ communities: [1] }, "neither"],
    [{ communities: ["1:2:3"] }, "server"],
    [{ serviceSelectors: [SELECTOR] }, "both"],
    [{ serviceSelectors: [SELECTOR], aggregationLength: 32 }, "both"],
    [{ serviceSelectors: [], aggregationLength: 24 }, "both"],
    [{ serviceSelectors: [SELECTOR], aggregationLength: 24 }, "agent"],
    [{ serviceSelectors: [SELECTOR], aggregationLengthV6: 64 }, "agent"],
  ],
  "BGPPeer v1beta2": [
    [PEER, "both"],
    [undefined, "neither"],
    [{}, "neither"],
    [{ myASN: 64500 }, "both"],
    [{ ...PEER, myASN: 4_294_967_296 }, "neither"],
    [{ ...PEER, myASN: "64500" }, "neither"],
    [{ ...PEER, peerASN: -1 }, "neither"],
    [{ ...PEER, localASN: 0 }, "neither"],
    [{ ...PEER, dynamicASN: "internal" }, "both"],
    [{ ...PEER, dynamicASN: "other" }, "neither"],
    [{ ...PEER, peerPort: 0 }, "both"],
    [{ ...PEER, peerPort: 16_384 }, "both"],
    [{ ...PEER, peerPort: 16_385 }, "neither"],
    [{ ...PEER, holdTime: "1m30s", keepaliveTime: "30s" }, "both"],
    [{ ...PEER, holdTime: "0", keepaliveTime: "0.5h" }, "both"],
    [{ ...PEER, holdTime: "90" }, "neither"],
    [{ ...PEER, holdTime: "-90s" }, "neither"],
    [{ ...PEER, keepaliveTime: "" }, "neither"],
    [{ ...PEER, holdTime: 90 }, "neither"],
    [{ ...PEER, connectTime: "1s" }, "both"],
    [{ ...PEER, connectTime: "65535s" }, "both"],
    [{ ...PEER, connectTime: "0s" }, "neither"],
    [{ ...PEER, connectTime: "65536s" }, "neither"],
    [{ ...PEER, connectTime: "1500ms" }, "neither"],
    [{ ...PEER, passwordSecret: { name: "a", namespace: "b" }, vrf: "red", disableMP: true }, "both"],
    [{ ...PEER, passwordSecret: "a" }, "neither"],
    [{ ...PEER, ebgpMultiHop: "yes" }, "neither"],
    [{ ...PEER, enableGracefulRestart: 1 }, "neither"],
    [{ ...PEER, peerAddress: "x" }, "server"],
    [{ ...PEER, routerID: "1" }, "server"],
    [{ ...PEER, sourceAddress: "x" }, "server"],
  ],
  "BGPPeer v1beta1": [
    [PEER, "both"],
    [{ ...PEER, peerPort: 0, holdTime: "30s" }, "both"],
    [{ myASN: 64500, peerASN: 64501 }, "neither"],
    [{ myASN: 64500, peerAddress: "192.0.2.1" }, "neither"],
    [{ ...PEER, vrf: "red", connectTime: "5s" }, "both"],
    [{ ...PEER, connectTime: "0s" }, "neither"],
  ],
  "BFDProfile v1beta1": [
    [undefined, "both"],
    [{ receiveInterval: 10, transmitInterval: 60_000, detectMultiplier: 2, minimumTtl: 254 }, "both"],
    [{ receiveInterval: 9 }, "neither"],
    [{ transmitInterval: 60_001 }, "neither"],
    [{ detectMultiplier: 1 }, "neither"],
    [{ detectMultiplier: 256 }, "neither"],
    [{ minimumTtl: 255 }, "neither"],
    [{ echoMode: 1 }, "neither"],
  ],
  "Community v1beta1": [
    [undefined, "both"],
    [{ communities: [{ name: "a", value: "64500:1" }] }, "both"],
    [{ communities: [{ name: "a", value: "anything" }] }, "both"],
    [{ communities: [{ name: "", value: "64500:1" }] }, "neither"],
    [{ communities: [{ name: "a" }] }, "neither"],
    [{ communities: [{ value: "64500:1" }] }, "neither"],
  ],
};

t.test("the agent's schemas and the definitions take and refuse the same", (t) => {
  for (const [name, rows] of Object.entries(ROWS)) {
    const [kind = "", version = ""] = name.split(" ");
    const schema = kinds.find((each) => each.kind === kind && each.version === version)?.schema;
    for (const [spec, expected] of rows) {
      const object = { metadata: { name: "a" }, ...(spec === undefined ? {} : { spec }) };
      const server = verdict(kind, version, object);
      const agent = schema?.safeParse(object).success ?? false;
      const taken = server.length === 0 ? (agent ? "both" : "server") : agent ? "agent" : "neither";
      t.equal(taken, expected, `${name} ${JSON.stringify(spec)} ${server.join(", ")}`);
    }
  }
  t.end();
});

t.test("what the agent writes as status is valid", (t) => {
  const condition = {
    type: "poolReconcilerValid",
    status: "True",
    reason: "Reconciled",
    message: "",
    lastTransitionTime: "2026-01-02T03:04:05Z",
  };
  const rows: readonly (readonly [string, object, readonly string[]])[] = [
    ["IPAddressPool", { assignedIPv4: 0, assignedIPv6: 1, availableIPv4: 2, availableIPv6: 2 ** 60 }, []],
    ["IPAddressPool", { assignedIPv4: 0, assignedIPv6: 0, availableIPv4: 0 }, ["status required availableIPv6"]],
    ["ConfigurationState", { result: "Valid", errorSummary: "", conditions: [condition] }, []],
    ["ConfigurationState", { result: "Good" }, ["status.result enum"]],
    [
      "ConfigurationState",
      { conditions: [{ ...condition, reason: "" }] },
      ["pattern", "minLength"].map((word) => `status.conditions[0].reason ${word}`),
    ],
    [
      "ConfigurationState",
      { conditions: [{ ...condition, type: "not one word" }] },
      ["status.conditions[0].type pattern"],
    ],
    [
      "ConfigurationState",
      { conditions: [{ ...condition, lastTransitionTime: "now" }] },
      ["status.conditions[0].lastTransitionTime format"],
    ],
    ["ServiceBGPStatus", { node: "n", serviceName: "a", serviceNamespace: "b", peers: ["p"] }, []],
    ["ServiceL2Status", { node: "n", serviceName: "a", serviceNamespace: "b", interfaces: [{ name: "eth0" }] }, []],
  ];
  for (const [kind, status, expected] of rows) {
    t.same(
      verdict(kind, "v1beta1", { spec: { addresses: [] }, status }),
      expected,
      `${kind} ${JSON.stringify(status)}`,
    );
  }
  t.end();
});

t.test("the names in a Service's status object cannot be changed", (t) => {
  for (const kind of ["ServiceBGPStatus", "ServiceL2Status"]) {
    const definition = byKind.get(kind);
    if (definition === undefined) throw new Error(`there is no ${kind}`);
    const schema = versionOf(definition, "v1beta1").schema.openAPIV3Schema;
    const before = { status: { node: "n", serviceName: "a", serviceNamespace: "b" } };
    const after = { status: { node: "m", serviceName: "a", serviceNamespace: "c" } };
    t.same(
      faults(schema, after, before),
      ["node", "serviceNamespace"].map((name) => `status.${name} rule self == oldSelf`),
    );
  }
  t.end();
});
