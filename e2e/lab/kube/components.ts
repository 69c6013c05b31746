/** How the lab runs Kubernetes' own programs: flags and files that a cluster of a few hosts, made for minutes, wants. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { LabNode } from "../node.ts";
import type { Task } from "../task.ts";
import type { ApiServer } from "./api-server.ts";

const POD_CIDRS = "10.244.0.0/16,fd00:10:244::/48";

/** Those that Services, what runs behind them, and the end of a node or a namespace need. */
const CONTROLLERS = [
  "daemonset",
  "deployment",
  "disruption",
  "endpointslice",
  "garbage-collector",
  "namespace",
  "node-lifecycle",
  "pod-garbage-collector",
  "replicaset",
  "root-ca-certificate-publisher",
  "serviceaccount",
  "statefulset",
  "taint-eviction",
].map((name) => `${name}-controller`);

/** A node is NotReady when its Lease was not renewed for this long. */
const NODE_GRACE_SECONDS = 10;

export function startControllers(api: ApiServer, node: LabNode): Task {
  return node.spawn(api.program("kube-controller-manager"), [
    `--kubeconfig=${api.kubeconfig("kube-controller-manager")}`,
    `--controllers=${CONTROLLERS.join(",")}`,
    `--root-ca-file=${api.ca}`,
    `--cluster-cidr=${POD_CIDRS}`,
    `--node-monitor-grace-period=${NODE_GRACE_SECONDS}s`,
    "--node-monitor-period=1s",
    "--leader-elect=false",
    "--secure-port=0",
    // The defaults would make 1,000 EndpointSlices a matter of a minute.
    "--kube-api-qps=2000",
    "--kube-api-burst=2000",
    "--concurrent-endpoint-syncs=16",
    "--concurrent-service-endpoint-syncs=16",
  ]);
}

export function startScheduler(api: ApiServer, node: LabNode): Task {
  return node.spawn(api.program("kube-scheduler"), [
    `--kubeconfig=${api.kubeconfig("kube-scheduler")}`,
    "--leader-elect=false",
    "--secure-port=0",
  ]);
}

/** Its Node must be there and have an address. */
export function startProxy(api: ApiServer, node: LabNode): Task {
  const file = join(node.folder, "kube-proxy.yaml");
  const config = {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    mode: "nftables",
    hostnameOverride: node.name,
    clusterCIDR: POD_CIDRS,
    clientConnection: { kubeconfig: api.kubeconfig("kube-proxy") },
    nftables: { minSyncPeriod: "10ms", syncPeriod: "30s" },
    // Limits of the kernel as a whole are not a namespace's to set.
    conntrack: { maxPerCore: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
  };
  writeFileSync(file, stringify(config));
  return node.spawn(api.program("kube-proxy"), [`--config=${file}`]);
}
