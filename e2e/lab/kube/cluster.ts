/** A Kubernetes cluster in a lab: real control plane and kube-proxy; a stand-in for the kubelet, whose Pods are namespaces. */
import { join } from "node:path";
import { Lab } from "../lab.ts";
import type { LabOptions } from "../lab.ts";
import type { LabNode } from "../node.ts";
import { requireInstalled } from "../requirements.ts";
import type { Task } from "../task.ts";
import { until } from "../until.ts";
import { ApiServer } from "./api-server.ts";
import { kubeBinaries } from "./binaries.ts";
import { startControllers, startProxy, startScheduler } from "./components.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const TOPOLOGY = join(ROOT, "deploy", "clab", "cluster.clab.yml");
/** The topology's name. */
export const CLUSTER = "herald-cluster";
export const WORKERS = ["w1", "w2", "w3"] as const;
export type WorkerName = (typeof WORKERS)[number];

/** Of each worker, as deploy/clab/cluster.clab.yml sets them; the last number also chooses its Pods' addresses. */
const ADDRESSES: Readonly<Record<WorkerName, readonly [string, string, number]>> = {
  w1: ["10.0.0.11", "fd00::11", 1],
  w2: ["10.0.0.12", "fd00::12", 2],
  w3: ["10.0.0.13", "fd00::13", 3],
};

export class Cluster implements AsyncDisposable {
  readonly lab: Lab;
  readonly api: ApiServer;
  #controllers: Task;
  readonly #kubelets = new Map<WorkerName, Task>();
  readonly #proxies = new Map<WorkerName, Task>();

  private constructor(lab: Lab, api: ApiServer) {
    this.lab = lab;
    this.api = api;
    this.#controllers = startControllers(api, lab.node("control"));
  }

  /** Resolves when the nodes are ready and kube-proxy works on each. Whatever fails leaves nothing behind. */
  static async up(options: LabOptions = {}): Promise<Cluster> {
    await kubeBinaries(options.tell);
    await requireInstalled(
      [
        { program: "nft", debian: "nftables" },
        { program: "curl", debian: "curl" },
      ],
      options.tell,
    );
    const lab = await Lab.up(TOPOLOGY, options);
    try {
      const cluster = new Cluster(lab, await ApiServer.start(lab.node("control")));
      await cluster.#start();
      return cluster;
    } catch (error) {
      await lab.down();
      throw error;
    }
  }

  node(name: string): LabNode {
    return this.lab.node(name);
  }

  /** What kubectl prints, as admin. */
  kubectl(args: readonly string[], options: { readonly input?: string } = {}): Promise<string> {
    return this.api.kubectl(args, options);
  }

  /** Applies manifests, as `kubectl apply -f -` does. */
  async apply(manifests: string): Promise<void> {
    await this.kubectl(["apply", "-f", "-"], { input: manifests });
  }

  /** Objects as values: `kubectl get ... -o json`. */
  async get(...args: readonly string[]): Promise<unknown> {
    return JSON.parse(await this.kubectl(["get", ...args, "-o", "json"]));
  }

  /** The stand-in for the kubelet of a worker: when it is killed the node becomes NotReady and its Pods go on. */
  kubelet(name: WorkerName): Task {
    return known(this.#kubelets, name);
  }

  proxy(name: WorkerName): Task {
    return known(this.#proxies, name);
  }

  /** kube-controller-manager. */
  get controllers(): Task {
    return this.#controllers;
  }

  /** Starts it anew after it was killed: it knows nothing of how long nodes have been silent. */
  startControllers(): Task {
    this.#controllers = startControllers(this.api, this.node("control"));
    return this.#controllers;
  }

  /** Leaves the cluster running when this process ends, until `takeDown(CLUSTER)`. */
  keep(): void {
    this.lab.keep();
  }

  down(): Promise<void> {
    return this.lab.down();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.down();
  }

  /** Starts a worker's kubelet, also anew after it was killed. */
  startKubelet(name: WorkerName): Task {
    const node = this.node(name);
    const [address, address6, number] = ADDRESSES[name];
    const script = join(import.meta.dirname, "kubelet.ts");
    const args = [script, this.api.url, name, String(number), address, address6, node.namespace];
    // Named namespaces are mounts: what `ip netns exec` mounts for itself would hide them from everybody else.
    const outside = ["--target", String(process.pid), "--mount", "--", process.execPath, ...args];
    const env = { NODE_EXTRA_CA_CERTS: this.api.ca, KUBE_TOKEN: this.api.token() };
    const task = node.spawn("nsenter", outside, { name: "kubelet", env });
    this.#kubelets.set(name, task);
    return task;
  }

  async #start(): Promise<void> {
    startScheduler(this.api, this.node("control"));
    for (const name of WORKERS) this.startKubelet(name);
    await Promise.all(WORKERS.map((name) => this.#join(name)));
    await this.kubectl(["wait", "--for=condition=Ready", "node", ...WORKERS, "--timeout=30s"]);
    await until("the account of Pods", () => this.kubectl(["get", "serviceaccount", "default"]));
  }

  async #join(name: WorkerName): Promise<void> {
    const kubelet = this.kubelet(name);
    const registered = (): true | undefined => kubelet.output().includes("registered") || undefined;
    await until(`${name} to be registered`, registered, { seen: () => kubelet.output() });
    const proxy = startProxy(this.api, this.node(name));
    this.#proxies.set(name, proxy);
    const seen = (): string => proxy.output().split("\n").slice(-4).join("\n");
    const tables = async (): Promise<true | undefined> => {
      const { stdout } = await this.node(name).exec("nft", ["list", "tables"]);
      return /ip kube-proxy\n/.test(stdout) && /ip6 kube-proxy\n/.test(stdout) ? true : undefined;
    };
    await until(`kube-proxy of ${name} to work`, tables, { timeoutMs: 40_000, seen });
  }
}

function known(tasks: ReadonlyMap<WorkerName, Task>, name: WorkerName): Task {
  const task = tasks.get(name);
  if (task === undefined) throw new Error(`${name} was not started`);
  return task;
}
