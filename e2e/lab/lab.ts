/** A lab: hosts from network namespaces, wired as a containerlab topology says, with the real software in them. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { destroy, guard, keep, labFolder, reap, release } from "./cleanup.ts";
import { ipBatch } from "./command.ts";
import { LabNode } from "./node.ts";
import { newLabId } from "./owner.ts";
import { requirePackages } from "./requirements.ts";
import { softwareOf } from "./software.ts";
import { readTopology } from "./topology.ts";
import type { LinkEnd, Topology } from "./topology.ts";

/** What every host of a lab is set to: a router or a node of a cluster. */
const SYSCTLS: Readonly<Record<string, string>> = {
  "net.ipv4.ip_forward": "1",
  "net.ipv6.conf.all.disable_ipv6": "0",
  "net.ipv6.conf.default.disable_ipv6": "0",
  "net.ipv6.conf.all.forwarding": "1",
  // Addresses are usable at once.
  "net.ipv6.conf.all.accept_dad": "0",
  "net.ipv6.conf.default.accept_dad": "0",
  // Equal-cost paths are chosen by flow, not by destination.
  "net.ipv4.fib_multipath_hash_policy": "1",
  "net.ipv6.fib_multipath_hash_policy": "1",
  "net.ipv4.conf.all.rp_filter": "0",
  "net.ipv4.conf.default.rp_filter": "0",
};

export interface LabOptions {
  /** Told what takes time, in a sentence: the installation of packages. */
  readonly tell?: (sentence: string) => void;
}

export class Lab implements AsyncDisposable {
  readonly id: string;
  readonly topology: Topology;
  /** For files of the lab; goes with it. */
  readonly folder: string;
  readonly #nodes = new Map<string, LabNode>();

  private constructor(topology: Topology) {
    this.id = newLabId();
    this.topology = topology;
    this.folder = labFolder(this.id);
  }

  /** Builds the lab of a topology file and waits until its routers answer. Whatever fails leaves nothing behind. */
  static async up(file: string, options: LabOptions = {}): Promise<Lab> {
    const topology = readTopology(file);
    await requirePackages(topology, options.tell);
    reap();
    const lab = new Lab(topology);
    const ending = guard(lab.id);
    try {
      await lab.#build(ending);
    } catch (error) {
      await lab.down();
      throw error;
    }
    return lab;
  }

  node(name: string): LabNode {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new Error(`lab ${this.topology.name} has no node ${name}`);
    return node;
  }

  get nodes(): readonly LabNode[] {
    return [...this.#nodes.values()];
  }

  /** Ends every process and removes every trace. */
  async down(): Promise<void> {
    destroy(this.id);
    release(this.id);
    await Promise.all(this.nodes.flatMap(({ tasks }) => tasks.map(({ ended }) => ended)));
  }

  /** Leaves the lab running when this process ends; `takeDown(name)` of its topology's name ends it. */
  keep(): void {
    keep(this.id, this.topology.name);
    for (const node of this.nodes) for (const task of node.tasks) task.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.down();
  }

  async #build(ending: AbortSignal): Promise<void> {
    mkdirSync(this.folder, { mode: 0o755 });
    for (const spec of this.topology.nodes) {
      const folder = join(this.folder, spec.name);
      mkdirSync(folder, { mode: 0o755 });
      this.#nodes.set(spec.name, new LabNode(spec, `${this.id}-${spec.name}`, folder, ending));
    }
    await ipBatch(this.nodes.map(({ namespace }) => `netns add ${namespace}`));
    await Promise.all(this.nodes.map((node) => this.#prepare(node)));
    await ipBatch(this.topology.links.map(([a, b]) => this.#link(a, b)));
    await Promise.all(this.nodes.map((node) => this.#configure(node)));
  }

  async #prepare(node: LabNode): Promise<void> {
    const settings = Object.entries({ ...SYSCTLS, ...node.spec.sysctls }).map(([key, value]) => `${key}=${value}`);
    await node.exec("sysctl", ["-q", "-w", ...settings]);
    await ipBatch(["link set lo up"], node.namespace);
    if (isBridge(node)) {
      await ipBatch([`link add ${node.name} type bridge`, `link set ${node.name} up`], node.namespace);
    }
  }

  #link(a: LinkEnd, b: LinkEnd): string {
    const end = (one: LinkEnd): string => `name ${one.interface} netns ${this.node(one.node).namespace}`;
    return `link add ${end(a)} type veth peer ${end(b)}`;
  }

  async #configure(node: LabNode): Promise<void> {
    const ends = this.topology.links.flat().filter((end) => end.node === node.name);
    const master = isBridge(node) ? [`master ${node.name}`] : [];
    await ipBatch(
      ends.map((end) => ["link set", end.interface, ...master, "up"].join(" ")),
      node.namespace,
    );
    for (const [command = "", ...args] of node.spec.exec) await node.exec(command, args);
    await softwareOf(node.spec.image)?.start(node);
  }
}

function isBridge(node: LabNode): boolean {
  return node.spec.kind !== "linux";
}
