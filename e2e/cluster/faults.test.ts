import { join } from "node:path";
import t from "tap";
import { ApiServer, Lab, until } from "../lab/index.ts";
import type { Task } from "../lab/index.ts";
import { install, NAMESPACE, startController, startSpeaker } from "./herald.ts";
import { configured, service, slice } from "./manifests.ts";
import type { Json } from "./manifests.ts";
import { leaveTimings } from "./timings.ts";

const ROOT = join(import.meta.dirname, "..", "..");

/** A Service and, as nobody else makes one here, its slice. */
function web(name: string, annotations: Json): readonly Json[] {
  return [service(name, {}, annotations), slice(name)];
}

const POOL = configured("IPAddressPool", "first", { addresses: ["192.0.2.0/24"] });
const CONFIGURATION = [
  POOL,
  configured("BGPAdvertisement", "all", {}),
  configured("BGPPeer", "tor", { myASN: 64_500, peerASN: 64_501, peerAddress: "10.0.0.99" }),
];

/** What was logged of a Service: "service announced" and the like, in order. */
function said(task: Task, name: string): string[] {
  return task
    .output()
    .split("\n")
    .filter((line) => line.includes(`"service":"default/${name}"`))
    .map((line) => /"msg":"([^"]*)"/.exec(line)?.[1] ?? "");
}

if (process.getuid?.() !== 0) t.plan(0, "needs root: a lab is made of network namespaces");
else {
  t.setTimeout(110_000);
  t.test("what can happen to the API server of a cluster, and to what it holds", async (t) => {
    leaveTimings(t, import.meta.filename);
    await using lab = await Lab.up("deploy/clab/api-server.clab.yml");
    const node = lab.node("control");
    const api = await ApiServer.start(node);
    const apply = (...objects: readonly Json[]) => api.apply(...objects);
    const addressOf = async (name: string): Promise<string> =>
      api.kubectl(["get", "service", name, "-o", "jsonpath={.status.loadBalancer.ingress[*].ip}"]);

    await install(api);
    await apply({ apiVersion: "v1", kind: "Node", metadata: { name: "control" } }, ...CONFIGURATION);
    const controller = await startController(api, node, ["--http", "off"]);
    const speaker = await startSpeaker(api, node, ["--http", "off"]);
    const both = [controller, speaker];
    const seen = (): string[] => both.map((task) => task.output().split("\n").slice(-6).join("\n"));

    /** A new Service goes all the way; those that were there never went. */
    const works = async (name: string, annotations: Json = {}): Promise<void> => {
      await apply(...web(name, annotations));
      await until(`${name} to be announced`, () => said(speaker, name).includes("service announced") || undefined, {
        timeoutMs: 30_000,
        seen,
      });
    };
    const untouched = (name: string): void => {
      t.same(said(speaker, name), ["service not announced", "service announced"].slice(-said(speaker, name).length));
    };
    /** In the log of each. */
    const bothSay = (what: string, text: string): Promise<true> =>
      until(what, () => both.every((task) => task.output().includes(text)) || undefined, {
        timeoutMs: 30_000,
        seen,
      });

    await works("first");
    const address = await addressOf("first");
    t.equal(address, "192.0.2.0");

    await t.test("the API server and etcd are killed and come back: nothing that was announced goes", async () => {
      await api.task("kube-apiserver").stop("SIGKILL");
      await api.task("etcd").stop("SIGKILL");
      await bothSay("both to miss it", '"not read; trying again"');
      untouched("first");
      await api.run("etcd");
      await api.run("kube-apiserver");
      await bothSay("both to have it back", '"everything is read again"');
      await works("second");
      untouched("first");
    });

    await t.test("a definition is removed, with all its objects, and put back: they stay in force", async (t) => {
      await api.kubectl(["delete", "crd", "ipaddresspools.metallb.io"]);
      await bothSay("both to notice", '"objects kept: their definition is removed"');
      await bothSay("both to look for it", '"the API server has no such kind; looking again"');
      await works("third");
      untouched("first");
      await api.kubectl(["apply", "-f", join(ROOT, "config/crd")]);
      await bothSay("both to see it again", '"the API server has the kind now"');
      await api.kubectl(["wait", "--for=condition=Established", "crd", "--all", "--timeout=30s"]);
      await apply(POOL, configured("IPAddressPool", "second", { addresses: ["198.51.100.0/24"] }));
      await works("fourth", { "metallb.io/address-pool": "second" });
      t.equal(await addressOf("fourth"), "198.51.100.0", "the new ones are read");
      untouched("first");
      t.equal(await addressOf("first"), address);
    });

    await t.test("a token that is good no more is replaced in its file, and the speaker goes on", async () => {
      await api.kubectl(["delete", "serviceaccount", "herald-speaker", "-n", NAMESPACE]);
      // Running watches are not asked for it again.
      await api.task("kube-apiserver").stop("SIGKILL");
      await api.run("kube-apiserver");
      await until("the token to be refused", () => speaker.output().includes("401 Unauthorized") || undefined, {
        timeoutMs: 30_000,
        seen,
      });
      await api.kubectl(["create", "serviceaccount", "herald-speaker", "-n", NAMESPACE]);
      api.kubeconfigOf(
        "herald-speaker",
        (await api.kubectl(["create", "token", "herald-speaker", "-n", NAMESPACE])).trim(),
      );
      await works("fifth");
      untouched("first");
    });
  });
}
