import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { parse } from "yaml";
import { Exit } from "../../../src/cli/system.ts";
import { runCli } from "../../../src/cli/program.ts";
import { matchesGolden } from "../../support/golden.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { testSystem } from "../../support/test-system.ts";

const CLUSTER = join(import.meta.dirname, "../../data/cli/cluster");

async function herald(...args: readonly string[]): Promise<{ exit: Exit; out: string; err: string }> {
  const system = testSystem();
  const exit = await runCli(args, system);
  return { exit, ...system.printed };
}

t.test("plan shows addresses, routes per node and peer, and why not", async (t) => {
  const { exit, out } = await herald("plan", "-f", CLUSTER);
  t.equal(exit, Exit.Problems, "one Service gets no address");
  matchesGolden(t, "cli/plan.txt", out);
});

t.test("plan says the same as JSON and as YAML", async (t) => {
  const json = await herald("plan", "-f", CLUSTER, "-o", "json");
  const yaml = await herald("plan", "-f", CLUSTER, "-o", "yaml");
  matchesGolden(t, "cli/plan.json", json.out);
  t.same(parse(yaml.out), JSON.parse(json.out));
});

t.test("plan of manifests without nodes and endpoints says what it assumes", async (t) => {
  const folder = temporaryFolder(t);
  cpSync(join(CLUSTER, "config.yaml"), join(folder, "config.yaml"));
  cpSync(join(CLUSTER, "services.yaml"), join(folder, "services.yaml"));
  const { out } = await herald("plan", "-f", folder);
  t.match(out, /no Node: planned for one node without labels/);
  t.match(out, /no EndpointSlice: every Service is taken to have a ready endpoint/);
  t.match(out, /\(any node\) {2}tor +192\.0\.2\.0\/32/);
});

t.test("plan --backend says what that backend cannot do", async (t) => {
  const folder = temporaryFolder(t);
  cpSync(CLUSTER, folder, { recursive: true });
  writeFileSync(
    join(folder, "any.yaml"),
    "apiVersion: metallb.io/v1beta2\nkind: BGPPeer\nmetadata: {name: any, namespace: metallb-system}\nspec: {myASN: 64500, dynamicASN: external, peerAddress: 192.0.2.77}\n",
  );
  const lacking = /peer any asks for any external peer AS \(dynamicASN\), which the backend cannot do: it is left out/;
  t.match((await herald("plan", "-f", folder, "--backend", "gobgp")).out, lacking);
  t.notMatch((await herald("plan", "-f", folder)).out, lacking);
  t.match((await herald("plan", "-f", folder, "--backend", "quagga")).err, /Allowed choices are native, frr, gobgp/);
});

t.test("plan --diff shows what a change would do, and nothing else", async (t) => {
  const after = temporaryFolder(t);
  cpSync(CLUSTER, after, { recursive: true });
  writeFileSync(
    join(after, "more.yaml"),
    "apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\nmetadata: {name: more, namespace: metallb-system}\nspec: {addresses: [198.51.100.7/32]}\n",
  );
  const changed = await herald("plan", "--diff", CLUSTER, after);
  t.equal(changed.exit, Exit.Ok, "after the change every Service has an address");
  matchesGolden(t, "cli/diff.txt", changed.out);
  const same = await herald("plan", "--diff", CLUSTER, CLUSTER);
  t.equal(same.out, "No difference.\n");
  const json = await herald("plan", "--diff", CLUSTER, after, "-o", "json");
  t.match(JSON.parse(json.out), { addresses: { added: [{ service: "default/elsewhere" }] }, problems: { added: [] } });
});

t.test("check names every problem by file, object and field", async (t) => {
  const folder = temporaryFolder(t);
  cpSync(CLUSTER, folder, { recursive: true });
  writeFileSync(join(folder, "broken.yaml"), "apiVersion: v1\nkind: Service\n  metadata: x\n");
  writeFileSync(
    join(folder, "peer.yaml"),
    "apiVersion: metallb.io/v1beta2\nkind: BGPPeer\nmetadata: {name: b, namespace: metallb-system}\nspec: {myASN: 64500, peerASN: 0, peerAddress: 10.0.0.300, holdTim: 9s}\n",
  );
  const { exit, out } = await herald("check", "-f", folder);
  t.equal(exit, Exit.Problems);
  matchesGolden(t, "cli/check.txt", out);
  const json = await herald("check", "-f", folder, "-o", "json");
  const { problems } = JSON.parse(json.out) as { problems: { file?: string }[] };
  t.equal(problems.length, out.trimEnd().split("\n").length - 1, "as many in JSON");
  t.ok(problems.every(({ file }) => file === "peer.yaml" || file === "broken.yaml"));
});

t.test("check of good manifests counts them", async (t) => {
  const { exit, out } = await herald("check", "-f", CLUSTER);
  t.equal(exit, Exit.Ok);
  t.equal(out, "9 objects, 0 errors, 0 warnings\n");
});
