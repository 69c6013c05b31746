/** A Pod's network namespace: one link to its node, which routes to it. */
import { existsSync } from "node:fs";
import { ipBatch, run } from "../command.ts";

export interface PodNetwork {
  readonly namespace: string;
  /** Of the node's end of the link. */
  readonly link: string;
  /** IPv4, then IPv6. */
  readonly addresses: readonly [string, string];
  /** The node's addresses on that link. */
  readonly gateways: readonly [string, string];
}

/** Pods 2, 3, … of the node whose Pods are in 10.244.N.0/24 and fd00:10:244:N::/64. */
export function podNetwork(prefix: string, node: number, index: number): PodNetwork {
  const [four, six] = [`10.244.${node}`, `fd00:10:244:${node}:`];
  return {
    namespace: `${prefix}-pod${index}`,
    link: `pod${index}`,
    addresses: [`${four}.${index}`, `${six}:${index.toString(16)}`],
    gateways: [`${four}.1`, `${six}:1`],
  };
}

export function exists({ namespace }: PodNetwork): boolean {
  return existsSync(`/run/netns/${namespace}`);
}

/** The processes in it. */
export async function processesOf({ namespace }: PodNetwork): Promise<number[]> {
  const { stdout } = await run("ip", ["netns", "pids", namespace]);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map(Number);
}

/** Runs in the node's namespace. */
export async function addPodNetwork({ namespace, link, addresses, gateways }: PodNetwork): Promise<void> {
  const [four, six] = addresses;
  await ipBatch([`netns add ${namespace}`]);
  await run("ip", ["netns", "exec", namespace, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=0"]);
  await ipBatch([
    `link add ${link} type veth peer name eth0 netns ${namespace}`,
    `link set ${link} up`,
    `address add ${gateways[0]}/32 dev ${link}`,
    `address add ${gateways[1]}/128 dev ${link} nodad`,
    `route add ${four}/32 dev ${link}`,
    `route add ${six}/128 dev ${link}`,
  ]);
  await ipBatch(
    [
      "link set lo up",
      "link set eth0 up",
      `address add ${four}/32 dev eth0`,
      `address add ${six}/128 dev eth0 nodad`,
      `route add ${gateways[0]} dev eth0`,
      `route add default via ${gateways[0]}`,
      `route add ${gateways[1]} dev eth0`,
      `route add default via ${gateways[1]}`,
    ],
    namespace,
  );
}

/** The link goes with it. */
export async function deletePodNetwork({ namespace }: PodNetwork): Promise<void> {
  await ipBatch([`netns delete ${namespace}`]);
}
