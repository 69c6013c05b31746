/** Manifests for the nodes and routers of the demo's topology: one Service with externalTrafficPolicy Local. */
import { NODES } from "../demo/cluster.ts";

const NAMESPACE = "metallb-system";
const METALLB = "metallb.io/v1beta1";
export const ADDRESS = "10.20.0.1";
export const HEALTH_PORT = 30_123;

/** JSON is YAML too. */
function stream(manifests: readonly object[]): string {
  return manifests.map((manifest) => `${JSON.stringify(manifest)}\n`).join("---\n");
}

/** `advertisement` is the spec of the one BGPAdvertisement. */
export function network(advertisement: object): string {
  const nodes = NODES.map((name, index) => ({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name },
    status: { addresses: [{ type: "InternalIP", address: `10.0.0.${11 + index}` }] },
  }));
  const peers = ["10.0.0.1", "10.0.0.2"].map((peerAddress, index) => ({
    apiVersion: "metallb.io/v1beta2",
    kind: "BGPPeer",
    metadata: { name: `tor${index + 1}`, namespace: NAMESPACE },
    spec: { myASN: 64500, peerASN: 64501, peerAddress, connectTime: "1s" },
  }));
  return stream([
    ...nodes,
    ...peers,
    {
      apiVersion: METALLB,
      kind: "IPAddressPool",
      metadata: { name: "pool", namespace: NAMESPACE },
      spec: { addresses: [`${ADDRESS}/32`] },
    },
    {
      apiVersion: METALLB,
      kind: "BGPAdvertisement",
      metadata: { name: "all", namespace: NAMESPACE },
      spec: advertisement,
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web", namespace: "default" },
      spec: {
        type: "LoadBalancer",
        externalTrafficPolicy: "Local",
        healthCheckNodePort: HEALTH_PORT,
        ports: [{ port: 80 }],
      },
    },
  ]);
}

/** So many ready endpoints on n1, n2 and n3. */
export function endpoints(...counts: readonly number[]): string {
  const all = counts.flatMap((count, index) =>
    Array.from({ length: count }, (_, pod) => ({
      addresses: [`10.244.${index + 1}.${pod + 1}`],
      nodeName: NODES[index],
      conditions: { ready: true },
    })),
  );
  return stream([
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: "web-1", namespace: "default", labels: { "kubernetes.io/service-name": "web" } },
      addressType: "IPv4",
      endpoints: all,
    },
  ]);
}
