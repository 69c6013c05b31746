/** `herald why` of a cluster: by what its API server has, and no agent need be asked. */
import { REASON_REMEDIES } from "../model/remedies.ts";
import { bfdOf, viewCluster } from "./cluster-view.ts";
import { problemLine } from "./render.ts";
import type { ClusterView } from "./cluster-view.ts";
import type { WhyArguments } from "./options.ts";
import { lines } from "./sections.ts";
import { Exit } from "./system.ts";
import type { System } from "./system.ts";

interface Account {
  readonly texts: readonly string[];
  readonly well: boolean;
}

/** `live`: tells what an agent of a node says. */
export async function runClusterWhy(
  service: string,
  options: WhyArguments,
  system: System,
  live: (address: string) => Promise<readonly string[]>,
): Promise<Exit> {
  const view = await viewCluster(options, system);
  if (!view.addresses.has(service)) {
    system.err(`error: ${view.name} has no Service ${service} of type LoadBalancer\n`);
    return Exit.Problems;
  }
  const { texts, well } = account(service, view);
  system.out(lines(service, texts));
  if (options.live === true) await askNodes(view, system, live);
  return well ? Exit.Ok : Exit.Problems;
}

/** What is decided, what is written, and who announces it. */
export function account(service: string, view: ClusterView): Account {
  const parts = [addressing(service, view), ...view.nodes.map(({ name }) => announcing(service, name, view))];
  const problems = view.plan.problems.filter(({ object }) => object === `Service ${service}`);
  const told = parts.some(({ told }) => told);
  const well = told && parts.every(({ well }) => well) && problems.every(({ severity }) => severity !== "error");
  return {
    texts: [
      ...parts.flatMap(({ texts }) => texts),
      ...(told ? [] : remedies(service, view)),
      ...problems.map(({ severity, field, what, fix }) => `${severity}: ${field}: ${what}; ${fix}`),
      ...(well ? [] : faults(view)),
    ],
    well,
  };
}

/** What is wrong with the configuration: it may be what keeps the Service from all that it asks for. */
function faults({ plan }: ClusterView): string[] {
  const wrong = plan.problems.filter(({ severity, object }) => severity === "error" && !object.startsWith("Service "));
  return wrong.map(problemLine);
}

/** What to do where nobody has it, for each sort of reason. */
function remedies(service: string, { plan }: ClusterView): string[] {
  const codes = plan.reasons.filter((reason) => reason.service === service).map(({ code }) => code);
  return Array.from(new Set(codes), (code) => `what to do: ${REASON_REMEDIES[code]}`);
}

interface Part extends Account {
  /** Some peer has it. */
  readonly told: boolean;
}

function addressing(service: string, { addresses, plan }: ClusterView): Part {
  const has = addresses.get(service) ?? [];
  const row = plan.addresses.find((each) => each.service === service);
  const from = row?.pool === undefined || has.length === 0 ? "" : ` of pool ${row.pool}`;
  const texts = [has.length === 0 ? "no address" : `${has.join(", ")}${from}`];
  if (row === undefined) {
    texts.push("it is of another load balancer's class");
    return { texts, well: false, told: false };
  }
  if (row.pending !== undefined) texts.push(row.pending);
  const unwritten = row.addresses.filter((address) => !has.includes(address));
  if (unwritten.length > 0) {
    texts.push(`${unwritten.join(", ")} is decided and not written yet: is a controller running?`);
  }
  return { texts, well: row.pending === undefined && unwritten.length === 0, told: false };
}

function announcing(service: string, node: string, view: ClusterView): Part {
  const { plan, said } = view;
  const routes = plan.routes.filter((route) => route.node === node && route.services.includes(service));
  const reasons = plan.reasons.filter(
    // Why it has no address is already said.
    (reason) => reason.node === node && reason.service === service && reason.code !== "noIPAllocated",
  );
  const why = reasons.map(({ text }) => (text.includes(node) ? text : `${node}: ${text}`));
  if (routes.length === 0) return { texts: why, well: true, told: false };
  const prefixes = [...Map.groupBy(routes, ({ peer }) => peer)].map(
    ([peer, each]) => `${peer}: ${each.map(({ prefix }) => prefix).join(", ")}`,
  );
  const status = said.get(`${node} ${service}`);
  if (status === undefined) {
    const text = `not yet announced from ${node} to ${prefixes.join("; ")}: no speaker of ${node} says so; is one running?`;
    return { texts: [text, ...why], well: false, told: false };
  }
  const untold = status.untold === undefined ? [] : [`not told from ${node}: ${status.untold}`];
  const all = untold.length === 0;
  const down = bfdOf(view, node)
    .filter(({ peer, up }) => !up && routes.some((route) => route.peer === peer))
    .map(({ peer, text }) => `BFD of ${node} with ${peer} is not up: ${text}`);
  return {
    texts: [
      `${all ? "announced" : "to be announced"} from ${node} to ${prefixes.join("; ")}`,
      ...untold,
      ...down,
      ...why,
    ],
    well: all,
    told: all,
  };
}

async function askNodes(
  { nodes }: ClusterView,
  system: System,
  live: (address: string) => Promise<readonly string[]>,
): Promise<void> {
  for (const { name, address } of nodes) {
    const texts =
      address === undefined
        ? ["has no InternalIP by which to ask its agent"]
        : await live(address).catch((error: unknown) => [error instanceof Error ? error.message : String(error)]);
    system.out(lines(`${name} says`, texts));
  }
}
