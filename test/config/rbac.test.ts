import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { parseAllDocuments } from "yaml";
import * as z from "zod";
import { definitions } from "../../config/generator/definitions.ts";
import { kinds } from "../../src/api/parse.ts";
import { kindsOf, readsSecrets, secretNamed } from "../../src/source/kubernetes/kinds.ts";

const root = join(import.meta.dirname, "../..");

const rule = z.strictObject({
  apiGroups: z.array(z.string()).length(1),
  resources: z.array(z.string()).min(1),
  resourceNames: z.array(z.string()).min(1).optional(),
  verbs: z.array(z.enum(["get", "list", "watch", "create", "update", "patch", "delete"])).min(1),
});
const metadata = z.strictObject({ name: z.string(), namespace: z.string().optional() });
const subject = z.strictObject({ kind: z.literal("ServiceAccount"), name: z.string(), namespace: z.string() });
const roleRef = z.strictObject({
  apiGroup: z.literal("rbac.authorization.k8s.io"),
  kind: z.enum(["Role", "ClusterRole"]),
  name: z.string(),
});
const rbac = z.literal("rbac.authorization.k8s.io/v1");
const object = z.discriminatedUnion("kind", [
  z.strictObject({ apiVersion: z.literal("v1"), kind: z.literal("ServiceAccount"), metadata }),
  z.strictObject({ apiVersion: rbac, kind: z.literal("Role"), metadata, rules: z.array(rule) }),
  z.strictObject({ apiVersion: rbac, kind: z.literal("ClusterRole"), metadata, rules: z.array(rule) }),
  z.strictObject({ apiVersion: rbac, kind: z.literal("RoleBinding"), metadata, roleRef, subjects: z.array(subject) }),
  z.strictObject({
    apiVersion: rbac,
    kind: z.literal("ClusterRoleBinding"),
    metadata,
    roleRef,
    subjects: z.array(subject),
  }),
]);

const objects = globSync("config/rbac/*.yaml", { cwd: root }).flatMap((file) =>
  parseAllDocuments(readFileSync(join(root, file), "utf8")).map((document) => object.parse(document.toJS())),
);

/** Resources whose objects Herald reads or writes, by group. */
const READ = kinds.map(({ group, kind }) => {
  const plural = definitions().find(({ spec }) => spec.group === group && spec.names.kind === kind)?.spec.names.plural;
  return `${group}/${plural ?? `${kind.toLowerCase()}s`}`;
});
const KNOWN = new Set([
  ...READ,
  "/services/status",
  "/events",
  "/pods",
  "apps/daemonsets",
  "coordination.k8s.io/leases",
  "apiextensions.k8s.io/customresourcedefinitions",
  "admissionregistration.k8s.io/validatingwebhookconfigurations",
]);
for (const { spec } of definitions()) KNOWN.add(`${spec.group}/${spec.names.plural}/status`);

const rolesOf = (component: string) =>
  objects.flatMap((each) => {
    if (each.kind !== "Role" && each.kind !== "ClusterRole") return [];
    return each.metadata.name === `herald-${component}` ? each.rules.map((of) => ({ ...of, role: each.kind })) : [];
  });

/** "verb group/resource" of each rule, for one role or both. */
function permissions(component: string, role?: string): Set<string> {
  return new Set(
    rolesOf(component)
      .filter((each) => role === undefined || each.role === role)
      .flatMap(({ apiGroups, resources, verbs }) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${apiGroups.join("")}/${resource}`)),
      ),
  );
}

t.test("each role is bound to the account of its component, and to no other", (t) => {
  for (const each of objects) {
    if (each.kind !== "RoleBinding" && each.kind !== "ClusterRoleBinding") continue;
    t.equal(each.roleRef.kind, each.kind.replace("Binding", ""));
    t.ok(objects.some(({ kind, metadata: { name } }) => kind === each.roleRef.kind && name === each.roleRef.name));
    t.same(each.subjects, [{ kind: "ServiceAccount", name: each.roleRef.name, namespace: "metallb-system" }]);
    t.ok(objects.some(({ kind, metadata: { name } }) => kind === "ServiceAccount" && name === each.roleRef.name));
  }
  t.equal(objects.filter(({ kind }) => kind.endsWith("Binding")).length, 4);
  t.end();
});

t.test("rules name only resources of kinds that Herald knows, in groups that have them", (t) => {
  for (const component of ["controller", "speaker"]) {
    const named = [...permissions(component)].map((permission) => permission.slice(permission.indexOf(" ") + 1));
    t.ok(named.length > 10, component);
    t.same(
      named.filter((resource) => !KNOWN.has(resource)),
      [],
      component,
    );
  }
  t.end();
});

t.test("what is only in Herald's namespace is allowed only there", (t) => {
  for (const component of ["controller", "speaker"]) {
    const everywhere = [...permissions(component, "ClusterRole")];
    t.same(
      everywhere.filter((permission) => /metallb\.io|secrets|leases/.test(permission)),
      [],
      component,
    );
  }
  t.end();
});

function rulesOf(component: string, resource: string) {
  return rolesOf(component).filter(({ resources }) => resources.includes(resource));
}

t.test("nothing that users write may be changed, and only speakers read Secrets", (t) => {
  for (const component of ["controller", "speaker"]) {
    const changes = [...permissions(component)].filter((permission) => !/^(get|list|watch) /.test(permission));
    t.same(
      changes.filter(
        (change) =>
          !/\/(status|events|leases|configurationstates|servicebgpstatuses|secrets|validatingwebhookconfigurations)$/.test(
            change,
          ),
      ),
      [],
      component,
    );
  }
  t.same(
    [...rulesOf("controller", "secrets"), ...rulesOf("controller", "validatingwebhookconfigurations")].map(
      ({ verbs, resourceNames }) => [resourceNames, verbs],
    ),
    [
      [undefined, ["create"]],
      [["herald-webhook"], ["get", "update"]],
      [["herald-webhook"], ["list", "watch", "patch"]],
    ],
    "of Secrets and webhooks the controller reads and changes only its own",
  );
  t.notOk([...permissions("speaker")].some((permission) => permission.endsWith("services/status")));
  t.end();
});

t.test("each role may list and watch what it reads, where it reads it, and nothing else that users write", (t) => {
  for (const component of ["controller", "speaker"] as const) {
    const read = [...kindsOf(component), ...(readsSecrets(component) ? [secretNamed("any")] : [])];
    for (const verb of ["list", "watch"]) {
      const wanted = read.map(
        ({ group, plural, scope }) => `${scope === "own" ? "Role" : "ClusterRole"} ${group}/${plural}`,
      );
      const allowed = ["Role", "ClusterRole"].flatMap((role) =>
        [...permissions(component, role)]
          .filter((permission) => permission.startsWith(`${verb} `))
          .map((permission) => `${role} ${permission.slice(verb.length + 1)}`),
      );
      const others = new Set([
        "Role metallb.io/servicebgpstatuses",
        "ClusterRole admissionregistration.k8s.io/validatingwebhookconfigurations",
      ]);
      t.same(allowed.filter((each) => !others.has(each)).sort(), wanted.sort(), `${component} ${verb}`);
    }
  }
  t.end();
});

t.test("of each kind that is read by a definition, the definition may be looked at", (t) => {
  for (const component of ["controller", "speaker"] as const) {
    const names = rolesOf(component)
      .filter(({ resources }) => resources.includes("customresourcedefinitions"))
      .flatMap(({ resourceNames = [] }) => resourceNames);
    const custom = kindsOf(component).filter((kind) => kind.custom);
    t.same(names.sort(), custom.map(({ group, plural }) => `${plural}.${group}`).sort(), component);
  }
  t.end();
});
