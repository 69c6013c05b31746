/** Herald in a cluster of the lab: what a user installs, run as processes of the nodes with their ServiceAccounts' tokens. */
import { join } from "node:path";
import type { ApiServer, LabNode, Task } from "../lab/index.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const HERALD = join(ROOT, "bin", "herald");
export const NAMESPACE = "metallb-system";

/** The definitions, accounts and roles of `config`. */
export async function install(api: ApiServer): Promise<void> {
  await api.kubectl(["create", "namespace", NAMESPACE]);
  await api.kubectl(["apply", "-f", join(ROOT, "config/crd"), "-f", join(ROOT, "config/rbac")]);
  await api.kubectl(["wait", "--for=condition=Established", "crd", "--all", "--timeout=30s"]);
}

/** A kubeconfig file with a token of the account. */
async function account(api: ApiServer, name: "controller" | "speaker"): Promise<string> {
  const token = await api.kubectl(["create", "token", `herald-${name}`, "-n", NAMESPACE]);
  return api.kubeconfigOf(`herald-${name}`, token.trim());
}

export async function startController(api: ApiServer, node: LabNode, args: readonly string[] = []): Promise<Task> {
  const kubeconfig = await account(api, "controller");
  const common = ["--kubeconfig", kubeconfig, "--namespace", NAMESPACE];
  return node.spawn(HERALD, ["controller", ...common, ...args], { name: "controller" });
}

/** On the node of its own name. */
export async function startSpeaker(api: ApiServer, node: LabNode, args: readonly string[] = []): Promise<Task> {
  const kubeconfig = await account(api, "speaker");
  const common = ["--kubeconfig", kubeconfig, "--namespace", NAMESPACE, "--node-name", node.name];
  return node.spawn(HERALD, ["speaker", ...common, ...args], { name: "speaker" });
}
