import { globSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import * as z from "zod";
import { definitionFiles, definitions } from "../../config/generator/definitions.ts";
import type { DefinitionVersion } from "../../config/generator/definitions.ts";
import { structuralSchema } from "../../config/generator/structural.ts";
import type { StructuralSchema } from "../../config/generator/structural.ts";
import { faults, RULES } from "../support/custom-resource.ts";
import { matchesGolden } from "../support/golden.ts";

const folder = join(import.meta.dirname, "../../config/crd");
const made = definitions();

const versions: readonly (readonly [string, DefinitionVersion])[] = made.flatMap(({ spec }) =>
  spec.versions.map((version) => [`${spec.names.kind} ${version.name}`, version] as const),
);

interface Place {
  readonly path: string;
  readonly schema: StructuralSchema;
  /** Whether it lies in a list whose length has no limit. */
  readonly unlimited: boolean;
}

/** The schema and all that are in it. */
function places(schema: StructuralSchema, path = "", unlimited = false): Place[] {
  const { properties = {}, items, additionalProperties } = schema;
  return [
    { path, schema, unlimited },
    ...Object.entries(properties).flatMap(([name, each]) =>
      places(each, path === "" ? name : `${path}.${name}`, unlimited),
    ),
    ...(items === undefined ? [] : places(items, `${path}[]`, true)),
    ...(additionalProperties === undefined ? [] : places(additionalProperties, `${path}{}`, true)),
  ];
}

function placesOf({ schema }: DefinitionVersion): Place[] {
  return places(schema.openAPIV3Schema);
}

t.test("config/crd holds what the schemas make: one file for each kind (make manifests rewrites them)", (t) => {
  const files = definitionFiles();
  for (const [name, text] of files) matchesGolden(t, name, text, folder);
  t.same(globSync("*.yaml", { cwd: folder }).sort(), [...files.keys()].sort());
  t.end();
});

t.test("names, scope, versions and columns are those of MetalLB", (t) => {
  const rows = made.map(({ metadata, spec: { names, scope, versions } }) => [
    metadata.name,
    `${names.kind} ${names.listKind} ${names.singular} ${scope}`,
    versions.map(({ name, storage, deprecated }) => `${name}${storage ? "*" : ""}${deprecated ? " deprecated" : ""}`),
    (versions[0]?.additionalPrinterColumns ?? []).map(
      ({ name, type, jsonPath, priority = 0 }) => `${name} ${jsonPath} ${type}${priority === 0 ? "" : ` ${priority}`}`,
    ),
  ]);
  matchesGolden(t, "crd/names-and-columns.json", `${JSON.stringify(rows, undefined, 2)}\n`);
  for (const [name, version] of versions) {
    const paths = new Set(placesOf(version).map(({ path }) => `.${path}`)).add(".metadata.creationTimestamp");
    const shown = version.additionalPrinterColumns ?? [];
    t.ok(
      shown.every(({ jsonPath }) => paths.has(jsonPath)),
      `${name}: each column is a field`,
    );
    t.same(version.subresources, { status: {} }, `${name}: status is a resource of its own`);
  }
  t.end();
});

t.test("of each definition one version is stored, and more than one need no webhook", (t) => {
  for (const { metadata, spec } of made) {
    t.equal(spec.versions.filter(({ storage }) => storage).length, 1, metadata.name);
    t.same(spec.conversion, spec.versions.length > 1 ? { strategy: "None" } : undefined, metadata.name);
  }
  t.end();
});

t.test("each schema is structural", (t) => {
  for (const [name, version] of versions) {
    for (const { path, schema } of placesOf(version)) {
      const at = `${name} ${path}`;
      if (schema.type === "array") t.ok(schema.items !== undefined, `${at}: a list says what is in it`);
      if (schema.properties !== undefined) t.notOk(schema.additionalProperties, `${at}: fields or a map, not both`);
      for (const field of schema.required ?? []) t.ok(schema.properties?.[field], `${at}: ${field} is a field`);
      if (schema.default !== undefined) t.same(faults(schema, schema.default), [], `${at}: the default is valid`);
      if (path !== "metadata" && !/\[\]$|\{\}$/.test(path)) t.ok(schema.description, `${at}: has a description`);
      if (schema.type === "integer") t.match(schema.format, /^int(32|64)$/, `${at}: has a size`);
      for (const key of schema["x-kubernetes-list-map-keys"] ?? []) {
        t.ok(schema.items?.required?.includes(key), `${at}: each entry has the key ${key}`);
      }
    }
  }
  t.end();
});

t.test("rules stand where their cost has a limit, and are known to these tests", (t) => {
  for (const [name, version] of versions) {
    for (const { path, schema, unlimited } of placesOf(version)) {
      for (const { rule, message } of schema["x-kubernetes-validations"] ?? []) {
        t.notOk(unlimited, `${name} ${path}: a rule does not run for each entry of a list`);
        t.ok(RULES.has(rule), `${name} ${path}: ${rule}`);
        t.notMatch(
          rule,
          /\.(all|exists|exists_one|map|filter)\(|matches\(|[+]/,
          `${name} ${path}: nor does it loop itself`,
        );
        t.notOk(message.includes("\n"));
      }
    }
  }
  t.end();
});

const SELECTOR = /\.(matchLabels|matchExpressions)\b/;

/** The fields that MetalLB 0.16 has, and L2Advertisement's preferences that came after it. */
const METALLB: Readonly<Record<string, string>> = {
  IPAddressPool:
    "addresses autoAssign avoidBuggyIPs serviceAllocation serviceAllocation.priority serviceAllocation.namespaces " +
    "serviceAllocation.namespaceSelectors serviceAllocation.serviceSelectors",
  L2Advertisement:
    "ipAddressPools ipAddressPoolSelectors nodeSelectors serviceSelectors interfaces preferredNodeSelectors " +
    "preferredNodeSelectors[].weight preferredNodeSelectors[].preference",
  BGPAdvertisement:
    "ipAddressPools ipAddressPoolSelectors nodeSelectors serviceSelectors aggregationLength aggregationLengthV6 localPref " +
    "communities peers",
  BGPPeer:
    "myASN peerASN dynamicASN localASN peerAddress interface sourceAddress peerPort holdTime keepaliveTime connectTime " +
    "routerID nodeSelectors password passwordSecret passwordSecret.name passwordSecret.namespace bfdProfile " +
    "enableGracefulRestart ebgpMultiHop vrf disableMP dualStackAddressFamily",
  BFDProfile: "receiveInterval transmitInterval detectMultiplier echoInterval echoMode passiveMode minimumTtl",
  Community: "communities communities[].name communities[].value",
};

t.test("each field of MetalLB is there; one that MetalLB lacks is optional and says so", (t) => {
  for (const [name, version] of versions) {
    const theirs = new Set((METALLB[name.split(" ")[0] ?? ""] ?? "").split(" ").filter((path) => path !== ""));
    const spec = version.schema.openAPIV3Schema.properties?.["spec"];
    const ours = (spec === undefined ? [] : places(spec)).filter(
      ({ path }) => path !== "" && !/(\[\]|\{\})$/.test(path) && !SELECTOR.test(`.${path}`),
    );
    const paths = new Set(ours.map(({ path }) => path));
    t.same(
      [...theirs].filter((path) => !paths.has(path)),
      [],
      `${name} lacks none`,
    );
    for (const { path, schema } of ours.filter((each) => !theirs.has(each.path))) {
      t.match(schema.description, /Herald extension/, `${name} ${path} is marked`);
      t.notOk(spec?.required?.includes(path), `${name} ${path} is optional`);
    }
  }
  t.end();
});

t.test("only the defaults that MetalLB stores are stored", (t) => {
  const stored = versions.flatMap(([name, version]) =>
    placesOf(version).flatMap(({ path, schema }) =>
      schema.default === undefined ? [] : [`${name} ${path} ${JSON.stringify(schema.default)}`],
    ),
  );
  t.same(stored.sort(), [
    "BGPAdvertisement v1beta1 spec.aggregationLength 32",
    "BGPAdvertisement v1beta1 spec.aggregationLengthV6 128",
    "BGPPeer v1beta2 spec.disableMP false",
    "BGPPeer v1beta2 spec.dualStackAddressFamily false",
    "BGPPeer v1beta2 spec.peerPort 179",
    "IPAddressPool v1beta1 spec.autoAssign true",
    "IPAddressPool v1beta1 spec.avoidBuggyIPs false",
  ]);
  t.end();
});

t.test("what a structural schema cannot say is refused by the generator, with the path", (t) => {
  const none = new Set<string>();
  const of = (field: z.ZodType) => () => structuralSchema(z.object({ a: field }), "spec", none);
  t.throws(of(z.union([z.string(), z.boolean()])), { message: /^spec\.a: anyOf has no place|^spec\.a: type/ });
  t.throws(of(z.number()), { message: /spec\.a: type "number" has no place/ });
  t.throws(of(z.literal("x")), { message: /spec\.a: const has no place/ });
  t.throws(() => structuralSchema(z.object({ a: z.string() }), "spec", new Set(["spec.a"])), {
    message: /no default to store/,
  });
  t.end();
});
