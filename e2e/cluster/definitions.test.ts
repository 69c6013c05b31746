import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { ApiServer } from "../lab/index.ts";

const ROOT = join(import.meta.dirname, "..", "..");
/** Manifests of users, where they lie beside the checkout. */
const THEIRS = join(ROOT, "../shared/samples/metallb");

interface Peer {
  readonly apiVersion: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

function peer(version: "v1beta1" | "v1beta2", name: string, spec: Readonly<Record<string, unknown>>): string {
  const metadata = { name, namespace: "metallb-system" };
  return JSON.stringify({ apiVersion: `metallb.io/${version}`, kind: "BGPPeer", metadata, spec });
}

const BASE = { myASN: 64500, peerASN: 64501, peerAddress: "10.0.0.1" };

t.setTimeout(110_000);
t.test("the definitions in a real API server", async (t) => {
  await using api = await ApiServer.onLoopback();
  const apply = (manifest: string) => api.kubectl(["apply", "-f", "-"], { input: manifest });
  const read = async (version: string, name: string): Promise<Peer> => {
    const args = ["get", `bgppeers.${version}.metallb.io`, name, "-n", "metallb-system", "-o", "json"];
    return JSON.parse(await api.kubectl(args)) as Peer;
  };

  await t.test("they and the roles are taken as they are", async (t) => {
    await api.kubectl(["create", "namespace", "metallb-system"]);
    await api.kubectl(["apply", "-f", join(ROOT, "config/crd"), "-f", join(ROOT, "config/rbac")]);
    await api.kubectl(["wait", "--for=condition=Established", "crd", "--all", "--timeout=30s"]);
    const conditions = "jsonpath={range .items[*].status.conditions[?(@.type=='NonStructuralSchema')]}{.message}{end}";
    t.equal(await api.kubectl(["get", "crd", "-o", conditions]), "", "every schema is structural");
  });

  await t.test("every sample is taken unchanged, and the manifests of users are", async (t) => {
    const files = globSync("config/samples/**/*.yaml", { cwd: ROOT }).map((file) => join(ROOT, file));
    const theirs = existsSync(THEIRS) ? globSync("*.yaml", { cwd: THEIRS }).map((file) => join(THEIRS, file)) : [];
    t.ok(files.length > 10);
    for (const file of [...files, ...theirs]) {
      const said = await api.kubectl(["apply", "--validate=strict", "-f", file]);
      t.match(said, /(?:created|configured|unchanged)\n$/, file);
    }
  });

  await t.test("a BGPPeer of either version is read in both, with the same meaning", async (t) => {
    await apply(peer("v1beta1", "old", { ...BASE, holdTime: "30s", bfdProfile: "fast" }));
    const [old, current] = [await read("v1beta1", "old"), await read("v1beta2", "old")];
    t.match(old, { apiVersion: "metallb.io/v1beta1", spec: { holdTime: "30s", bfdProfile: "fast" } });
    t.equal(current.apiVersion, "metallb.io/v1beta2");
    t.same(current.spec, old.spec);
  });

  await t.test("a change through v1beta1 loses nothing of v1beta2", async (t) => {
    await apply(peer("v1beta2", "new", { ...BASE, connectTime: "5s", disableMP: true, vrf: "red" }));
    const before = await read("v1beta2", "new");
    const patch = ["--type=merge", "-p", JSON.stringify({ spec: { peerPort: 1179 } })];
    await api.kubectl(["patch", "bgppeers.v1beta1.metallb.io", "new", "-n", "metallb-system", ...patch]);
    t.same((await read("v1beta2", "new")).spec, { ...before.spec, peerPort: 1179 });
  });

  await t.test("what cannot be is refused, with its field and what would be right", async (t) => {
    for (const [spec, says] of [
      [{ ...BASE, myASN: 4294967296 }, /spec\.myASN/],
      [{ ...BASE, connectTime: "1500ms" }, /spec\.connectTime: .*BGP counts whole seconds: leave out fractions/],
      [{ ...BASE, peerPort: 20000 }, /spec\.peerPort/],
      [{ ...BASE, holdTyme: "30s" }, /holdTyme/],
    ] as const) {
      await t.rejects(apply(peer("v1beta2", "bad", spec)), { message: says });
    }
    await apply(peer("v1beta2", "set", { ...BASE, enableGracefulRestart: true }));
    await t.rejects(apply(peer("v1beta2", "set", { ...BASE, enableGracefulRestart: false })), {
      message: /enableGracefulRestart: .*cannot be changed once it is set/,
    });
  });

  await t.test("kubectl shows what is worth seeing", async (t) => {
    t.match(await api.kubectl(["get", "bgppeers", "-n", "metallb-system", "new"]), /^NAME +ADDRESS +ASN/);
    t.match(await api.kubectl(["explain", "ipaddresspool.spec.addresses"]), /CIDRs and ranges/);
  });
});
