/** One Pod of a node: its namespace, its server, its status. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { KubeClient, KubeObject } from "./client.ts";
import { addPodNetwork, deletePodNetwork, exists, processesOf } from "./pod-network.ts";
import type { PodNetwork } from "./pod-network.ts";

interface Container {
  readonly name: string;
  readonly image: string;
  readonly ports?: readonly { readonly containerPort: number; readonly protocol?: string }[];
  readonly lifecycle?: { readonly preStop?: { readonly sleep?: { readonly seconds: number } } };
}

export interface PodObject extends KubeObject {
  readonly spec: { readonly containers: readonly Container[] };
  readonly status?: {
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** "false" makes a Pod not ready, as a failing probe does. */
const READY = "lab/ready";
const SERVER = join(import.meta.dirname, "pod-server.ts");
const POLL_MS = 50;
const DEFAULT_PORTS = ["80/TCP"];

function end(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself.
  }
}

function wantsReady({ metadata }: PodObject): boolean {
  return metadata.annotations?.[READY] !== "false";
}

/** Whether its Ready condition is what it should be: when a node is away for long, others change it. */
function isTold(pod: PodObject): boolean {
  const ready = pod.status?.conditions?.find(({ type }) => type === "Ready")?.status;
  return (ready === "True") === wantsReady(pod);
}

function serverPorts({ spec }: PodObject): string[] {
  const named = spec.containers.flatMap(({ ports = [] }) =>
    ports.map(({ containerPort, protocol = "TCP" }) => `${containerPort}/${protocol}`),
  );
  return named.length > 0 ? named : DEFAULT_PORTS;
}

/** What a kubelet writes of a Pod that runs. */
function runningStatus(pod: PodObject, hostAddress: string, addresses: readonly string[], started: string): unknown {
  const ready = wantsReady(pod);
  const condition = (type: string, holds: boolean) => ({
    type,
    status: holds ? "True" : "False",
    lastTransitionTime: started,
  });
  return {
    phase: "Running",
    startTime: started,
    hostIP: hostAddress,
    hostIPs: [{ ip: hostAddress }],
    podIP: addresses[0],
    podIPs: addresses.map((ip) => ({ ip })),
    conditions: [
      condition("PodScheduled", true),
      condition("Initialized", true),
      condition("ContainersReady", ready),
      condition("Ready", ready),
    ],
    containerStatuses: pod.spec.containers.map(({ name, image }) => ({
      name,
      image,
      imageID: image,
      ready,
      started: true,
      restartCount: 0,
      state: { running: { startedAt: started } },
    })),
  };
}

export class Pod {
  readonly network: PodNetwork;
  readonly #client: KubeClient;
  readonly #node: { readonly name: string; readonly address: string };
  readonly #started = new Date().toISOString().replace(/\.\d+Z$/, "Z");
  /** One thing at a time: set-up, status, the end. */
  #work: Promise<void> = Promise.resolve();
  #latest: PodObject;
  #end: Promise<void> | undefined;

  constructor(
    client: KubeClient,
    node: { readonly name: string; readonly address: string },
    network: PodNetwork,
    pod: PodObject,
  ) {
    this.#client = client;
    this.#node = node;
    this.network = network;
    this.#latest = pod;
    this.#then(async () => {
      // Pods outlive their kubelet.
      if (!exists(network)) {
        await addPodNetwork(network);
        await this.#serve();
      }
      await this.#tell();
    });
  }

  /** The object changed; answers when it is gone, where it is to go, else undefined. */
  update(pod: PodObject): Promise<void> | undefined {
    this.#latest = pod;
    if (pod.metadata.deletionTimestamp === undefined) this.#then(() => this.#tell());
    else return this.end();
    return undefined;
  }

  /** Ends the server, as gently as the Pod wants it, then the object and the namespace. */
  end(): Promise<void> {
    this.#end ??= this.#then(async () => {
      const { metadata, spec } = this.#latest;
      const sleeps = spec.containers.map(({ lifecycle }) => lifecycle?.preStop?.sleep?.seconds ?? 0);
      const grace = metadata.deletionGracePeriodSeconds ?? 0;
      await pause(Math.min(Math.max(0, ...sleeps), grace) * 1000);
      await this.#stop(grace);
      const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
      const now = { gracePeriodSeconds: 0, preconditions: { uid: metadata.uid } };
      await this.#client.request("DELETE", path, now, [404, 409]);
      await deletePodNetwork(this.network);
    });
    return this.#end;
  }

  #then(step: () => Promise<void>): Promise<void> {
    const done = this.#work.then(step).catch((error: unknown) => {
      const { namespace, name } = this.#latest.metadata;
      process.stderr.write(`Pod ${namespace}/${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    });
    this.#work = done;
    return done;
  }

  async #serve(): Promise<void> {
    const args = [SERVER, this.#latest.metadata.name, this.#node.name, ...serverPorts(this.#latest)];
    const server = spawn("ip", ["netns", "exec", this.network.namespace, process.execPath, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await Promise.race([once(server.stdout, "data"), once(server, "exit")]);
  }

  async #stop(graceSeconds: number): Promise<void> {
    const deadline = performance.now() + graceSeconds * 1000;
    const told = new Set<number>();
    for (;;) {
      const pids = await processesOf(this.network);
      if (pids.length === 0) return;
      const signal = performance.now() < deadline ? "SIGTERM" : "SIGKILL";
      for (const pid of pids) if (signal === "SIGKILL" || !told.has(pid)) end(pid, signal);
      for (const pid of pids) told.add(pid);
      await pause(POLL_MS);
    }
  }

  /** Writes the status, unless it is there. */
  async #tell(): Promise<void> {
    if (isTold(this.#latest) || this.#end !== undefined) return;
    const status = runningStatus(this.#latest, this.#node.address, this.network.addresses, this.#started);
    const { namespace, name } = this.#latest.metadata;
    await this.#client.request("PATCH", `/api/v1/namespaces/${namespace}/pods/${name}/status`, { status }, [404]);
  }
}
