/**
 * What users do to the cluster of the bench, in a process of its own beside the API server: `node load.ts URL STEPS`, STEPS a
 * list of `Step` as JSON, the token in KUBE_TOKEN. Ends with one line: a list of `Done` for each step.
 */
import { setTimeout as pause } from "node:timers/promises";
import { KubeClient } from "../../../e2e/lab/kube/client.ts";

export interface Step {
  /** "status" creates a Service and writes its status as a controller would: what the API server itself takes. */
  readonly what: "create" | "status" | "delete" | "slice" | "ready" | "not ready";
  /** Of the Services. */
  readonly from: number;
  readonly count: number;
  readonly inFlight: number;
  /** From one to the next at least, in milliseconds. */
  readonly everyMs: number;
  /** Nodes that have an endpoint each; of a Service whose policy is Local where there is one alone. */
  readonly nodes: readonly string[];
}

/** Unix milliseconds of a request and of its answer. */
export interface Done {
  readonly name: string;
  readonly sent: number;
  readonly answered: number;
}

const [url = "", steps = "[]"] = process.argv.slice(2);
const client = new KubeClient(url, process.env["KUBE_TOKEN"] ?? "");
const SERVICES = "/api/v1/namespaces/default/services";
const SLICES = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";

function now(): number {
  return performance.timeOrigin + performance.now();
}

function service(name: string, { nodes }: Step): unknown {
  const spec = {
    type: "LoadBalancer",
    // There are fewer node ports than Services here.
    allocateLoadBalancerNodePorts: false,
    externalTrafficPolicy: nodes.length === 1 ? "Local" : "Cluster",
    ports: [{ port: 80 }],
  };
  return { apiVersion: "v1", kind: "Service", metadata: { name }, spec };
}

function endpoints(nodes: readonly string[], ready: boolean): unknown[] {
  return nodes.map((nodeName, index) => ({ addresses: [`10.244.${index}.9`], nodeName, conditions: { ready } }));
}

function slice(name: string, { nodes }: Step): unknown {
  const metadata = { name, labels: { "kubernetes.io/service-name": name } };
  const meta = { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", metadata, addressType: "IPv4" };
  return { ...meta, ports: [{ port: 80 }], endpoints: endpoints(nodes, true) };
}

async function act(step: Step, index: number): Promise<void> {
  const name = `bench-${index}`;
  switch (step.what) {
    case "create":
      await client.request("POST", SERVICES, service(name, step));
      break;
    case "status": {
      await client.request("POST", SERVICES, service(name, step));
      const ingress = [{ ip: `172.16.${index >> 8}.${index & 255}`, ipMode: "VIP" }];
      await client.request("PATCH", `${SERVICES}/${name}/status`, { status: { loadBalancer: { ingress } } });
      break;
    }
    case "delete":
      await client.request("DELETE", `${SERVICES}/${name}`);
      break;
    case "slice":
      await client.request("POST", SLICES, slice(name, step));
      break;
    case "ready":
    case "not ready":
      await client.request("PATCH", `${SLICES}/${name}`, { endpoints: endpoints(step.nodes, step.what === "ready") });
      break;
  }
}

async function run(step: Step): Promise<Done[]> {
  const done: Done[] = [];
  const began = now();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let turn = next++; turn < step.count; turn = next++) {
      await pause(Math.max(0, began + turn * step.everyMs - now()));
      const sent = now();
      await act(step, step.from + turn);
      done.push({ name: `bench-${step.from + turn}`, sent, answered: now() });
    }
  };
  await Promise.all(Array.from({ length: step.inFlight }, worker));
  return done;
}

const all: Done[][] = [];
for (const step of JSON.parse(steps) as Step[]) all.push(await run(step));
process.stdout.write(`${JSON.stringify(all)}\n`);
