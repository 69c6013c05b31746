/**
 * As much of an API server as a speaker needs, for more events than a real one can make on a machine that also runs what is
 * tested: COUNT Services with a slice each, and after SIGUSR2 RATE changes of slices a second
 * for SECONDS, with a new Service "amid" in the middle. Says "flooding", "amid" and "over" as it goes.
 * Usage: flood-server.ts PORT COUNT RATE SECONDS
 */
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { configured, PEER } from "./manifests.ts";
import type { Json } from "./manifests.ts";

const [port = 0, count = 0, rate = 0, seconds = 0] = process.argv.slice(2).map(Number);
const BATCHES = 100;
let version = 1000;

function stored(object: Json, name: string, namespace = "default"): Json {
  const metadata = { ...(object["metadata"] as Json), name, namespace, uid: `uid-${name}` };
  return { ...object, metadata: { ...metadata, resourceVersion: `${++version}` } };
}

function service(name: string, index: number): Json {
  const ip = `192.0.2.${index}`;
  const spec = { type: "LoadBalancer", clusterIP: `10.96.0.${index}`, ports: [{ port: 80 }] };
  return stored({ apiVersion: "v1", kind: "Service", spec, status: { loadBalancer: { ingress: [{ ip }] } } }, name);
}

function slice(name: string, last = 1): Json {
  const object = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { labels: { "kubernetes.io/service-name": name } },
    addressType: "IPv4",
    endpoints: [{ addresses: [`10.244.0.${last}`], nodeName: "control", conditions: { ready: true } }],
  };
  return stored(object, name);
}

const names = Array.from({ length: count }, (_, index) => `s${index}`);
const own = "metallb-system";
const all: Readonly<Record<string, readonly Json[]>> = {
  services: names.map(service),
  endpointslices: names.map((name) => slice(name)),
  nodes: [stored({ apiVersion: "v1", kind: "Node" }, "control", "")],
  ipaddresspools: [stored(configured("IPAddressPool", "all", { addresses: ["192.0.2.0/24"] }), "all", own)],
  bgpadvertisements: [stored(configured("BGPAdvertisement", "all", {}), "all", own)],
  bgppeers: [stored(configured("BGPPeer", "tor", PEER), "tor", own)],
};
const kinds = ["l2advertisements", "bfdprofiles", "communities", ...Object.keys(all)];
const watches = new Map<string, ServerResponse>();

function tell(plural: string, type: string, object: Json): void {
  watches.get(plural)?.write(`${JSON.stringify({ type, object })}\n`);
}

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "", "http://server");
  const plural = pathname.split("/").at(-1) ?? "";
  response.setHeader("content-type", "application/json");
  if (searchParams.has("watch")) {
    watches.set(plural, response);
    for (const object of all[plural] ?? []) tell(plural, "ADDED", object);
    const annotations = { "k8s.io/initial-events-end": "true" };
    tell(plural, "BOOKMARK", { metadata: { resourceVersion: `${version}`, annotations } });
  } else if (request.method === "GET") {
    response.end(JSON.stringify({ resources: kinds.map((name) => ({ name })), metadata: {} }));
  } else {
    request.pipe(response.writeHead(request.method === "POST" ? 201 : 200));
  }
});
server.listen(port, "0.0.0.0", () => process.stdout.write("listening\n"));

async function flood(): Promise<void> {
  process.stdout.write("flooding\n");
  const began = performance.now();
  const total = rate * seconds;
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.ceil(((performance.now() - began) / 1000) * rate));
    if (sent < total / 2 && due >= total / 2) {
      tell("services", "ADDED", service("amid", 250));
      tell("endpointslices", "ADDED", slice("amid"));
      process.stdout.write("amid\n");
    }
    for (; sent < due; sent += 1) {
      tell("endpointslices", "MODIFIED", slice(names[sent % count] ?? "", 1 + (sent % 250)));
    }
    await pause(1000 / BATCHES);
  }
  process.stdout.write(`over: ${total} in ${Math.round(performance.now() - began)} ms\n`);
  tell("services", "DELETED", service("s0", 0));
}

process.once("SIGUSR2", () => void flood());
