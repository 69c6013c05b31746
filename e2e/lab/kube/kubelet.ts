/**
 * Stands in for the kubelet, in the network namespace of its node and the mount namespace of the lab's owner: registers the node,
 * renews its Lease, runs a Pod as a namespace with a server in it.
 * Usage: kubelet.ts URL NODE NUMBER IPV4 IPV6 PREFIX, with the token in KUBE_TOKEN and the certificates in NODE_EXTRA_CA_CERTS;
 * NUMBER chooses the Pods' addresses, PREFIX begins the names of their namespaces.
 */
import { setTimeout as pause } from "node:timers/promises";
import { KubeClient } from "./client.ts";
import { Pod } from "./pod.ts";
import type { PodObject } from "./pod.ts";
import { exists, podNetwork } from "./pod-network.ts";

const [url = "", node = "", numeral = "0", address = "", address6 = "", prefix = ""] = process.argv.slice(2);
const number = Number(numeral);
const client = new KubeClient(url, process.env["KUBE_TOKEN"] ?? "");
const RENEW_MS = 2_000;
const LEASE_SECONDS = 6;
const FIRST_INDEX = 2;

async function register(): Promise<void> {
  const cidrs = [`10.244.${number}.0/24`, `fd00:10:244:${number}::/64`];
  const labels = { "kubernetes.io/hostname": node, "kubernetes.io/os": "linux" };
  const meta = { apiVersion: "v1", kind: "Node", metadata: { name: node, labels } };
  const spec = { podCIDR: cidrs[0], podCIDRs: cidrs };
  await client.request("POST", "/api/v1/nodes", { ...meta, spec }, [409]);
  const now = new Date().toISOString();
  const ready = { type: "Ready", status: "True", reason: "KubeletReady", message: "the lab's stand-in runs" };
  const capacity = { cpu: "8", memory: "16Gi", pods: "200" };
  const status = {
    addresses: [
      { type: "InternalIP", address },
      { type: "InternalIP", address: address6 },
      { type: "Hostname", address: node },
    ],
    capacity,
    allocatable: capacity,
    conditions: [{ ...ready, lastHeartbeatTime: now, lastTransitionTime: now }],
    nodeInfo: { kubeletVersion: "v1.36.3", operatingSystem: "linux", architecture: "amd64" },
  };
  await client.request("PATCH", `/api/v1/nodes/${node}/status`, { status });
}

/** What a kubelet does all the time. A node that was marked meanwhile is ready again; one that was deleted stays so. */
async function heartbeat(): Promise<void> {
  const leases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
  const renewTime = new Date().toISOString().replace("Z", "000Z");
  const lease = { holderIdentity: node, leaseDurationSeconds: LEASE_SECONDS, renewTime };
  if ((await client.request("PATCH", `${leases}/${node}`, { spec: lease }, [404])) === undefined) {
    const meta = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name: node } };
    await client.request("POST", leases, { ...meta, spec: lease }, [404]);
  }
  const is = (await client.request("GET", `/api/v1/nodes/${node}`, undefined, [404])) as NodeObject | undefined;
  const ready = is?.status?.conditions?.find(({ type }) => type === "Ready")?.status;
  if (is !== undefined && ready !== "True") await register();
}

interface NodeObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const pods = new Map<string, Pod>();
const taken = new Set<number>();

/** That of a Pod which runs already, from the time of another kubelet, is in its address. */
function indexOf({ status }: PodObject): number {
  const [, , network, last] = (status?.podIP ?? "").split(".").map(Number);
  if (network === number && last !== undefined) return last;
  let index = FIRST_INDEX;
  while (taken.has(index) || exists(podNetwork(prefix, number, index))) index += 1;
  return index;
}

function start(pod: PodObject): void {
  const { uid } = pod.metadata;
  const index = indexOf(pod);
  taken.add(index);
  pods.set(uid, new Pod(client, { name: node, address }, podNetwork(prefix, number, index), pod));
}

function forget(uid: string, gone: Promise<void> | undefined): void {
  const pod = pods.get(uid);
  void gone?.then(() => {
    pods.delete(uid);
    if (pod !== undefined) taken.delete(Number(pod.network.link.replace("pod", "")));
  });
}

function present(pod: PodObject): void {
  const { uid, deletionTimestamp } = pod.metadata;
  const known = pods.get(uid);
  if (known !== undefined) forget(uid, known.update(pod));
  else {
    start(pod);
    if (deletionTimestamp !== undefined) present(pod);
  }
}

await register();
process.stdout.write("registered\n");
void client.watch<PodObject>("/api/v1/pods", `fieldSelector=spec.nodeName%3D${node}`, {
  present,
  gone: (pod) => forget(pod.metadata.uid, pods.get(pod.metadata.uid)?.end()),
  synced: (uids) => {
    for (const [uid, pod] of pods) if (!uids.has(uid)) forget(uid, pod.end());
  },
});
for (;;) {
  await heartbeat().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  });
  await pause(RENEW_MS);
}
