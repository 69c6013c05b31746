/** What both sides say of a BFD session. */
import { birdc, until } from "../lab/index.ts";
import type { LabNode } from "../lab/index.ts";
import type { Herald } from "../interop/herald.ts";

/** Of `show bfd peers json`; times in milliseconds. */
export interface FrrPeer {
  readonly peer: string;
  readonly multihop: boolean;
  /** Absent: not known before BGP is up. */
  readonly local?: string;
  readonly interface?: string;
  readonly status: string;
  readonly diagnostic: string;
  readonly "remote-diagnostic": string;
  readonly "detect-multiplier": number;
  readonly "remote-detect-multiplier": number;
  readonly "remote-receive-interval": number;
  readonly "remote-transmit-interval": number;
  readonly "remote-echo-receive-interval": number;
}

export async function frrPeers(node: LabNode): Promise<readonly FrrPeer[]> {
  return (await node.vtyshJson("show bfd peers json")) as FrrPeer[];
}

export async function frrPeer(node: LabNode, address: string): Promise<FrrPeer | undefined> {
  return (await frrPeers(node)).find(({ peer }) => peer === address);
}

/** "8.4.4" */
export async function frrVersion(node: LabNode): Promise<string> {
  return /^FRRouting (\S+)/m.exec(await node.vtysh("show version"))?.[1] ?? "unknown";
}

/** FRR watches its neighbors too: 50 ms, three times, unless told otherwise. */
export async function watch(router: LabNode, ...lines: readonly string[]): Promise<void> {
  const profile = ["bfd", "profile fast", "receive-interval 50", "transmit-interval 50", ...lines, "exit", "exit"];
  const neighbors = ["10.0.0.11", "fd00::11"].flatMap((address) => [
    `neighbor ${address} bfd`,
    `neighbor ${address} bfd profile fast`,
  ]);
  await router.vtysh("configure terminal", ...profile, "router bgp 64501", ...neighbors);
}

/** Waits until FRR says that its session with an address has this status. */
export async function frrSays(router: LabNode, address: string, status: string): Promise<FrrPeer> {
  let last: unknown;
  return until(
    `FRR to say that ${address} is ${status}`,
    async () => {
      const peer = await frrPeer(router, address);
      last = peer;
      return peer?.status === status ? peer : undefined;
    },
    { seen: () => JSON.stringify(last) },
  );
}

/**
 * Waits until BGP and BFD are up with these peers, all that FRR has here: where its BFD session was up before BGP, it makes
 * another in its place when BGP comes up, since it knows its own address then.
 */
export async function settled(herald: Herald, router: LabNode, names: readonly string[] = ["router"]): Promise<void> {
  const seen = { seen: () => herald.task.output() };
  const kept = async () => (await frrPeers(router)).filter((peer) => peer.local !== undefined && peer.status === "up");
  await until("FRR to know its address", async () => (await kept()).length === names.length || undefined, seen);
  // FRR may have ended BGP for it.
  const downs = () => herald.task.output().match(/ session down /g)?.length ?? 0;
  await until("the BGP sessions", () => herald.sessions - downs() === names.length || undefined, seen);
  for (const name of names) await inState(herald, name, "Up");
}

/** Of `show bfd sessions`, by address: "Up", "Down", ... */
export async function birdStates(node: LabNode): Promise<ReadonlyMap<string, string>> {
  const rows = (await birdc(node, "show bfd sessions")).matchAll(/^([0-9a-f][0-9a-f.:]*)\s+\S+\s+(\w+)\s/gm);
  return new Map(Array.from(rows, ([, address = "", state = ""]) => [address, state]));
}

/** What `herald bfd peers -o json` says of a peer. */
export interface HeraldPeer {
  readonly peer: string;
  readonly state?: string;
  readonly since?: string;
  readonly reason?: string;
  readonly address?: string;
  readonly multihop?: boolean;
  readonly localDiscriminator?: number;
  readonly diagnostic?: string;
  readonly remoteDiagnostic?: string;
  readonly transmitInterval?: number;
  readonly detectionTime?: number;
  readonly echoInterval?: number;
  readonly counters?: {
    readonly sent: number;
    readonly received: number;
    readonly ups: number;
    readonly downs: number;
    readonly failures: number;
    readonly echoSent: number;
    readonly echoReceived: number;
    readonly dropped: Readonly<Record<string, number>>;
  };
}

export const HTTP = "127.0.0.1:17472";

export async function heraldPeers(herald: Herald): Promise<readonly HeraldPeer[]> {
  return JSON.parse(await herald.run("bfd", "peers", "--http", HTTP, "-o", "json")) as HeraldPeer[];
}

export async function heraldPeer(herald: Herald, name: string): Promise<HeraldPeer> {
  const peer = (await heraldPeers(herald)).find((one) => one.peer === name);
  if (peer === undefined) throw new Error(`herald watches no ${name}`);
  return peer;
}

/** Waits until Herald says that its session with a peer is in this state. */
export async function inState(herald: Herald, name: string, state: string): Promise<HeraldPeer> {
  let last: unknown;
  return until(
    `${name} to be ${state}`,
    async () => {
      const peer = await heraldPeer(herald, name);
      last = peer;
      return peer.state === state ? peer : undefined;
    },
    { seen: () => `${JSON.stringify(last)}\n${herald.task.output()}` },
  );
}
