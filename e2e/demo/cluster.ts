/** Herald on three nodes that share a folder of manifests: a controller, three speakers, and what serves the requests. */
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { until } from "../lab/index.ts";
import type { Lab, LabNode, Task } from "../lab/index.ts";

const ROOT = join(import.meta.dirname, "..", "..");
export const HERALD = join(ROOT, "bin", "herald");
export const NODES = ["n1", "n2", "n3"] as const;
export type NodeName = (typeof NODES)[number];

/** Who answered how often, and what went wrong. */
export interface Answers {
  readonly answers: Readonly<Record<string, number>>;
  readonly failures: readonly string[];
}

/** Unix time in milliseconds, finer than Date.now(). */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

export class Cluster {
  readonly lab: Lab;
  readonly config: string;
  readonly state: string;
  readonly controller: Task;
  readonly speakers: ReadonlyMap<NodeName, Task>;

  /** Starts everything on the lab's nodes, on a copy of the manifests in `samples`; `options` are each speaker's. */
  constructor(lab: Lab, samples: string, options: (node: LabNode) => readonly string[] = () => []) {
    this.lab = lab;
    this.config = join(lab.folder, "config");
    this.state = join(lab.folder, "state");
    cpSync(samples, this.config, { recursive: true });
    mkdirSync(this.state);
    const folders = ["--config", this.config, "--state", this.state, "--log-format", "text"];
    this.controller = lab.node("n1").spawn(HERALD, ["controller", ...folders, "--http", "off"], { name: "controller" });
    this.speakers = new Map(
      NODES.map((name) => {
        const args = ["speaker", "--node-name", name, "--drain-time", "1", ...folders, ...options(lab.node(name))];
        return [name, lab.node(name).spawn(HERALD, args, { name: "speaker" })];
      }),
    );
  }

  /** Puts a manifest in place as editors do, by renaming; answers when (Unix time in milliseconds). */
  write(file: string, text: string): number {
    const path = join(this.config, file);
    writeFileSync(`${path}.new`, text);
    const at = now();
    renameSync(`${path}.new`, path);
    return at;
  }

  read(file: string): string {
    return readFileSync(join(this.config, file), "utf8");
  }

  remove(file: string): void {
    rmSync(join(this.config, file));
  }

  /** The addresses that the controller gave a Service of the namespace default; none yet: empty. */
  addresses(service: string): string[] {
    try {
      const text = readFileSync(join(this.state, "services", "default", `${service}.yaml`), "utf8");
      const { status } = parse(text) as { status?: { loadBalancer?: { ingress?: readonly { ip: string }[] } } };
      return (status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip);
    } catch {
      return [];
    }
  }

  /** Waits until the controller gave each of the Services an address. */
  async allocated(services: readonly string[]): Promise<ReadonlyMap<string, string[]>> {
    return until(
      `addresses of ${services.join(", ")}`,
      () => {
        const all = new Map(services.map((service) => [service, this.addresses(service)]));
        return [...all.values()].every((addresses) => addresses.length > 0) ? all : undefined;
      },
      { seen: () => this.controller.output() },
    );
  }

  /** HTTP servers on the nodes, and the addresses on them: what pods and kube-proxy do in a cluster. */
  async serve(addresses: readonly string[]): Promise<void> {
    const servers = NODES.map((name) => {
      const node = this.lab.node(name);
      return node.spawn(process.execPath, [join(import.meta.dirname, "backend.ts"), name], { name: "backend" });
    });
    await Promise.all(NODES.map((name) => this.accept(name, addresses)));
    for (const server of servers) {
      await until("a back-end to listen", () => server.output().includes("listening") || undefined, {
        seen: () => server.output(),
      });
    }
  }

  /** Lets a node take packets to these addresses. */
  async accept(name: NodeName, addresses: readonly string[]): Promise<void> {
    for (const ip of addresses) {
      await this.lab
        .node(name)
        .exec("ip", ["address", "add", ip.includes(":") ? `${ip}/128` : `${ip}/32`, "dev", "lo"]);
    }
  }

  /** A client behind the routers; `count` 0: until it is stopped. */
  requests(address: string, count: number): { readonly task: Task; readonly answers: Promise<Answers> } {
    const url = `http://${address.includes(":") ? `[${address}]` : address}/`;
    const script = join(import.meta.dirname, "requests.ts");
    const task = this.lab.node("client").spawn(process.execPath, [script, String(count), url], { name: "requests" });
    return {
      task,
      answers: task.ended.then(() => JSON.parse(task.output().trimEnd().split("\n").at(-1) ?? "") as Answers),
    };
  }
}
