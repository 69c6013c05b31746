/** `herald why`: where a Service has its address from, who is told of it, and every reason why not. */
import type { AgentStatus, PeerStatus, RouteStatus, ServiceStatus } from "../http/index.ts";
import { termsText } from "../model/attribute-texts.ts";
import { askStatus } from "./ask.ts";
import type { HttpAddress, WhyArguments } from "./options.ts";
import { lines } from "./sections.ts";
import { Exit, UsageError } from "./system.ts";
import type { System } from "./system.ts";

interface Account {
  readonly texts: readonly string[];
  /** All that was asked for is done. */
  readonly well: boolean;
}

export async function runWhy(name: string, options: WhyArguments, system: System): Promise<Exit> {
  const key = name.includes("/") ? name : `default/${name}`;
  if (!/^[^/]+\/[^/]+$/.test(key)) throw new UsageError(`${name} is no Service; write NAMESPACE/NAME, or NAME`);
  const { http, kubeconfig } = options;
  if (kubeconfig !== undefined) {
    const { runClusterWhy } = await import("./cluster-why.ts");
    return runClusterWhy(key, options, system, (host) => live(key, { ...http, host }, system));
  }
  const status = await askStatus(http, system, key);
  const service = status.services.find((one) => one.service === key);
  if (service === undefined) {
    system.err(`error: the agent knows no Service ${key}\n`);
    return Exit.Problems;
  }
  const { texts, well } = account(service, status);
  system.out(lines(key, texts));
  return well ? Exit.Ok : Exit.Problems;
}

/** What the agent there says of a Service. */
async function live(key: string, http: HttpAddress, system: System): Promise<readonly string[]> {
  const status = await askStatus(http, system, key);
  const service = status.services.find((one) => one.service === key);
  return service === undefined ? [`the agent knows no Service ${key}`] : account(service, status).texts;
}

function account(service: ServiceStatus, status: AgentStatus): Account {
  const parts = [addressing(service), announcing(service, status), problems(service, status)];
  const well = parts.every((part) => part.well);
  // They may be what keeps the Service from all that it asks for.
  const faults = status.problems.filter(
    ({ severity, object }) => severity === "error" && !object.startsWith("Service "),
  );
  const wrong = well ? [] : faults.map(({ text }) => `error: ${text}`);
  return { texts: [...parts.flatMap(({ texts }) => texts), ...wrong], well };
}

function addressing({ type, addresses, pool, pending }: ServiceStatus): Account {
  if (type !== "LoadBalancer") return { texts: [], well: true };
  const from = pool === undefined ? "" : ` of pool ${pool}`;
  const has = addresses.length === 0 ? "no address" : `${addresses.join(", ")}${from}`;
  return { texts: [has, ...(pending === undefined ? [] : [pending])], well: pending === undefined };
}

function announcing(
  { service, peers, reasons }: ServiceStatus,
  { node = "", peers: all, ...status }: AgentStatus,
): Account {
  if (!status.roles.includes("speaker")) {
    return { texts: ["this agent announces nothing; ask a speaker who is told of it"], well: true };
  }
  const routes = status.routes.filter((route) => route.services.includes(service));
  const told = peers.map((name) => {
    return telling(
      name,
      routes.filter(({ peer }) => peer === name),
      all.find(({ peer }) => peer === name),
      node,
    );
  });
  return {
    texts: [...told.flatMap(({ texts }) => texts), ...reasons],
    well: reasons.length === 0 && told.every(({ well }) => well),
  };
}

/** What becomes of the routes for one peer. */
function telling(name: string, routes: readonly RouteStatus[], peer: PeerStatus | undefined, node: string): Account {
  if (peer?.state !== "Established") {
    const why = peer?.lastError === undefined ? "" : `: ${peer.lastError}`;
    return {
      texts: [
        `not yet announced from ${node} to ${name} (${routes.map(routeText).join(", ")}): the session is ${peer?.state ?? "Idle"}${why}`,
      ],
      well: false,
    };
  }
  const unsent = peer.unsent.filter(({ prefix }) => routes.some((route) => route.prefix === prefix));
  const sent = routes.filter(({ prefix }) => !unsent.some((one) => one.prefix === prefix));
  const { since } = peer;
  const up = since === undefined ? "" : `, a session up since ${since}`;
  return {
    texts: [
      ...(sent.length === 0 ? [] : [`announced from ${node} to ${name}: ${sent.map(routeText).join(", ")}${up}`]),
      ...unsent.map(({ prefix, reason }) => `not sent to ${name}: ${prefix}: ${reason}`),
    ],
    well: unsent.length === 0,
  };
}

/** "192.0.2.1/32 with no-export, med 5". */
function routeText(route: RouteStatus): string {
  const carried = [...route.communities, termsText(route)].filter((text) => text !== "").join(", ");
  return carried === "" ? route.prefix : `${route.prefix} with ${carried}`;
}

function problems({ service }: ServiceStatus, status: AgentStatus): Account {
  const own = status.problems.filter(({ object }) => object === `Service ${service}`);
  return {
    texts: own.map(({ severity, text }) => `${severity}: ${text}`),
    well: own.every(({ severity }) => severity === "warning"),
  };
}
