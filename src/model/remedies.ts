/** What to do about each reason that Herald gives. docs/troubleshooting.md is made of it, and `herald why` says it. */
import type { AllocationEventReason } from "./allocation.ts";
import type { ReasonCode } from "./announcement.ts";

/** Why a Service is not announced. */
export const REASON_REMEDIES: Readonly<Record<ReasonCode, string>> = {
  notLoadBalancer: "set spec.type to LoadBalancer if it is to be reached from outside",
  foreignLoadBalancerClass:
    "remove spec.loadBalancerClass (the Service must be created anew), or start Herald with that --lb-class",
  noIPAllocated:
    "see what the events of the Service say of its address; without any, see that a controller runs and leads",
  ipNotAllowed: "put the address into an IPAddressPool, or let the Service have another one",
  noMatchingAdvertisement:
    "write a BGPAdvertisement that names the pool and selects the Service, or one without selectors",
  notOwner:
    "nothing, if other nodes are to announce it; else widen nodeSelectors of the BGPAdvertisement, or label the node",
  conflictingAdvertisements: "write the same value in all of them, or let their peers, nodes or Services differ",
  nodeNetworkUnavailable:
    "see why the network plugin says that the network of the node is unavailable (kubectl describe node)",
  nodeLabeledExcludeBalancers: "remove the label, or start the speaker with --ignore-exclude-lb",
  nodeLeaving: "nothing: the node gives up its traffic. kubectl uncordon brings it back where a cordon is the cause",
  noLocalEndpoints:
    "nothing, if other nodes have endpoints; else see that Pods run here, or set externalTrafficPolicy to Cluster",
  noEndpoints: "see that the selector of the Service finds Pods and that they are ready (kubectl get endpointslices)",
  awaitingHealthCheck: "nothing yet: it is announced as soon as its health check on the node answers",
  healthCheckOverdue: "see that kube-proxy runs on the node and answers at spec.healthCheckNodePort of the Service",
  noHealthCheck:
    "nothing, if it need not wait; else set externalTrafficPolicy to Local, so that there is a health check",
  notWeighted: "nothing, if routers need not weigh; else do what the sentence says is lacking",
  noPeerOnNode: "write a BGPPeer that selects the node, or name one in the BGPAdvertisement",
  peerFamilyNotCarried: "set dualStackAddressFamily of the BGPPeer, or write a BGPPeer with an address of that family",
  prefixNotAllowed: "add the prefix to spec.allowedPrefixes of the BGPPeer",
  unsupportedByBackend: "remove the field, or choose a --backend that can do it",
  serviceDeleting: "nothing: it is on its way out",
};

/** What the controller says of a Service's address, as events. */
export const EVENT_REMEDIES: Readonly<
  Record<AllocationEventReason | "ConfigurationError" | "ConfigurationWarning" | "SessionFailed", string>
> = {
  IPAllocated: "nothing: the Service has what it asks for",
  ClearAssignment:
    "nothing, if another address will do; else see what the event says of the pool or of the other Service",
  AdditionalAssignFailed: "add addresses of the missing family to the pool, if the Service shall have both",
  AllocationFailed:
    "do what the event says is lacking: free or add addresses, widen serviceAllocation, or ask for what there is",
  LoadBalancerFailed: "correct the field or annotation that the event names; the Service keeps what it has until then",
  "not enough clusterips": "see that the cluster is dual-stack, or do not write ipFamilyPolicy RequireDualStack",
  nolbIPsIPFamily: "remove what somebody else wrote into status.loadBalancer",
  noclusterIPsIPFamily: "see why the API server gave the Service no cluster IP",
  RequestNotMet:
    "do what the event says is lacking, or take the request back; the Service keeps its address until then",
  ConfigurationError: "correct the field that the event names, as it says; all other objects are in force",
  ConfigurationWarning: "nothing, if it is as you want it; else correct the field that the event names",
  SessionFailed:
    "see that the router has this peer, its AS number and password, and is reached from the node that the event names",
};
