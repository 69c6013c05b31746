/** The text of each status file: shaped like the object that an API server would hold. */
import { stringify } from "yaml";
import type { PoolUsage } from "../model/allocation.ts";
import { announcementLabels, configurationLabels, names } from "./documents.ts";
import type { Component, DatedCondition, Verdict } from "./documents.ts";
import type { ServiceAnnouncementStatus, ServiceStatus } from "./status.ts";
import { yamlText } from "./yaml-text.ts";

const POOL_ANNOTATION = "metallb.io/ip-allocated-from-pool";
const METALLB = "metallb.io/v1beta1";

function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 0 });
}

export function serviceText({ service, pool }: ServiceStatus, addresses: readonly string[]): string {
  return yamlText({
    apiVersion: "v1",
    kind: "Service",
    metadata: { ...names(service), ...(pool === undefined ? {} : { annotations: { [POOL_ANNOTATION]: pool } }) },
    status: { loadBalancer: addresses.length === 0 ? {} : { ingress: addresses.map((ip) => ({ ip, ipMode: "VIP" })) } },
  });
}

export function poolText({ pool, ...counters }: PoolUsage): string {
  return yaml({ apiVersion: METALLB, kind: "IPAddressPool", metadata: { name: pool }, status: counters });
}

export function configurationText(
  component: Component,
  node: string | undefined,
  name: string,
  { result, errors, warnings }: Verdict,
  conditions: readonly DatedCondition[],
): string {
  return yaml({
    apiVersion: METALLB,
    kind: "ConfigurationState",
    metadata: { name, labels: configurationLabels(component, node) },
    status: {
      result,
      ...(errors.length === 0 ? {} : { errorSummary: errors.join("\n") }),
      ...(warnings.length === 0 ? {} : { warnings }),
      conditions,
    },
  });
}

/** Whether the text is that of a Service that some peer is told of. */
export function isAnnounced(text: string): boolean {
  return /^ {2}peers:\s*(?:\n\s*- |\[[^\]])/m.test(text);
}

export function announcementText({ service, node, peers, reasons }: ServiceAnnouncementStatus): string {
  const { namespace, name } = names(service);
  return yamlText({
    apiVersion: METALLB,
    kind: "ServiceBGPStatus",
    metadata: { namespace, name: `bgp-${node}-${name}`, labels: announcementLabels(node, service) },
    status: {
      node,
      serviceName: name,
      serviceNamespace: namespace,
      peers,
      ...(reasons.length === 0 ? {} : { reasons }),
    },
  });
}
