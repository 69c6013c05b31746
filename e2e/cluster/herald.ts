/** Herald in a cluster of the lab: what a user installs, run as processes of the nodes with their ServiceAccounts' tokens. */
import { join } from "node:path";
import type { ApiServer, LabNode, Task } from "../lab/index.ts";
import { Cluster, WORKERS, until } from "../lab/index.ts";
import type { WorkerName } from "../lab/index.ts";

export const ROOT = join(import.meta.dirname, "..", "..");
const HERALD = join(ROOT, "bin", "herald");
/** Manifests of MetalLB's users, where they lie beside the checkout. */
export const THEIRS = process.env["HERALD_SAMPLES"] ?? join(ROOT, "../shared/samples/metallb");
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

export async function startController(
  api: ApiServer,
  node: LabNode,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Task> {
  const kubeconfig = await account(api, "controller");
  const common = ["--kubeconfig", kubeconfig, "--namespace", NAMESPACE];
  return node.spawn(HERALD, ["controller", ...common, ...args], { name: "controller", env });
}

/** On the node of its own name. */
export async function startSpeaker(
  api: ApiServer,
  node: LabNode,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Task> {
  const kubeconfig = await account(api, "speaker");
  const common = ["--kubeconfig", kubeconfig, "--namespace", NAMESPACE, "--node-name", node.name];
  return node.spawn(HERALD, ["speaker", ...common, ...args], { name: "speaker", env });
}

/** Both routers as peers, in both families, and two pools. */
const NETWORK = samples("network/peers", "network/pools", "network/advertisements");

function tail(task: Task): string {
  return `${task.log}:\n${task.output().split("\n").slice(-6).join("\n")}`;
}

/** What runs as an agent: Herald from this checkout, unless a test has another. */
interface Starters {
  readonly controller: (api: ApiServer, node: LabNode, args: readonly string[]) => Promise<Task>;
  readonly speaker: (api: ApiServer, node: LabNode, args: readonly string[]) => Promise<Task>;
}

const FROM_SOURCE: Starters = { controller: startController, speaker: startSpeaker };

/** A cluster with Herald's controllers on `control` and a speaker on each worker. */
export class HeraldCluster implements AsyncDisposable {
  readonly cluster: Cluster;
  /** In the order they were started; a killed one stays in it. */
  readonly controllers: Task[] = [];
  readonly speakers = new Map<WorkerName, Task>();

  readonly #start: Starters;

  private constructor(cluster: Cluster, start: Starters) {
    this.cluster = cluster;
    this.#start = start;
  }

  /** `network` is what kubectl is told to apply before Herald starts, peers among it; each router then has `sessions`. */
  static async up(network = NETWORK, sessions = WORKERS.length * 2, start = FROM_SOURCE): Promise<HeraldCluster> {
    const cluster = await Cluster.up();
    try {
      const herald = new HeraldCluster(cluster, start);
      await install(cluster.api);
      await cluster.kubectl(["apply", ...network]);
      await herald.startController();
      await Promise.all(WORKERS.map((name) => herald.startSpeaker(name)));
      for (const router of ["tor1", "tor2"]) await herald.established(router, sessions);
      return herald;
    } catch (error) {
      await cluster.down();
      throw error;
    }
  }

  /** Port 17472 is the first's. */
  async startController(): Promise<Task> {
    const http = ["--http", `127.0.0.1:${17472 + this.controllers.length}`];
    const task = await this.#start.controller(this.cluster.api, this.cluster.node("control"), http);
    this.controllers.push(task);
    return task;
  }

  async startSpeaker(name: WorkerName, args: readonly string[] = []): Promise<Task> {
    const all = ["--http", ":17472", ...args];
    const task = await this.#start.speaker(this.cluster.api, this.cluster.node(name), all);
    this.speakers.set(name, task);
    return task;
  }

  speaker(name: WorkerName): Task {
    const task = this.speakers.get(name);
    if (task === undefined) throw new Error(`${name} has no speaker`);
    return task;
  }

  /** Waits until the router has that many sessions. */
  async established(name: string, sessions: number): Promise<void> {
    const up = async (): Promise<true | undefined> => {
      const summary = await this.cluster.node(name).vtysh("show bgp summary json");
      return (summary.match(/"state":"Established"/g)?.length ?? 0) >= sessions ? true : undefined;
    };
    await until(`${sessions} sessions of ${name}`, up, { timeoutMs: 30_000, seen: () => this.logs() });
  }

  /** The last lines of everybody, for what goes wrong. */
  logs(): string {
    return [...this.controllers, ...this.speakers.values()].map(tail).join("\n");
  }

  /** What `herald why` and others print, run beside the API server with the user's kubeconfig. */
  async herald(...args: readonly string[]): Promise<string> {
    const kubeconfig = ["--kubeconfig", this.cluster.api.kubeconfig()];
    return (await this.cluster.node("control").exec(HERALD, [...args, ...kubeconfig])).stdout;
  }

  /** The Service's addresses, once it has `count`. */
  addresses(service: string, count = 1): Promise<string[]> {
    const path = "jsonpath={range .status.loadBalancer.ingress[*]}{.ip} {end}";
    const ask = async (): Promise<string[] | undefined> => {
      const text = await this.cluster.kubectl(["get", "service", ...service.split("/").flatMap(named), "-o", path]);
      const all = text
        .trim()
        .split(" ")
        .filter((word) => word !== "");
      return all.length === count ? all : undefined;
    };
    return until(`${count} addresses of ${service}`, ask, { seen: () => this.logs() });
  }

  /** The first address of each Service of a namespace that has one, by name. */
  async allAddresses(namespace: string): Promise<Map<string, string>> {
    const path = "jsonpath={range .items[*]}{.metadata.name} {.status.loadBalancer.ingress[0].ip}{'\\n'}{end}";
    const text = await this.cluster.kubectl(["get", "services", "-n", namespace, "-o", path]);
    const rows = text
      .trim()
      .split("\n")
      .map((line) => line.split(" "));
    return new Map(rows.flatMap(([name = "", address = ""]) => (address === "" ? [] : [[name, address] as const])));
  }

  /** Asks until at least so many Services of the namespace have an address. */
  someAddresses(namespace: string, count: number, timeoutMs = 30_000): Promise<Map<string, string>> {
    let last = 0;
    const ask = async (): Promise<Map<string, string> | undefined> => {
      const all = await this.allAddresses(namespace);
      last = all.size;
      return last >= count ? all : undefined;
    };
    const seen = (): string => `${last}\n${this.logs()}`;
    return until(`${count} addresses in ${namespace}`, ask, { timeoutMs, seen });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.cluster.down();
  }
}

/** "name", or "namespace/name" in two words for kubectl. */
function named(word: string, index: number, words: readonly string[]): string[] {
  if (words.length === 1) return [word];
  return index === 0 ? ["-n", word] : [word];
}

/** `-f` and the file of each of config/samples/demo. */
export function samples(...names: readonly string[]): string[] {
  return names.flatMap((name) => ["-f", join(ROOT, "config/samples/demo", `${name}.yaml`)]);
}
