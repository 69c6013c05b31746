/** The text of each status file: shaped like the object that an API server would hold. */
import { stringify } from "yaml";
import type { PoolUsage } from "../model/allocation.ts";
import { formatProblem } from "../model/problem.ts";
import type { Problem } from "../model/problem.ts";
import type { ServiceAnnouncementStatus, ServiceStatus } from "./status.ts";
import { yamlText } from "./yaml-text.ts";

const POOL_ANNOTATION = "metallb.io/ip-allocated-from-pool";
const METALLB = "metallb.io/v1beta1";

function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 0 });
}

function names(service: string): { readonly namespace: string; readonly name: string } {
  const [namespace = "", name = ""] = service.split("/");
  return { namespace, name };
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

export interface Verdict {
  readonly result: "Valid" | "Invalid";
  /** One sentence for each problem. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

export function verdictOf(problems: readonly Problem[]): Verdict {
  const texts = (severity: Problem["severity"]): string[] =>
    problems.filter((problem) => problem.severity === severity).map(formatProblem);
  const errors = texts("error");
  return { result: errors.length === 0 ? "Valid" : "Invalid", errors, warnings: texts("warning") };
}

export function configurationText(
  component: "controller" | "speaker",
  node: string | undefined,
  name: string,
  { result, errors, warnings }: Verdict,
  time: string,
): string {
  const valid = result === "Valid";
  return yaml({
    apiVersion: METALLB,
    kind: "ConfigurationState",
    metadata: {
      name,
      labels: {
        "metallb.io/component-type": component,
        ...(node === undefined ? {} : { "metallb.io/node-name": node }),
      },
    },
    status: {
      result,
      ...(valid ? {} : { errorSummary: errors.join("\n") }),
      ...(warnings.length === 0 ? {} : { warnings }),
      conditions: [
        {
          type: component === "controller" ? "poolReconcilerValid" : "configReconcilerValid",
          status: valid ? "True" : "False",
          reason: valid ? "Reconciled" : "ConfigurationError",
          message: errors.join("\n"),
          lastTransitionTime: time,
        },
      ],
    },
  });
}

export function announcementText({ service, node, peers, reasons }: ServiceAnnouncementStatus): string {
  const { namespace, name } = names(service);
  return yamlText({
    apiVersion: METALLB,
    kind: "ServiceBGPStatus",
    metadata: {
      namespace,
      name: `bgp-${node}-${name}`,
      labels: {
        "metallb.io/node": node,
        "metallb.io/service-name": name,
        "metallb.io/service-namespace": namespace,
      },
    },
    status: {
      node,
      serviceName: name,
      serviceNamespace: namespace,
      peers,
      ...(reasons.length === 0 ? {} : { reasons }),
    },
  });
}
