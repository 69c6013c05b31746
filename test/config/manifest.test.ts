import { globSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { parseAllDocuments } from "yaml";
import { definitionFiles } from "../../config/generator/definitions.ts";
import { manifest } from "../../config/generator/manifest.ts";
import { runCli } from "../../src/cli/program.ts";
import { Exit } from "../../src/cli/system.ts";
import { matchesGolden } from "../support/golden.ts";
import { testSystem } from "../support/test-system.ts";

const root = join(import.meta.dirname, "../..");
const text = manifest(definitionFiles().values());

interface Container {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string }[];
  readonly securityContext: {
    readonly allowPrivilegeEscalation: boolean;
    readonly readOnlyRootFilesystem: boolean;
    readonly capabilities: { readonly drop: readonly string[]; readonly add?: readonly string[] };
  };
  readonly livenessProbe: unknown;
  readonly readinessProbe: unknown;
}
interface Workload {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: { readonly serviceAccountName: string; readonly containers: readonly [Container] };
    };
  };
}

const objects = parseAllDocuments(text).map((document) => document.toJS() as Workload | null);
const workloads = objects.filter((each): each is Workload => each?.kind === "Deployment" || each?.kind === "DaemonSet");

t.test("deploy/manifests/herald.yaml is made from config (make manifests)", (t) => {
  matchesGolden(t, "herald.yaml", text, join(root, "deploy/manifests"));
  const kinds = objects.map((each) => each?.kind).filter((kind) => kind !== undefined);
  const files = globSync("config/{crd,rbac}/*.yaml", { cwd: root });
  const definitions = kinds.filter((kind) => kind === "CustomResourceDefinition");
  t.equal(definitions.length, files.filter((file) => file.startsWith("config/crd")).length);
  t.same(
    kinds.filter((kind) => kind === "ServiceAccount"),
    ["ServiceAccount", "ServiceAccount"],
  );
  t.ok(kinds.includes("PodDisruptionBudget"));
  t.end();
});

t.test("controller and speaker run with the account of their own, and with no more rights than they need", (t) => {
  const accounts = objects.filter((each) => each?.kind === "ServiceAccount").map((each) => each?.metadata.name);
  for (const { metadata, spec } of workloads) {
    const { template, selector } = spec;
    const [container] = template.spec.containers;
    t.equal(template.spec.serviceAccountName, metadata.name);
    t.ok(accounts.includes(metadata.name), metadata.name);
    t.same(template.metadata.labels, selector.matchLabels);
    const { allowPrivilegeEscalation, readOnlyRootFilesystem, capabilities } = container.securityContext;
    t.same([allowPrivilegeEscalation, readOnlyRootFilesystem, capabilities.drop], [false, true, ["ALL"]]);
    t.same(capabilities.add ?? [], metadata.name === "herald-speaker" ? ["NET_RAW"] : []);
    t.ok(container.livenessProbe);
    t.ok(container.readinessProbe);
  }
  t.equal(workloads.length, 2);
  t.end();
});

t.test("the command lines in it are ones that Herald takes", async (t) => {
  for (const { spec } of workloads) {
    const [{ args, env }] = spec.template.spec.containers;
    const surroundings = Object.fromEntries(env.map(({ name }) => [name, "x"]));
    const system = testSystem({ ...surroundings, KUBERNETES_SERVICE_HOST: "10.96.0.1" });
    // It fails where it would look for the cluster, and not before.
    t.equal(await runCli(args, system), Exit.Failure);
    t.equal(system.printed.err, "error: there is no cluster here\n", args.join(" "));
  }
});
