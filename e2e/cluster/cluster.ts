/** `make cluster`: a Kubernetes cluster to play in, that stays up; `cluster.ts down` ends it. */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asRoot } from "../lab/as-root.ts";
import { CLUSTER, Cluster, takeDown } from "../lab/index.ts";

/** kubectl in the control plane's host, as a command of its own. */
function writeKubectl(cluster: Cluster): string {
  const { lab, api } = cluster;
  const file = join(lab.folder, "kubectl");
  const command = ["ip", "netns", "exec", cluster.node("control").namespace, api.program("kubectl")];
  writeFileSync(file, `#!/bin/sh\nexec ${command.join(" ")} --kubeconfig ${api.kubeconfig()} "$@"\n`);
  chmodSync(file, 0o755);
  return file;
}

async function up(): Promise<number> {
  const began = performance.now();
  const cluster = await Cluster.up({ tell: (sentence) => process.stdout.write(`${sentence}\n`) });
  const kubectl = writeKubectl(cluster);
  process.stdout.write(await cluster.kubectl(["get", "nodes"]));
  const hosts = cluster.lab.nodes.map(({ name, namespace }) => `  ${name.padEnd(8)} ip netns exec ${namespace} sh`);
  process.stdout.write(
    [
      "",
      `The cluster is up, in ${((performance.now() - began) / 1000).toFixed(1)} s (deploy/clab/cluster.clab.yml shows it). All as root:`,
      "",
      `  alias kubectl=${kubectl}`,
      "  kubectl create deployment web --image=any --replicas=3 --port=80   # every image is an HTTP server that tells its Pod's name",
      "",
      "A shell in a host:",
      "",
      ...hosts,
      "",
      "make cluster-down ends it.",
      "",
    ].join("\n"),
  );
  cluster.keep();
  return 0;
}

function down(): number {
  process.stdout.write(
    takeDown(CLUSTER) === 0 ? "No cluster was up.\n" : "The cluster is down; nothing of it is left.\n",
  );
  return 0;
}

const args = process.argv.slice(2);
const asked = asRoot(args[0] === "down" ? "cluster-down" : "cluster", import.meta.filename, args);
process.exitCode = asked ?? (args[0] === "down" ? down() : await up());
