/** `herald status` of a cluster: what its API server has, as tables. */
import { bfdOf, viewCluster } from "./cluster-view.ts";
import type { ClusterView } from "./cluster-view.ts";
import type { StatusArguments } from "./options.ts";
import { lines, section } from "./sections.ts";
import { Exit } from "./system.ts";
import type { System } from "./system.ts";

export async function runClusterStatus(options: StatusArguments, system: System): Promise<Exit> {
  const view = await viewCluster(options, system);
  system.out(options.output === "json" ? `${JSON.stringify(plain(view), undefined, 2)}\n` : render(view, options));
  return Exit.Ok;
}

function plain({ addresses, said, ...rest }: ClusterView): unknown {
  return {
    ...rest,
    addresses: Object.fromEntries(addresses),
    announcements: Array.from(said, ([key, each]) => {
      const [node, service] = key.split(" ");
      return { node, service, ...each };
    }),
  };
}

function render(view: ClusterView, { peers, services, routes, problems }: StatusArguments): string {
  const all = ![peers, services, routes, problems].includes(true);
  const { plan } = view;
  const parts: string[] = [];
  if (all) {
    parts.push(`cluster ${view.name}, ${view.nodes.length} nodes\n`);
    const rows = view.agents.map(({ name, result, text }) => [name, result, text.split("\n")[0] ?? ""]);
    parts.push(section("Agents", ["AGENT", "CONFIGURATION", "FIRST ERROR"], rows, "No agent has said a word."));
  }
  if (all || services === true) {
    const header = ["SERVICE", "ADDRESSES", "POOL", "ANNOUNCED FROM", "NOTE"];
    const rows = [...view.addresses.keys()].sort().map((service) => serviceCells(service, view));
    parts.push(section("Services", header, rows, "No Service of type LoadBalancer."));
  }
  const watched = view.nodes.flatMap(({ name }) =>
    bfdOf(view, name).map(({ peer, state, since, text }) => [name, peer, state, since, text]),
  );
  if (peers === true || (all && watched.length > 0)) {
    const header = ["NODE", "PEER", "STATE", "SINCE", "NOTE"];
    parts.push(section("BFD", header, watched, "No peer has a BFD profile."));
  }
  if (peers === true || routes === true) {
    const header = ["NODE", "PEER", "PREFIX", "SERVICES", "COMMUNITIES"];
    const rows = plan.routes.map((route) => [
      route.node,
      route.peer,
      route.prefix,
      route.services.join(", "),
      route.communities.join(", ") || "-",
    ]);
    parts.push(section("Routes", header, rows, "Nothing is announced."));
  }
  if (problems === true || (all && plan.problems.length > 0)) {
    const texts = plan.problems.map(
      ({ severity, object, field, what, fix }) =>
        `${severity}: ${object}${field === "" ? "" : `: ${field}`}: ${what}; ${fix}`,
    );
    parts.push(texts.length > 0 ? lines("Problems", texts) : "Problems\n  None.\n");
  }
  return parts.join("\n");
}

function serviceCells(service: string, { addresses, plan, said, nodes }: ClusterView): string[] {
  const row = plan.addresses.find((each) => each.service === service);
  const from = nodes.map(({ name }) => name).filter((name) => said.has(`${name} ${service}`));
  const untold = from.flatMap((name) => {
    const why = said.get(`${name} ${service}`)?.untold;
    return why === undefined ? [] : [`${name}: ${why}`];
  });
  const reasons = new Set(
    from.length > 0 ? [] : plan.reasons.filter((each) => each.service === service).map(({ text }) => text),
  );
  return [
    service,
    addresses.get(service)?.join(", ") || "-",
    row?.pool ?? "-",
    from.join(", ") || "-",
    [...(row?.pending === undefined ? [] : [row.pending]), ...untold, ...reasons].join("; "),
  ];
}
