/** A router with ECMP over three nodes, somebody who speaks for the nodes, and a client whose lost packets are counted. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Lab, restartDaemon, until } from "../lab/index.ts";
import type { LabNode, Task } from "../lab/index.ts";
import { TAGGED, bfdProfile, network, peer, services, stream } from "../interop/manifests.ts";
import type { Manifest } from "../interop/manifests.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const HERALD = join(ROOT, "bin", "herald");
const TRAFFIC = join(import.meta.dirname, "traffic.ts");
const ADDRESS = "10.20.0.1";
const NODES = ["n1", "n2", "n3"] as const;
export type NodeName = (typeof NODES)[number];

export interface Setting {
  readonly speaker: "herald" | "frr";
  /** Milliseconds, three times; absent: no BFD, and the hold time alone notices. */
  readonly interval?: number;
  /** Seconds; 90 where absent. */
  readonly holdTime?: number;
  readonly gracefulRestart?: boolean;
}

/** What a failure did. Milliseconds after it. */
export interface Loss {
  readonly packets: number;
  /** When the last packet was sent that nobody answered; 0: none was lost. */
  readonly last: number;
  /** When the router's kernel had no way by the node any more; absent: it has it still. */
  readonly gone?: number;
}

/** Unix time in milliseconds, finer than Date.now(). */
function now(): number {
  return performance.timeOrigin + performance.now();
}

export class FailoverLab implements AsyncDisposable {
  readonly lab: Lab;
  readonly setting: Setting;
  readonly #speakers = new Map<NodeName, readonly Task[]>();

  private constructor(lab: Lab, setting: Setting) {
    this.lab = lab;
    this.setting = setting;
  }

  /** Up: the router spreads its traffic over three nodes, and all BFD sessions that there are to be are up. */
  static async up(setting: Setting, tell?: (sentence: string) => void): Promise<FailoverLab> {
    const lab = await Lab.up(join(ROOT, "deploy", "clab", "failover.clab.yml"), tell === undefined ? {} : { tell });
    try {
      const one = new FailoverLab(lab, setting);
      await one.#start();
      return one;
    } catch (error) {
      await lab.down();
      throw error;
    }
  }

  node(name: NodeName | "tor" | "client" | "lan"): LabNode {
    return this.lab.node(name);
  }

  /** What speaks for a node. */
  speakers(name: NodeName): readonly Task[] {
    return this.#speakers.get(name) ?? [];
  }

  /** Packets of a node get no further than its own end of the link, whose other end nobody sees go. */
  async cut(name: NodeName): Promise<void> {
    await this.node("lan").exec("ip", ["link", "set", name, "nomaster"]);
  }

  async mend(name: NodeName): Promise<void> {
    await this.node("lan").exec("ip", ["link", "set", name, "master", "lan"]);
  }

  /** What `fail` does to the client and to the router's way by n1, which is waited for no longer than `patience`. */
  async lossBy(fail: () => Promise<void> | void, patience: number): Promise<Loss> {
    const client = this.node("client").spawn(process.execPath, [TRAFFIC, "ask", ADDRESS], { name: "traffic" });
    await until("an answer", () => client.output().includes("answered") || undefined);
    await pause(300);
    const routes = await this.node("tor").watchRoutes();
    const at = now();
    await fail();
    const changed = (): number | undefined => routes.find(new RegExp(`^${ADDRESS} `), at)?.at;
    const gone = await until(
      "n1 to be gone",
      async () => ((await this.#ways()).includes("n1") ? undefined : changed()),
      { timeoutMs: patience },
    ).catch(() => undefined);
    await pause(500);
    await Promise.all([client.stop(), routes.stop()]);
    const { lost } = JSON.parse(client.output().trimEnd().split("\n").at(-1) ?? "") as { lost: readonly number[] };
    // What was under way at the moment itself counts too.
    const after = lost.filter((time) => time >= at - 20);
    return {
      packets: after.length,
      last: after.length === 0 ? 0 : Math.max(...after) - at,
      ...(gone !== undefined && { gone: gone - at }),
    };
  }

  /** The nodes that the router's kernel sends to. */
  async #ways(): Promise<NodeName[]> {
    const routes = await this.node("tor").routes();
    const route = routes.find(({ dst }) => dst === ADDRESS);
    const gateways = [route?.gateway, ...(route?.nexthops ?? []).map(({ gateway }) => gateway)];
    return NODES.filter((_, i) => gateways.includes(`10.0.0.1${i + 1}`));
  }

  async spread(): Promise<void> {
    let last: unknown;
    await until(
      "the router to use all nodes",
      async () => {
        last = await this.#ways();
        return (await this.#ways()).length === NODES.length || undefined;
      },
      { seen: () => `${JSON.stringify(last)} ${this.logs()}`, timeoutMs: 30_000 },
    );
    if (this.setting.interval === undefined) return;
    await until(
      "BFD to be up with all nodes",
      async () => {
        const peers = (await this.node("tor").vtyshJson("show bfd peers json")) as readonly { status: string }[];
        last = peers;
        return (peers.length === NODES.length && peers.every(({ status }) => status === "up")) || undefined;
      },
      { seen: () => `${JSON.stringify(last)} ${this.logs()}` },
    );
  }

  logs(): string {
    return NODES.flatMap((name) => this.speakers(name).map((task) => task.output().slice(-2000))).join("\n");
  }

  down(): Promise<void> {
    return this.lab.down();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.down();
  }

  async #start(): Promise<void> {
    const { interval, holdTime = 90 } = this.setting;
    const profile =
      interval === undefined
        ? []
        : ["bfd", "profile fast", `receive-interval ${interval}`, `transmit-interval ${interval}`, "exit", "exit"];
    const watch = interval === undefined ? [] : ["neighbor nodes bfd", "neighbor nodes bfd profile fast"];
    const times = `neighbor nodes timers ${Math.floor(holdTime / 3)} ${holdTime}`;
    await this.node("tor").vtysh("configure terminal", ...profile, "router bgp 64501", times, ...watch);
    for (const name of NODES) {
      const server = this.node(name).spawn(process.execPath, [TRAFFIC, "serve", ADDRESS], { name: "server" });
      await until("a server to listen", () => server.output().includes("listening") || undefined);
      await this.start(name);
    }
    await this.spread();
    // Polls are over and the slow start is forgotten.
    if (interval !== undefined) await pause(1500);
  }

  /** Starts what speaks for a node. */
  async start(name: NodeName): Promise<void> {
    this.#speakers.set(name, this.setting.speaker === "herald" ? [this.#herald(name)] : await this.#frr(name));
  }

  #herald(name: NodeName): Task {
    const { interval, holdTime, gracefulRestart = true } = this.setting;
    const node = this.node(name);
    // The same one each time: a new run finds what the last one left.
    const folder = join(node.folder, "herald");
    const config = join(folder, "config");
    mkdirSync(config, { recursive: true });
    const times = holdTime === undefined ? {} : { holdTime: `${holdTime}s` };
    const spec = { ...times, enableGracefulRestart: gracefulRestart, ...(interval && { bfdProfile: "fast" }) };
    const speed = { receiveInterval: interval, transmitInterval: interval };
    const profiles = interval === undefined ? [] : [bfdProfile("fast", speed)];
    const own = JSON.parse(JSON.stringify(services(1)).replaceAll('"speaker"', `"${name}"`)) as Manifest[];
    const nodes = [{ apiVersion: "v1", kind: "Node", metadata: { name } }];
    const rest = [...network().filter(({ kind }) => kind !== "Node"), TAGGED];
    const text = stream([...nodes, ...rest, ...profiles, peer({ name: "tor", address: "10.0.0.1", spec }), ...own]);
    writeFileSync(join(config, "all.yaml"), text.replace('"10.20.0.0/24"', `"${ADDRESS}/32"`));
    const folders = ["--config", config, "--state", join(folder, "state")];
    return node.spawn(HERALD, ["run", ...folders, "--node-name", name, "--http", "off", "--log-format", "text"], {
      name: "herald",
    });
  }

  async #frr(name: NodeName): Promise<readonly Task[]> {
    const { interval, holdTime = 90 } = this.setting;
    const node = this.node(name);
    const tasks = [await restartDaemon(node, "bgpd"), await restartDaemon(node, "bfdd")];
    const watch = interval === undefined ? [] : ["neighbor 10.0.0.1 bfd", "neighbor 10.0.0.1 bfd profile fast"];
    const profile = [
      "bfd",
      "profile fast",
      `receive-interval ${interval}`,
      `transmit-interval ${interval}`,
      "exit",
      "exit",
    ];
    const bgp = [
      "router bgp 64500",
      `bgp router-id 10.0.0.1${name.slice(1)}`,
      "no bgp ebgp-requires-policy",
      "no bgp network import-check",
      "neighbor 10.0.0.1 remote-as 64501",
      `neighbor 10.0.0.1 timers ${Math.floor(holdTime / 3)} ${holdTime}`,
      ...watch,
      "address-family ipv4 unicast",
      `network ${ADDRESS}/32`,
    ];
    await node.vtysh("configure terminal", ...(interval === undefined ? [] : profile), ...bgp);
    return tasks;
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
