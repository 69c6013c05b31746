/** Services, endpoints, nodes and namespaces: the parts of them that decide anything. */
import type { Address, Family } from "./address.ts";
import type { ObjectRef } from "./object.ts";
import type { Labels } from "./selector.ts";

export type Protocol = "TCP" | "UDP" | "SCTP";

export interface ServicePort {
  readonly protocol: Protocol;
  readonly port: number;
}

/** What a user asked of the allocator, from `spec.loadBalancerIP` and annotations. */
export interface AddressRequest {
  /** Explicit addresses, at most one a family; empty: any. */
  readonly addresses: readonly Address[];
  /** A pool's name. */
  readonly pool?: string;
  readonly sharingKey?: string;
}

/** A Service. `key` is "namespace/name". */
export interface ServiceView {
  readonly key: string;
  /** Of this object, and of this version of it; absent where the source knows none. */
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  readonly type: "LoadBalancer" | "ClusterIP" | "NodePort" | "ExternalName";
  readonly loadBalancerClass?: string;
  readonly externalTrafficPolicy: "Cluster" | "Local";
  /** Where each node answers for its own endpoints; with externalTrafficPolicy Local. */
  readonly healthCheckNodePort?: number;
  readonly ports: readonly ServicePort[];
  /** The selector in canonical text: what Local Services that share an address must have in common. */
  readonly selector: string;
  /**
   * What it may get addresses of, primary first: the families of `spec.clusterIPs`, or where no API server assigned any, as in a
   * folder of manifests, those that one would. Empty only for a headless Service (and ExternalName), which gets no address.
   */
  readonly families: readonly Family[];
  readonly ipFamilyPolicy: "SingleStack" | "PreferDualStack" | "RequireDualStack";
  /** A malformed or contradictory request is a problem; the Service then waits and keeps what it has. */
  readonly request: AddressRequest | { readonly invalid: string };
  /** `status.loadBalancer.ingress`, in order; host names left out. */
  readonly ingress: readonly Address[];
  /** The pool noted in `metallb.io/ip-allocated-from-pool`. */
  readonly allocatedFrom?: string;
  /** The deprecated annotations (`metallb.universe.tf/…`) that it uses. */
  readonly deprecatedAnnotations: readonly string[];
  /** Being deleted. */
  readonly deleting: boolean;
}

export interface Endpoint {
  readonly addresses: readonly string[];
  readonly nodeName?: string;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
}

/** The endpoints of one EndpointSlice. */
export interface EndpointSliceView {
  /** "namespace/name" of the slice. */
  readonly key: string;
  /** "namespace/name" of its Service. */
  readonly service: string;
  readonly endpoints: Iterable<Endpoint>;
}

export interface NodeView {
  readonly name: string;
  readonly uid?: string;
  readonly labels: Labels;
  /** Condition NetworkUnavailable is True. */
  readonly networkUnavailable: boolean;
  /** Why the node is about to go, after "the node": "is being deleted"; absent: it is not. */
  readonly leaving?: string;
  /** spec.unschedulable: nothing new is placed on it. */
  readonly cordoned?: boolean;
  /** InternalIP addresses. */
  readonly addresses: readonly Address[];
}

export interface NamespaceView {
  readonly name: string;
  readonly labels: Labels;
}

export function refOfService({ namespace, name, uid }: ServiceView): ObjectRef {
  return { group: "", kind: "Service", namespace, name, ...(uid === undefined ? {} : { uid }) };
}
