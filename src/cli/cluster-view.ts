/** A cluster at one moment: what is decided, what its agents say of it, and what is between the two. */
import { formatAddress } from "../model/address.ts";
import { textAt, at } from "../status/kubernetes/index.ts";
import { World } from "../world.ts";
import { planOffline } from "./offline.ts";
import type { PlanReport } from "./offline.ts";
import type { ClusterArguments } from "./options.ts";
import { UsageError } from "./system.ts";
import type { System } from "./system.ts";
import { clusterOf } from "./where.ts";

/** What a speaker says of a Service. */
interface Said {
  readonly peers: readonly string[];
  /** Absent: all of them have it. */
  readonly untold?: string;
}

interface AgentSaid {
  readonly name: string;
  readonly result: string;
  readonly text: string;
  /** Of each peer with a BFD profile. */
  readonly bfd: readonly BfdSaid[];
}

interface BfdSaid {
  readonly peer: string;
  readonly up: boolean;
  /** "Up", "Init", "Down", "AdminDown", "NoSession". */
  readonly state: string;
  readonly since: string;
  readonly text: string;
}

const BFD_TYPE = /^(.+)\/BFDUp$/;

export interface ClusterView {
  readonly name: string;
  /** What is decided, by the same rules as in the agents. */
  readonly plan: PlanReport;
  /** The addresses in the status of each Service of type LoadBalancer. */
  readonly addresses: ReadonlyMap<string, readonly string[]>;
  readonly nodes: readonly { readonly name: string; readonly address?: string }[];
  /** By node and Service: "w1 shop/web". */
  readonly said: ReadonlyMap<string, Said>;
  readonly agents: readonly AgentSaid[];
}

export async function viewCluster(options: ClusterArguments, system: System): Promise<ClusterView> {
  const { lbClass } = options;
  const where = clusterOf(options, system);
  if (where === undefined) throw new UsageError("name the cluster with --kubeconfig");
  const look = await system.look(where);
  const plan = planOffline(look.events, {
    supports: await system.features("native"),
    ignoreExcludeLabel: false,
    secrets: "unseen",
    complete: true,
    ...(lbClass === undefined ? {} : { loadBalancerClass: lbClass }),
  });
  const world = new World({ secrets: "unseen" });
  for (const event of look.events) world.apply(event);
  return {
    name: look.name,
    plan,
    addresses: new Map(Array.from(world.services.values(), ({ key, ingress }) => [key, ingress.map(formatAddress)])),
    nodes: Array.from(world.nodes.values(), ({ name, addresses: [address] }) => ({
      name,
      ...(address === undefined ? {} : { address: formatAddress(address) }),
    })),
    said: new Map(look.announcements.map(saidIn)),
    agents: look.states.map(agentIn).sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

function saidIn(object: unknown): readonly [string, Said] {
  const [node = "", namespace = "", name = ""] = ["node", "serviceNamespace", "serviceName"].map((field) =>
    textAt(object, "status", field),
  );
  const peers = at(object, "status", "peers");
  const condition = at(object, "status", "conditions", 0);
  const untold = textAt(condition, "status") === "False" ? textAt(condition, "message") : undefined;
  return [
    `${node} ${namespace}/${name}`,
    {
      peers: Array.isArray(peers) ? peers.map(String) : [],
      ...(untold === undefined ? {} : { untold }),
    },
  ];
}

function agentIn(object: unknown): AgentSaid {
  return {
    name: textAt(object, "metadata", "name") ?? "",
    result: textAt(object, "status", "result") ?? "Unknown",
    text: textAt(object, "status", "errorSummary") ?? "",
    bfd: bfdIn(at(object, "status", "conditions")),
  };
}

function bfdIn(conditions: unknown): BfdSaid[] {
  const all: readonly unknown[] = Array.isArray(conditions) ? conditions : [];
  return all.flatMap((condition) => {
    const text = (field: string): string => textAt(condition, field) ?? "";
    const [, peer] = BFD_TYPE.exec(text("type")) ?? [];
    if (peer === undefined) return [];
    const [state, since] = [text("reason"), text("lastTransitionTime")];
    return [{ peer, up: text("status") === "True", state, since, text: text("message") }];
  });
}

/** What the speaker of a node says of its peers. */
export function bfdOf({ agents }: Pick<ClusterView, "agents">, node: string): readonly BfdSaid[] {
  return agents.find(({ name }) => name === `speaker-${node}`)?.bfd ?? [];
}
