import t from "tap";
import * as z from "zod";
import { kinds } from "../../../src/api/parse.ts";

/** Places of a JSON schema that are fields: with a path for messages. */
function fields(schema: unknown, path: string): { readonly path: string; readonly schema: object }[] {
  if (typeof schema !== "object" || schema === null) return [];
  const own = path === "" ? [] : [{ path, schema }];
  const properties = "properties" in schema && typeof schema.properties === "object" ? (schema.properties ?? {}) : {};
  const inner = Object.entries(properties).flatMap(([name, value]) => fields(value, `${path}.${name}`));
  return [...own, ...inner, ...("items" in schema ? fields(schema.items, `${path}[]`) : [])];
}

function at(name: string, version: string, path: string): object | undefined {
  const kind = kinds.find((each) => each.kind === name && each.version === version);
  return kind === undefined
    ? undefined
    : fields(z.toJSONSchema(kind.schema, { io: "input" }), "").find((field) => field.path === path)?.schema;
}

t.test(
  "each field of a custom resource has a description, so that its definition can be written from the schema",
  (t) => {
    for (const kind of kinds.filter(({ group }) => group === "metallb.io")) {
      const name = `${kind.kind} ${kind.version}`;
      const all = [
        ...fields(z.toJSONSchema(kind.schema, { io: "input" }), ""),
        ...fields(kind.status === undefined ? {} : z.toJSONSchema(kind.status, { io: "input" }), ""),
      ].filter(({ path }) => !path.startsWith(".metadata") && !path.endsWith("[]") && !/^\.(spec|status)$/.test(path));
      t.same(
        all.filter(({ schema }) => !("description" in schema)).map(({ path }) => path),
        [],
        `${name}: none is without`,
      );
    }
    t.end();
  },
);

t.test("defaults, ranges and choices are in the schemas", (t) => {
  const rows: readonly (readonly [string, string, string, object])[] = [
    ["IPAddressPool", "v1beta1", ".spec.autoAssign", { type: "boolean", default: true }],
    ["IPAddressPool", "v1beta1", ".spec.avoidBuggyIPs", { type: "boolean", default: false }],
    [
      "BGPAdvertisement",
      "v1beta1",
      ".spec.aggregationLength",
      { type: "integer", default: 32, minimum: 1, maximum: 32 },
    ],
    ["BGPAdvertisement", "v1beta1", ".spec.aggregationLengthV6", { default: 128, maximum: 128 }],
    ["L2Advertisement", "v1beta1", ".spec.preferredNodeSelectors[].weight", { minimum: 1, maximum: 100 }],
    ["BGPPeer", "v1beta2", ".spec.myASN", { type: "integer", minimum: 0, maximum: 4294967295 }],
    ["BGPPeer", "v1beta2", ".spec.localASN", { minimum: 1, maximum: 4294967295 }],
    ["BGPPeer", "v1beta2", ".spec.peerPort", { default: 179, minimum: 0, maximum: 16384 }],
    ["BGPPeer", "v1beta2", ".spec.dynamicASN", { enum: ["internal", "external"] }],
    ["BGPPeer", "v1beta2", ".spec.holdTime", { type: "string" }],
    ["BGPPeer", "v1beta1", ".spec.peerPort", { default: 179, minimum: 0, maximum: 16384 }],
    ["BFDProfile", "v1beta1", ".spec.receiveInterval", { default: 300, minimum: 10, maximum: 60000 }],
    ["BFDProfile", "v1beta1", ".spec.detectMultiplier", { default: 3, minimum: 2, maximum: 255 }],
    ["BFDProfile", "v1beta1", ".spec.echoInterval", { default: 50 }],
    ["BFDProfile", "v1beta1", ".spec.minimumTtl", { default: 254, minimum: 1, maximum: 254 }],
  ];
  for (const [kind, version, path, expected] of rows) {
    t.match(at(kind, version, path), expected, `${kind} ${version} ${path}`);
  }
  t.end();
});
