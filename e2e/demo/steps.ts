/** The demo's acts, in their order. */
import { until } from "../lab/index.ts";
import type { Capture, Lab } from "../lab/index.ts";
import { HERALD, NODES, now } from "./cluster.ts";
import type { NodeName } from "./cluster.ts";
import { crash } from "./crash.ts";
import { ROUTERS, converged, kernelRoute, pathsOf, summary } from "./routers.ts";
import type { Expected } from "./routers.ts";
import type { Scene } from "./scene.ts";

/** Addresses by Service. */
type Services = ReadonlyMap<string, readonly string[]>;

const PUBLIC = "64500:100";
const PRIVATE = "64500:200 no-export";
const SAMPLES: Readonly<Record<string, { readonly nodes: readonly NodeName[]; readonly communities: string }>> = {
  web: { nodes: NODES, communities: PUBLIC },
  api: { nodes: ["n1", "n2"], communities: PUBLIC },
  dashboard: { nodes: NODES, communities: PRIVATE },
  "dns-tcp": { nodes: NODES, communities: PRIVATE },
  "dns-udp": { nodes: NODES, communities: PRIVATE },
};

/** What the routers should have; an address that Services share counts once. */
function expectedRoutes(services: Services, changed: Partial<typeof SAMPLES> = {}): Expected[] {
  const all = [...services].flatMap(([service, addresses]) => {
    const sample = changed[service] ?? SAMPLES[service];
    return sample === undefined ? [] : addresses.map((address) => ({ address, ...sample }));
  });
  return [...new Map(all.map((route) => [route.address, route])).values()];
}

function logs({ cluster }: Scene): string {
  const tails = [cluster.controller, ...cluster.speakers.values()].map((task) => {
    const lines = task.output().trimEnd().split("\n").slice(-8);
    return [`${task.log}:`, ...lines].join("\n  ");
  });
  return tails.join("\n");
}

/** Milliseconds for people. */
function ms(milliseconds: number): string {
  return `${milliseconds < 100 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}

/** From starting Herald to the routers' tables. */
export async function announce(scene: Scene): Promise<Services> {
  const { lab, cluster, story } = scene;
  const started = now();
  story.chapter("Herald: a controller, and a speaker on each node, on a folder of manifests");
  story.say(
    "The manifests are those of config/samples/demo, as they are written for MetalLB. The controller hands out addresses:",
  );
  const services = await cluster.allocated(Object.keys(SAMPLES));
  story.table(
    ["Service", "address"],
    [...services].map(([service, addresses]) => [service, addresses.join(", ")]),
  );
  const addresses = expectedRoutes(services).map(({ address }) => address);
  story.expect("two Services share 10.20.0.53", addresses.filter((address) => address === "10.20.0.53").length === 1);
  const tables = await converged(lab, expectedRoutes(services), () => logs(scene));
  story.chapter("The routers: what they learned over BGP");
  story.say(`${ms(now() - started)} after Herald was started both have every route. tor1 says (show bgp ... json):`);
  const rows = [...summary(tables.get("tor1") ?? [])];
  story.table(
    ["prefix", "next hops", "communities"],
    rows.map(([prefix, { nextHops, communities }]) => [prefix, nextHops, communities]),
  );
  story.expect("both routers have these routes and no other", true);
  story.expect("externalTrafficPolicy Local: api comes from n1 and n2 only, where its endpoints are", true);
  const [api = ""] = services.get("api") ?? [];
  const [web = ""] = services.get("web") ?? [];
  story.say("", `Its kernel spreads the flows (ip route show):`);
  const route = await until("the kernel's route", async () => {
    const text = await kernelRoute(lab, "tor1", web);
    return text.match(/nexthop/g)?.length === NODES.length ? text : undefined;
  });
  story.show(route);
  story.show(await kernelRoute(lab, "tor1", api));
  return services;
}

/** A client's requests through the routers. */
export async function serve({ cluster, story }: Scene, services: Services): Promise<void> {
  story.chapter("The client: who answers");
  story.say(
    "In place of pods an HTTP server on each node answers with the node's name. In place of kube-proxy the demo puts the",
    "Services' addresses on the nodes' loopback devices. The way there, routes and ECMP, is all real.",
    "",
  );
  const addresses = [...new Set([...services.values()].flat())];
  await cluster.serve(addresses);
  for (const [service, nodes] of [
    ["web", NODES],
    ["api", ["n1", "n2"]],
    ["dashboard", NODES],
  ] as const) {
    for (const address of services.get(service) ?? []) {
      const { answers, failures } = await cluster.requests(address, 60).answers;
      const who = Object.keys(answers).sort();
      const counts = who.map((name) => `${name} ${answers[name]}`).join(", ");
      story.say(
        `60 requests to ${service}, ${address}: ${counts}${failures.length > 0 ? `; failed: ${failures[0]}` : ""}`,
      );
      story.expect(
        `${who.length} of ${nodes.length} nodes share them, none fails`,
        who.join() === nodes.join() && failures.length === 0,
      );
    }
  }
}

/** The last endpoint of a node goes. */
export async function withdraw(scene: Scene, services: Services): Promise<void> {
  const { lab, cluster, story } = scene;
  const [address = ""] = services.get("api") ?? [];
  story.chapter("The last endpoint of api on n2 goes");
  story.say(
    `A client asks ${address} all the time; its EndpointSlice is edited; each router says when n2's route went.`,
  );
  const watches = await Promise.all(ROUTERS.map((router) => watch(lab, router)));
  const client = cluster.requests(address, 0);
  await until("an answer", () => client.task.output().includes("answered") || undefined);
  const file = "services/api-endpoints.yaml";
  const text = cluster.read(file);
  const at = cluster.write(file, text.slice(0, text.lastIndexOf("  - addresses:")));
  await converged(lab, expectedRoutes(services, { api: { nodes: ["n1"], communities: PUBLIC } }), () => logs(scene));
  const prefix = address.replaceAll(".", String.raw`\.`);
  const rows: string[][] = [];
  for (const { router, packets, routes } of watches) {
    const update = await seen(
      packets,
      new RegExp(String.raw`10\.0\.0\.12\.\d+ >.*Withdrawn routes:.*\b${prefix}/32`),
      at,
    );
    const kernel = await seen(routes, new RegExp(`^(?:Deleted )?${prefix} `), at);
    rows.push([router, ms(update - at), ms(kernel - at)]);
  }
  story.table(["after the edit", "n2's withdrawal came in (tcpdump)", "the kernel's route changed (ip monitor)"], rows);
  story.say("FRR itself gathers changes for 50 ms before it tells the kernel.");
  await Promise.all(watches.flatMap(({ packets, routes }) => [packets.stop(), routes.stop()]));
  const after = await cluster.requests(address, 30).answers;
  await client.task.stop();
  const { answers, failures } = await client.answers;
  const asked = Object.values(answers).reduce((sum, count) => sum + count, 0) + failures.length;
  story.say(`Of ${asked} requests meanwhile ${failures.length} failed.`);
  story.expect(
    "at most the requests under way when the two routers moved the path were cut",
    failures.length <= ROUTERS.length,
  );
  story.expect("n1 alone answers now", Object.keys(after.answers).join() === "n1" && after.failures.length === 0);
}

async function watch(lab: Lab, router: (typeof ROUTERS)[number]) {
  const node = lab.node(router);
  return { router, packets: await node.tcpdump("tcp port 179", "lan"), routes: await node.watchRoutes() };
}

/** When it was seen, Unix time in milliseconds. */
async function seen(capture: Capture, pattern: RegExp, since: number): Promise<number> {
  const found = await until(pattern.source, () => capture.find(pattern, since));
  return found.at;
}

const OTHERS = ["n1", "n3"] as const;

/** n2 crashes, and is back. */
export async function failNode(scene: Scene, services: Services): Promise<void> {
  const [address = ""] = services.get("web") ?? [];
  const api = { api: { nodes: ["n1"] as const, communities: PUBLIC } };
  const left = Object.entries(SAMPLES).map(([service, sample]) => [service, { ...sample, nodes: OTHERS }]);
  const without = { ...(Object.fromEntries(left) as typeof SAMPLES), ...api };
  const expect = (changed: Partial<typeof SAMPLES>) => () =>
    converged(scene.lab, expectedRoutes(services, changed), () => logs(scene));
  await crash(scene, "n2", address, expect(without), expect(api));
}

const BROKEN = `apiVersion: metallb.io/v1beta1
kind: BGPAdvertisement
metadata:
  name: oops
  namespace: metallb-system
spec:
  ipAddressPools:
    - sandbox
  communities:
    - vpn-onyl
`;

const SHOP = `apiVersion: v1
kind: Service
metadata:
  name: shop
  namespace: default
spec:
  type: LoadBalancer
  ports:
    - port: 80
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: shop-v4
  namespace: default
  labels:
    kubernetes.io/service-name: shop
addressType: IPv4
ports:
  - port: 80
endpoints:
  - addresses:
      - 10.244.1.20
    nodeName: n1
    conditions:
      ready: true
`;

/** A mistake, and a new Service after it. */
export async function breakManifest(scene: Scene, services: Services): Promise<void> {
  const { lab, cluster, story } = scene;
  story.chapter("A manifest with a mistake, and a new Service after it");
  cluster.write("network/oops.yaml", BROKEN);
  story.say("network/oops.yaml announces the sandbox pool with a community that nobody defined. herald check -f says:");
  const check = lab.node("n1").spawn(HERALD, ["check", "-f", cluster.config], { name: "check" });
  const code = await check.ended;
  const verdict = check.output().replaceAll(`${cluster.config}/`, "");
  story.show(verdict);
  story.expect(
    `it names the object, the field and the remedy, and exits with ${code}`,
    code === 1 && /\boops\b/.test(verdict) && /vpn-onyl.*vpn-only/s.test(verdict),
  );
  const logged = (): string | undefined =>
    [...cluster.speakers.values()].every((task) => task.output().includes("vpn-onyl")) ? "yes" : undefined;
  story.expect(
    "the running speakers say the same in their logs",
    (await until("the problem in the logs", logged)) === "yes",
  );

  story.say("", "A new Service, while the mistake is still there:");
  const watched = await watch(lab, "tor1");
  const at = cluster.write("services/shop.yaml", SHOP);
  const [address = ""] = (await cluster.allocated(["shop"])).get("shop") ?? [];
  const prefix = address.replaceAll(".", String.raw`\.`);
  const update = await seen(
    watched.packets,
    new RegExp(String.raw`10\.0\.0\.1[123]\.\d+ >.*Updated routes:.*\b${prefix}/32`),
    at,
  );
  const kernel = await seen(watched.routes, new RegExp(`^${prefix} `), at);
  story.say(
    `shop got ${address}; its UPDATE was at tor1 ${ms(update - at)} after the edit, its route in the kernel after ${ms(kernel - at)}.`,
  );
  await Promise.all([watched.packets.stop(), watched.routes.stop()]);
  await converged(
    lab,
    [
      ...expectedRoutes(services, { api: { nodes: ["n1"], communities: PUBLIC } }),
      { address, nodes: NODES, communities: PRIVATE },
    ],
    () => logs(scene),
  );
  story.expect("the routers have it from every node, and every other route is as before", true);
  for (const name of NODES) await cluster.accept(name, [address]);
  const { answers, failures } = await cluster.requests(address, 30).answers;
  story.expect(
    `the client is served by it: ${Object.entries(answers)
      .map(([name, count]) => `${name} ${count}`)
      .join(", ")}`,
    failures.length === 0,
  );
  cluster.remove("network/oops.yaml");
}

/** The speakers end, one and then the others. */
export async function leave(scene: Scene): Promise<void> {
  const { lab, cluster, story } = scene;
  story.chapter("Leaving");
  const gone = await watch(lab, "tor1");
  const at = now();
  const first = cluster.speakers.get("n3")?.stop("SIGINT");
  const lowered = await seen(gone.packets, /10\.0\.0\.13\.\d+ >.*(?:65535:0|gshut)/i, at);
  const withdrawn = await seen(gone.packets, /10\.0\.0\.13\.\d+ >.*(?:Withdrawn routes|Notification)/, at);
  story.say(
    "SIGINT to the speaker of n3, which ends it for good (SIGTERM is a restart: routers keep the routes). What tor1 hears:",
    `its routes become the last resort (GRACEFUL_SHUTDOWN) after ${ms(lowered - at)}, and go after ${ms(withdrawn - at)} (--drain-time 1).`,
  );
  await gone.packets.stop();
  await gone.routes.stop();
  const without = async (name: NodeName | undefined): Promise<true | undefined> => {
    const paths = (await Promise.all(ROUTERS.map((router) => pathsOf(lab, router)))).flat();
    const address = name?.replace("n", "1");
    const left = paths.filter(({ nextHop }) => address === undefined || nextHop.endsWith(address));
    return left.length === 0 ? true : undefined;
  };
  story.expect("no router has a route by n3 any more", await until("n3's routes to go", () => without("n3")));
  const codes = await Promise.all([
    first,
    ...[...cluster.speakers.values(), cluster.controller].map((task) => task.stop("SIGINT")),
  ]);
  story.expect("no router has a route of Herald's any more", await until("all routes to go", () => without(undefined)));
  story.expect(
    `all ended by themselves: exit codes ${codes.slice(1).join(", ")}`,
    codes.every((code) => code === 0),
  );
}
