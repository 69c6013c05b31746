/** What the status of things holds, in a cluster and in a folder alike. */
import { formatProblem } from "../model/problem.ts";
import type { Problem } from "../model/problem.ts";
import type { PeerCondition, ServiceAnnouncementStatus } from "./status.ts";
import { textAt } from "./kubernetes/answer.ts";

/** Namespace and name of a Service ("namespace/name"). */
export function names(service: string): { readonly namespace: string; readonly name: string } {
  const [namespace = "", name = ""] = service.split("/");
  return { namespace, name };
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

export type Component = "controller" | "speaker";

export function configurationLabels(component: Component, node: string | undefined): Record<string, string> {
  return {
    "metallb.io/component-type": component,
    ...(node === undefined ? {} : { "metallb.io/node-name": node }),
  };
}

/** A condition as an object holds it. */
export interface DatedCondition extends PeerCondition {
  readonly lastTransitionTime: string;
}

export function configurationCondition(
  component: Component,
  { result, errors }: Pick<Verdict, "result" | "errors">,
): PeerCondition {
  const valid = result === "Valid";
  return {
    type: component === "controller" ? "poolReconcilerValid" : "configReconcilerValid",
    status: valid ? "True" : "False",
    reason: valid ? "Reconciled" : "ConfigurationError",
    message: errors.join("\n"),
  };
}

/** With the time of those that were there before (`before`: what an object holds) where their status is the same. */
export function datedConditions(
  conditions: readonly PeerCondition[],
  before: unknown,
  now: string,
): readonly DatedCondition[] {
  const known: readonly unknown[] = Array.isArray(before) ? before : [];
  return conditions.map((condition) => {
    const { type, status } = condition;
    const one = known.find((each) => textAt(each, "type") === type && textAt(each, "status") === status);
    return { ...condition, lastTransitionTime: textAt(one, "lastTransitionTime") ?? now };
  });
}

export function announcementLabels(node: string, service: string): Record<string, string> {
  const { namespace, name } = names(service);
  return {
    "metallb.io/node": node,
    "metallb.io/service-name": name,
    "metallb.io/service-namespace": namespace,
  };
}

export interface AnnouncementStatus {
  readonly node: string;
  readonly serviceName: string;
  readonly serviceNamespace: string;
  readonly peers: readonly string[];
  readonly conditions: readonly {
    readonly type: "Announced";
    readonly status: "True" | "False";
    readonly reason: string;
    readonly message: string;
    readonly lastTransitionTime: string;
  }[];
}

/** `before` and `since`: what the condition was, if there was one; `now`: in case it is different. */
export function announcementStatus(
  { service, node, peers, untold }: ServiceAnnouncementStatus,
  before: string | undefined,
  since: string | undefined,
  now: string,
): AnnouncementStatus {
  const { namespace, name } = names(service);
  const status = untold.length === 0 ? "True" : "False";
  return {
    node,
    serviceName: name,
    serviceNamespace: namespace,
    peers,
    conditions: [
      {
        type: "Announced",
        status,
        reason: untold.length === 0 ? "AllPeersTold" : "NotAllPeersTold",
        message: untold.join("; "),
        lastTransitionTime: before === status ? (since ?? now) : now,
      },
    ],
  };
}
