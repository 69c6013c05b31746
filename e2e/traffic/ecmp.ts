/** Two nodes that share the traffic of a client, with every packet counted at both ends. */
import { join } from "node:path";
import type { Test } from "tap";
import { Herald } from "../interop/herald.ts";
import type { HeraldOptions } from "../interop/herald.ts";
import type { PeerOptions } from "../interop/manifests.ts";
import { Lab, until } from "../lab/index.ts";
import type { LabNode } from "../lab/index.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const ADDRESS = "10.20.0.0";
const RATE = 1000;

export interface Node {
  readonly node: LabNode;
  readonly herald: Herald;
  readonly peer: PeerOptions;
}

export interface Ecmp {
  readonly router: LabNode;
  readonly nodes: readonly [Node, Node];
}

/** Packets sent, and those of them that came to no node. */
export interface Traffic {
  readonly sent: number;
  readonly lost: number;
  /** What each node got. */
  readonly got: readonly number[];
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** A counter of UDP from /proc/net/snmp, which is the namespace's own. */
async function udp(node: LabNode, counter: "OutDatagrams" | "NoPorts"): Promise<number> {
  const { stdout } = await node.exec("cat", ["/proc/net/snmp"]);
  const [names = [], values = []] = stdout
    .split("\n")
    .filter((line) => line.startsWith("Udp:"))
    .map((line) => line.split(" "));
  return Number(values[names.indexOf(counter)]);
}

/** How many ways the router has to the Service. */
export async function ways(router: LabNode): Promise<number> {
  const route = (await router.routes()).find(({ dst }) => dst === ADDRESS);
  return route === undefined ? 0 : (route.nexthops?.length ?? 1);
}

/** Starts an agent on each node; resolves when the router sends to both. */
export async function ecmp(t: Test, spec: object, options: HeraldOptions = {}): Promise<Ecmp & { client: LabNode }> {
  const lab = await Lab.up(join(ROOT, "deploy", "clab", "ecmp.clab.yml"), { tell: (sentence) => t.comment(sentence) });
  t.teardown(() => lab.down());
  const start = (name: string, link: string): Node => {
    const peer = { name: "router", address: `${link}.1`, spec };
    const addresses = { ipv4: `${link}.11` };
    const node = lab.node(name);
    return { node, peer, herald: new Herald(node, [peer], 1, { onStop: "auto", addresses, ...options }) };
  };
  const nodes = [start("n1", "10.0.1"), start("n2", "10.0.2")] as const;
  const router = lab.node("router");
  await until("two ways to the Service", async () => ((await ways(router)) === 2 ? true : undefined), {
    seen: () => nodes.map(({ herald }) => herald.task.output()).join("\n"),
  });
  return { client: lab.node("client"), router, nodes };
}

/** Sends while `act` runs, and a second before and after it. */
export async function traffic(
  { client, nodes }: Ecmp & { client: LabNode },
  act: () => Promise<void>,
): Promise<Traffic> {
  const counts = (): Promise<readonly [number, ...number[]]> =>
    Promise.all([udp(client, "OutDatagrams"), ...nodes.map(({ node }) => udp(node, "NoPorts"))]);
  const [sentBefore, ...gotBefore] = await counts();
  const sender = client.spawn(process.execPath, [join(import.meta.dirname, "send.ts"), ADDRESS, String(RATE)]);
  await until("the client to send", () => sender.output().includes("sending") || undefined);
  await pause(1000);
  await act();
  await pause(1000);
  await sender.stop();
  await pause(100);
  const [sentAfter, ...gotAfter] = await counts();
  const sent = sentAfter - sentBefore;
  const got = gotAfter.map((count, index) => count - (gotBefore[index] ?? 0));
  return { sent, lost: sent - got.reduce((sum, one) => sum + one, 0), got };
}
