/** What every part of the cluster bench stands on: the cluster's topology with a real API server, and a sink on tor2. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { NAMESPACE, install } from "../../../e2e/cluster/herald.ts";
import { ApiServer, Lab, until } from "../../../e2e/lab/index.ts";
import type { LabNode, Task } from "../../../e2e/lab/index.ts";
import type { Done, Step } from "./load.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const SINK = { address: "10.0.0.2", port: 11_790 };
export const NODES = ["w1", "w2", "w3"] as const;
export const ADDRESS_OF: ReadonlyMap<string, string> = new Map(
  NODES.map((name, index) => [name, `10.0.0.1${index + 1}`]),
);

/** What the sink heard: of whom, what, when in Unix milliseconds. */
export interface Heard {
  readonly at: number;
  readonly node: string;
  readonly what: "+" | "-" | "end";
  /** Empty for End-of-RIB. */
  readonly prefix: string;
}

function node(name: string, address: string): unknown {
  const status = {
    addresses: [{ type: "InternalIP", address }],
    conditions: [{ type: "Ready", status: "True", reason: "Bench", message: "there is no kubelet here" }],
  };
  return { apiVersion: "v1", kind: "Node", metadata: { name, labels: { "kubernetes.io/hostname": name } }, status };
}

function custom(version: string, kind: string, name: string, spec: unknown): unknown {
  return { apiVersion: `metallb.io/${version}`, kind, metadata: { name, namespace: NAMESPACE }, spec };
}

/** One pool of 65,536 addresses, announced to tor1's FRR and to the sink. */
function configuration(): unknown[] {
  const peer = { myASN: 64500, peerASN: 64501 };
  return [
    custom("v1beta1", "IPAddressPool", "bench", { addresses: ["172.16.0.0/16"] }),
    custom("v1beta1", "BGPAdvertisement", "bench", {}),
    custom("v1beta2", "BGPPeer", "tor1", { ...peer, peerAddress: "10.0.0.1" }),
    custom("v1beta2", "BGPPeer", "sink", { ...peer, peerAddress: SINK.address, peerPort: SINK.port }),
  ];
}

export class World implements AsyncDisposable {
  readonly lab: Lab;
  readonly api: ApiServer;
  readonly #sink: Task;

  private constructor(lab: Lab, api: ApiServer, sink: Task) {
    this.lab = lab;
    this.api = api;
    this.#sink = sink;
  }

  static async up(): Promise<World> {
    const lab = await Lab.up(join(ROOT, "deploy/clab/cluster.clab.yml"));
    try {
      const api = await ApiServer.start(lab.node("control"));
      await install(api);
      const objects = [...[...ADDRESS_OF].map(([name, address]) => node(name, address)), ...configuration()];
      const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
      await api.kubectl(["create", "-f", "-"], { input });
      const args = [join(import.meta.dirname, "sink.ts"), SINK.address, String(SINK.port)];
      const sink = lab.node("tor2").spawn(process.execPath, args, { name: "sink" });
      await until("the sink to listen", () => sink.output().includes("listening") || undefined);
      return new World(lab, api, sink);
    } catch (error) {
      await lab.down();
      throw error;
    }
  }

  node(name: string): LabNode {
    return this.lab.node(name);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.lab.down();
  }

  /** Starts a program of this folder beside the API server. */
  spawn(script: string, args: readonly string[] = []): Task {
    const all = [join(import.meta.dirname, script), this.api.url, ...args];
    const env = { NODE_EXTRA_CA_CERTS: this.api.ca, KUBE_TOKEN: this.api.token() };
    return this.node("control").spawn(process.execPath, all, { name: script, env });
  }

  /** Does the steps, one after the other. */
  async load(...steps: readonly Step[]): Promise<Done[][]> {
    const task = this.spawn("load.ts", [JSON.stringify(steps)]);
    const code = await task.ended;
    if (code !== 0) throw new Error(`the load ended with ${code}: ${task.output()}`);
    return JSON.parse(task.output()) as Done[][];
  }

  /** All that the sink heard since a time. */
  heard(since: number): Heard[] {
    const names = new Map([...ADDRESS_OF].map(([name, address]) => [address, name]));
    return readFileSync(this.#sink.log, "utf8")
      .split("\n")
      .flatMap((line) => {
        const [time = "", peer = "", what = "", prefix = ""] = line.split(" ");
        const at = Number(time);
        if (!(at >= since) || (what !== "+" && what !== "-" && what !== "end")) return [];
        return [{ at, node: names.get(peer) ?? peer, what, prefix }];
      });
  }

  /** Host routes by Service, as their status says. */
  async routes(): Promise<Map<string, string>> {
    const path = "jsonpath={range .items[*]}{.metadata.name} {.status.loadBalancer.ingress[0].ip}{'\\n'}{end}";
    const lines = (await this.api.kubectl(["get", "services", "-n", "default", "-o", path])).trim().split("\n");
    return new Map(
      lines.flatMap((line) => {
        const [name = "", address = ""] = line.split(" ");
        return address === "" ? [] : [[name, `${address}/32`] as const];
      }),
    );
  }

  /** Calls that the API server answered so far, by "VERB resource/subresource". */
  async calls(): Promise<Map<string, number>> {
    const text = await this.api.kubectl(["get", "--raw", "/metrics"]);
    const calls = new Map<string, number>();
    for (const [, labels = "", value = ""] of text.matchAll(/^apiserver_request_total\{(.*)\} (\S+)$/gm)) {
      const label = (name: string): string => new RegExp(`\\b${name}="([^"]*)"`).exec(labels)?.[1] ?? "";
      const resource = [label("resource"), label("subresource")].filter((part) => part !== "").join("/");
      const key = `${label("verb")} ${resource}`;
      calls.set(key, (calls.get(key) ?? 0) + Number(value));
    }
    return calls;
  }
}
