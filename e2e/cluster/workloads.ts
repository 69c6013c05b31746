/** What runs behind the Services of the tests. */

/**
 * A Deployment whose Pods carry the label app=NAME. A Pod that goes serves on for two seconds, as one should whose requests
 * must not fail; the image's name changes nothing but the revision.
 */
export function deployment(
  name: string,
  options: {
    readonly replicas?: number;
    readonly image?: string;
    readonly nodes?: readonly string[];
    readonly namespace?: string;
  } = {},
): string {
  const { replicas = 3, image = "web:1", nodes, namespace = "default" } = options;
  const labels = { app: name };
  const spread = { maxSkew: 1, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "ScheduleAnyway" };
  const lifecycle = { preStop: { sleep: { seconds: 2 } } };
  const hosts = { key: "kubernetes.io/hostname", operator: "In", values: nodes };
  const selection = { nodeSelectorTerms: [{ matchExpressions: [hosts] }] };
  const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: selection } };
  const spec = {
    containers: [{ name: "web", image, lifecycle, ports: [{ containerPort: 80 }] }],
    topologySpreadConstraints: [{ ...spread, labelSelector: { matchLabels: labels } }],
    ...(nodes === undefined ? {} : { affinity }),
  };
  return JSON.stringify({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: { metadata: { labels }, spec },
    },
  });
}

/** A Service of type LoadBalancer for them, on port 80. */
export function service(name: string, spec: Readonly<Record<string, unknown>> = {}, namespace = "default"): string {
  const base = { type: "LoadBalancer", selector: { app: name }, ports: [{ port: 80 }] };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace },
    spec: { ...base, ...spec },
  });
}
