/** Manifests for a speaker at 10.0.0.11 and fd00::11 with one router at 10.0.0.1 and fd00::1, as the pair topologies have it. */

export interface PeerOptions {
  readonly name: string;
  readonly address: string;
  readonly password?: string;
  /** Routes of both families on this session. */
  readonly dualStack?: boolean;
  /** More of its spec. */
  readonly spec?: object;
}

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: object;
  readonly spec?: object;
  readonly status?: object;
  readonly [field: string]: unknown;
}

const NAMESPACE = "metallb-system";
const METALLB = "metallb.io/v1beta1";

/** JSON is YAML too. */
export function stream(manifests: readonly Manifest[]): string {
  return manifests.map((manifest) => `${JSON.stringify(manifest)}\n`).join("---\n");
}

export function peer({ name, address, password, dualStack, spec }: PeerOptions): Manifest {
  return {
    apiVersion: "metallb.io/v1beta2",
    kind: "BGPPeer",
    metadata: { name, namespace: NAMESPACE },
    spec: {
      myASN: 64500,
      peerASN: 64501,
      peerAddress: address,
      connectTime: "1s",
      ...(password === undefined ? {} : { password }),
      ...(dualStack === undefined ? {} : { dualStackAddressFamily: dualStack }),
      ...spec,
    },
  };
}

export function advertisement(name: string, spec: object): Manifest {
  return { apiVersion: METALLB, kind: "BGPAdvertisement", metadata: { name, namespace: NAMESPACE }, spec };
}

/** A BFDProfile; absent fields are MetalLB's defaults. */
export function bfdProfile(name: string, spec: object): Manifest {
  return { apiVersion: METALLB, kind: "BFDProfile", metadata: { name, namespace: NAMESPACE }, spec };
}

/** The addresses of the node `speaker`. */
export interface NodeAddresses {
  readonly ipv4?: string;
  readonly ipv6?: string;
}

const ADDRESSES: NodeAddresses = { ipv4: "10.0.0.11", ipv6: "fd00::11" };

/** The node, and a pool of 10.20.0.0/24 and fd00:20::/120. */
export function network({ ipv4, ipv6 }: NodeAddresses = ADDRESSES, node: object = {}): Manifest[] {
  const addresses = [ipv4, ipv6].filter((address) => address !== undefined);
  return [
    {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "speaker" },
      status: { addresses: addresses.map((address) => ({ type: "InternalIP", address })) },
      ...node,
    },
    {
      apiVersion: METALLB,
      kind: "IPAddressPool",
      metadata: { name: "pool", namespace: NAMESPACE },
      spec: { addresses: ["10.20.0.0/24", "fd00:20::/120"] },
    },
  ];
}

/** What the routes of all Services carry. */
export const TAGGED = advertisement("all", { communities: ["64500:100", "no-export", "large:64500:1:100"] });

/** `count` Services of both families with an endpoint each: as many routes of each family. */
export function services(count: number): Manifest[] {
  return Array.from({ length: count }, (_, index) => `s${index}`).flatMap((name): Manifest[] => [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace: "default" },
      spec: {
        type: "LoadBalancer",
        ipFamilyPolicy: "RequireDualStack",
        ipFamilies: ["IPv4", "IPv6"],
        ports: [{ port: 80 }],
      },
    },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name, namespace: "default", labels: { "kubernetes.io/service-name": name } },
      addressType: "IPv4",
      endpoints: [{ addresses: ["10.244.0.10"], nodeName: "speaker", conditions: { ready: true } }],
    },
  ]);
}
