import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  copyFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { parseAllDocuments } from "yaml";
import { WORKERS, until } from "../lab/index.ts";
import type { ApiServer, LabNode, Task } from "../lab/index.ts";
import { assemble, entryPoint, environment } from "./dockerfile.ts";
import { HeraldCluster, NAMESPACE, ROOT } from "./herald.ts";
import { answers } from "./requests.ts";
import { converged, hostRoute } from "./routes.ts";
import { leaveTimings } from "./timings.ts";
import { deployment, service } from "./workloads.ts";

interface Container {
  readonly args: readonly string[];
  readonly env: readonly {
    readonly name: string;
    readonly valueFrom: { readonly fieldRef: { readonly fieldPath: string } };
  }[];
  readonly readinessProbe: { readonly httpGet: { readonly path: string } };
  readonly securityContext: {
    readonly runAsUser?: number;
    readonly capabilities: { readonly add?: readonly string[] };
  };
}
interface PodSpec {
  readonly serviceAccountName: string;
  readonly securityContext: { readonly runAsUser?: number };
  readonly containers: readonly [Container];
}

/** What the manifest has the kubelet run. */
function podOf(kind: "Deployment" | "DaemonSet"): PodSpec {
  const text = readFileSync(join(ROOT, "deploy/manifests/herald.yaml"), "utf8");
  for (const document of parseAllDocuments(text)) {
    const object = document.toJS() as { kind: string; spec: { template: { spec: PodSpec } } };
    if (object.kind === kind) return object.spec.template.spec;
  }
  throw new Error(`the manifest has no ${kind}`);
}

/**
 * Runs it as a container's process runs, but for namespaces other than that of mounts: the image's files and the machine's
 * libraries and nothing else, all of it read-only, as the user and with the capabilities of the manifest, with a token where
 * a Pod has it.
 */
async function startPod(api: ApiServer, node: LabNode, image: string, kind: "Deployment" | "DaemonSet"): Promise<Task> {
  const { serviceAccountName, securityContext, containers } = podOf(kind);
  const [container] = containers;
  const user = container.securityContext.runAsUser ?? securityContext.runAsUser ?? 65_534;
  const account = join(node.folder, `account-${kind}`);
  mkdirSync(account, { recursive: true, mode: 0o755 });
  writeFileSync(
    join(account, "token"),
    (await api.kubectl(["create", "token", serviceAccountName, "-n", NAMESPACE])).trim(),
  );
  writeFileSync(join(account, "namespace"), NAMESPACE);
  copyFileSync(api.ca, join(account, "ca.crt"));
  const { hostname, port } = new URL(api.url);
  const fields: Readonly<Record<string, string>> = { "spec.nodeName": node.name, "metadata.namespace": NAMESPACE };
  const variables = [
    ...environment(),
    "PATH=/opt/node:/usr/bin",
    `KUBERNETES_SERVICE_HOST=${hostname}`,
    `KUBERNETES_SERVICE_PORT=${port}`,
    ...container.env.map(({ name, valueFrom }) => `${name}=${fields[valueFrom.fieldRef.fieldPath] ?? ""}`),
  ];
  const added = (container.securityContext.capabilities.add ?? []).map((name) => `,+${name.toLowerCase()}`).join("");
  const script = [
    "set -e",
    `mount --bind ${image} ${image}`,
    `mount --bind /usr ${image}/usr`,
    `mount --bind ${join(ROOT, "node_modules/node/bin")} ${image}/opt/node`,
    `mount --bind ${account} ${image}/var/run/secrets/kubernetes.io/serviceaccount`,
    `mount -t proc proc ${image}/proc`,
    `mount --bind /dev ${image}/dev`,
    `for each in usr opt/node ""; do mount -o remount,bind,ro ${image}/$each; done`,
    `exec chroot ${image} /usr/bin/setpriv --reuid=${user} --regid=${user} --clear-groups --no-new-privs --bounding-set=-all${added} --inh-caps=-all${added} /usr/bin/env -i "$@"`,
  ].join("\n");
  const command = [...variables, ...entryPoint(), ...container.args];
  return node.spawn("unshare", ["--mount", "sh", "-c", script, "sh", ...command], { name: kind.toLowerCase() });
}

/** Of a process, as /proc has it: "CapEff", the first word of it. */
function stateOf(task: Task, field: string): string {
  const text = readFileSync(`/proc/${task.pid}/status`, "utf8");
  return new RegExp(`^${field}:\\s+(\\S+)`, "m").exec(text)?.[1] ?? "";
}

if (process.getuid?.() !== 0) t.plan(0, "needs root: a cluster is made of network namespaces");
else {
  t.setTimeout(240_000);
  t.test("the image's files do what the manifest asks of them, with no more than it gives", async (t) => {
    leaveTimings(t, import.meta.filename);
    const image = mkdtempSync(join(tmpdir(), "herald-image-"));
    chmodSync(image, 0o755);
    t.teardown(() => rmSync(image, { recursive: true, force: true }));
    for (const name of ["usr", "opt/node", "var/run/secrets/kubernetes.io/serviceaccount", "proc", "dev"]) {
      mkdirSync(join(image, name), { recursive: true });
    }
    for (const name of ["lib", "lib64"]) symlinkSync(`usr/${name}`, join(image, name));
    assemble(image);
    const start = (kind: "Deployment" | "DaemonSet") => (api: ApiServer, node: LabNode) =>
      startPod(api, node, image, kind);
    await using herald = await HeraldCluster.up(undefined, undefined, {
      controller: start("Deployment"),
      speaker: start("DaemonSet"),
    });
    const { cluster } = herald;

    await t.test("a Service is reached through both routers", async (t) => {
      await cluster.apply(deployment("web"));
      await cluster.apply(service("web"));
      await cluster.kubectl(["rollout", "status", "deployment/web", "--timeout=60s"]);
      const [address = ""] = await herald.addresses("web");
      await converged(herald, { [hostRoute(address)]: `${WORKERS.join(" ")}, 64500:200 no-export` });
      t.same((await answers(cluster.node("client"), `http://${address}/`, 10)).failures, []);
    });

    await t.test("the probes of the manifest are answered", async () => {
      for (const [kind, host] of [
        ["Deployment", "control"],
        ["DaemonSet", "w1"],
      ] as const) {
        const { path } = podOf(kind).containers[0].readinessProbe.httpGet;
        const url = `http://127.0.0.1:17472${path}`;
        await until(`${kind} to be ready`, () => cluster.node(host).exec("curl", ["-sSf", "-m", "2", url]));
      }
    });

    await t.test("it has the user and the capabilities that the manifest gives it, and no others", (t) => {
      const [controller] = herald.controllers;
      if (controller === undefined) throw new Error("there is no controller");
      const NET_RAW = (1 << 13).toString(16).padStart(16, "0");
      t.equal(stateOf(controller, "Uid"), "65534");
      for (const set of ["CapEff", "CapPrm", "CapBnd"]) {
        t.equal(stateOf(controller, set), "0".repeat(16), `controller: ${set}`);
        t.equal(stateOf(herald.speaker("w1"), set), NET_RAW, `speaker: ${set}`);
      }
      t.end();
    });

    await t.test("the image has no other way in", async (t) => {
      const { stdout } = await cluster
        .node("control")
        .exec(process.execPath, [join(image, "app", "main.mjs"), "--help"]);
      t.match(stdout, /Usage: herald/);
    });
  });
}
