/** The daemons that Herald drives, as the tests need them. */
import { gobgp, gobgpSocket, restartDaemon, startGobgp } from "../lab/index.ts";
import type { LabNode, Task } from "../lab/index.ts";

export interface Driven {
  readonly name: string;
  /** A file of deploy/clab: a daemon without a configuration on the speaker, FRR as the router. */
  readonly topology: string;
  /** Of `herald`. */
  options(node: LabNode): readonly string[];
  /** All that the daemon is configured with, as text. */
  configuration(node: LabNode): Promise<string>;
  task(node: LabNode): Task | undefined;
  /** Kills it and starts it anew, without a configuration. */
  restart(node: LabNode): Promise<void>;
  /** An operator's own instance of this AS, without a neighbour. */
  instance(node: LabNode, asn: number): Promise<void>;
  /** An operator's own neighbour, for both families. */
  neighbor(node: LabNode, address: string, asn: number): Promise<void>;
  /** An operator's own announcement. */
  announce(node: LabNode, prefix: string): Promise<void>;
  withdraw(node: LabNode, prefix: string): Promise<void>;
  /** Somebody takes Herald's neighbour 10.0.0.1 away. */
  meddle(node: LabNode): Promise<void>;
  /** What is said of another AS; none: the daemon can have it. */
  readonly otherAs?: RegExp;
  /** What is said of the operator's own announcement. */
  readonly theirs: RegExp;
  /** What is said where the daemon is not there, and where it hangs. */
  readonly missing: RegExp;
}

const BGP = ["configure terminal", "router bgp 64500", "address-family ipv4 unicast"];

export const frr: Driven = {
  name: "frr",
  topology: "pair-frr-speaker.clab.yml",
  options: ({ folder }) => ["--backend", "frr", "--frr-vty", folder],
  configuration: (node) => node.vtysh("show running-config"),
  task: (node) => node.tasks.findLast(({ log }) => log.endsWith("-bgpd.log")),
  restart: async (node) => void (await restartDaemon(node, "bgpd")),
  instance: async (node, asn) => {
    const lines = ["no bgp network import-check", "no bgp ebgp-requires-policy"];
    await node.vtysh("configure terminal", `router bgp ${asn}`, ...lines);
  },
  neighbor: async (node, address, asn) => {
    const families = [4, 6].flatMap((family) => [
      `address-family ipv${family} unicast`,
      `neighbor ${address} activate`,
    ]);
    const lines = [`neighbor ${address} remote-as ${asn}`, `neighbor ${address} timers connect 1`];
    await node.vtysh("configure terminal", "router bgp 64500", ...lines, ...families);
  },
  announce: async (node, prefix) => void (await node.vtysh(...BGP, `network ${prefix}`)),
  withdraw: async (node, prefix) => void (await node.vtysh(...BGP, `no network ${prefix}`)),
  meddle: async (node) => void (await node.vtysh("configure terminal", "router bgp 64500", "no neighbor 10.0.0.1")),
  otherAs: /bgpd runs as AS 65000, and this peer's myASN is 64500/,
  theirs: /10\.20\.0\.0\/32 is not announced: bgpd has a line \\?"network 10\.20\.0\.0\/32\\?" that is not Herald's/,
  missing: /bgpd\.vty is not there/,
};

export const gobgpd: Driven = {
  name: "gobgp",
  topology: "pair-gobgp-speaker.clab.yml",
  options: (node) => ["--backend", "gobgp", "--gobgp-api", gobgpSocket(node)],
  async configuration(node) {
    const parts = ["global", "neighbor", "policy", "policy neighbor", "policy large-community", "global policy"];
    const texts = await Promise.all(parts.map((part) => gobgp(node, part).catch(() => "")));
    // What is not there and what is empty are the same, and so are a policy's default and none.
    const text = texts.join("\n").replaceAll(/^(?:\s*|Nothing defined yet|\s*Default: \w+)\n/gm, "");
    return text.replaceAll(/ (?:never|[\d:]+) \w+ +\|.*$/gm, "").replaceAll(/ +(?=[ \n])/g, "");
  },
  task: (node) => node.tasks.findLast(({ log }) => log.endsWith("-gobgpd.log")),
  async restart(node) {
    await this.task(node)?.stop("SIGKILL");
    await startGobgp(node);
  },
  instance: async (node, asn) => void (await gobgp(node, `global as ${asn} router-id 10.0.0.11`)),
  neighbor: async (node, address, asn) => {
    await gobgp(node, `neighbor add ${address} as ${asn} family ipv4-unicast,ipv6-unicast`);
  },
  announce: async (node, prefix) => void (await gobgp(node, `global rib add ${prefix}`)),
  withdraw: async (node, prefix) => void (await gobgp(node, `global rib del ${prefix}`)),
  meddle: async (node) => void (await gobgp(node, "neighbor del 10.0.0.1")),
  theirs: /10\.20\.0\.0\/32 is not announced: gobgpd has a path of its own for 10\.20\.0\.0\/32/,
  missing: /gobgpd\.sock is not there/,
};

export const DRIVEN: readonly Driven[] = [frr, gobgpd];
