/** Views of core objects: the parts that decide anything, with the defaults that an API server would apply. */
import type { EndpointSliceObject, NamespaceObject, NodeObject } from "../api/parse.ts";
import { nameKey } from "../model/object.ts";
import { problemOf } from "../model/problem.ts";
import type { EndpointSliceView, NamespaceView, NodeView } from "../model/service.ts";
import { PackedEndpoints } from "./packed-endpoints.ts";
import type { Viewed } from "./service-view.ts";

export { serviceView } from "./service-view.ts";
export type { Viewed } from "./service-view.ts";

const SERVICE_NAME = "kubernetes.io/service-name";

/** Undefined for a slice that belongs to no Service. */
export function endpointSliceView(slice: EndpointSliceObject): Viewed<EndpointSliceView | undefined> {
  const { namespace } = slice.ref;
  const service = slice.metadata.labels[SERVICE_NAME];
  if (service === undefined || service === "") {
    const what = "is missing, so the slice belongs to no Service";
    const field = `metadata.labels["${SERVICE_NAME}"]`;
    return { view: undefined, problems: [problemOf("warning", slice, field, what, "write the name of the Service")] };
  }
  const endpoints = slice.endpoints.map(({ addresses, nodeName, conditions }) => {
    const ready = conditions.ready ?? true;
    return {
      addresses,
      ...(nodeName === undefined ? {} : { nodeName }),
      ready,
      serving: conditions.serving ?? ready,
      terminating: conditions.terminating ?? false,
    };
  });
  const view: EndpointSliceView = {
    key: nameKey(slice.ref),
    service: nameKey({ namespace, name: service }),
    endpoints: new PackedEndpoints(endpoints),
  };
  return { view, problems: [] };
}

/** Taints by which a node is on its way out, whoever set them. */
const LEAVING_TAINTS: ReadonlySet<string> = new Set([
  "node.kubernetes.io/out-of-service",
  "node.cloudprovider.kubernetes.io/shutdown",
  "ToBeDeletedByClusterAutoscaler",
  "karpenter.sh/disrupted",
]);

/** The kubelet's words in condition Ready while a graceful node shutdown is under way. */
const SHUTTING_DOWN = "node is shutting down";

function leavingOf({ metadata, spec, status }: NodeObject): string | undefined {
  if (metadata.deletionTimestamp !== undefined) return "is being deleted";
  const taint = spec.taints.find(({ key }) => LEAVING_TAINTS.has(key));
  if (taint !== undefined) return `has the taint ${taint.key}`;
  const shuttingDown = status.conditions.some(
    ({ type, status: value, message }) => type === "Ready" && value !== "True" && message?.includes(SHUTTING_DOWN),
  );
  return shuttingDown ? "is shutting down" : undefined;
}

export function nodeView(node: NodeObject): Viewed<NodeView> {
  const { ref, metadata, spec, status } = node;
  const leaving = leavingOf(node);
  const view: NodeView = {
    name: ref.name,
    ...(ref.uid === undefined ? {} : { uid: ref.uid }),
    labels: metadata.labels,
    networkUnavailable: status.conditions.some(
      (condition) => condition.type === "NetworkUnavailable" && condition.status === "True",
    ),
    ...(leaving !== undefined && { leaving }),
    ...(spec.unschedulable && { cordoned: true }),
    addresses: status.addresses.flatMap(({ type, address }) =>
      type === "InternalIP" && "value" in address ? [address.value] : [],
    ),
  };
  return { view, problems: [] };
}

export function namespaceView({ ref, metadata }: NamespaceObject): Viewed<NamespaceView> {
  // An API server sets this label on each of them.
  const labels = { ...metadata.labels, "kubernetes.io/metadata.name": ref.name };
  return { view: { name: ref.name, labels }, problems: [] };
}
