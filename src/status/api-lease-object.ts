/** coordination.k8s.io/v1 Lease, as far as leader election uses it. */

export interface FoundLease {
  /** "" where nobody holds it. */
  readonly holder: string;
  /** Milliseconds without a change after which it may be taken; undefined where it does not say. */
  readonly duration?: number;
  readonly acquired: string;
  readonly transitions: number;
  /** Of the object. */
  readonly version: string;
}

interface LeaseText {
  readonly name: string;
  readonly namespace: string;
  readonly holder: string;
  /** Milliseconds; whole seconds of it. */
  readonly duration: number;
  /** MicroTime. */
  readonly acquired: string;
  readonly renewed: string;
  readonly transitions: number;
  readonly version?: string;
}

export function leaseBody(lease: LeaseText): unknown {
  const { name, namespace, holder, duration, acquired, renewed, transitions, version } = lease;
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name, namespace, ...(version === undefined ? {} : { resourceVersion: version }) },
    spec: {
      holderIdentity: holder,
      leaseDurationSeconds: Math.ceil(duration / 1000),
      ...(acquired === "" ? {} : { acquireTime: acquired }),
      renewTime: renewed,
      leaseTransitions: transitions,
    },
  };
}

/** Fields that are missing or of another type count as empty: a Lease that says nothing is nobody's. */
export function readLease(value: unknown): FoundLease {
  const { metadata, spec }: { metadata?: unknown; spec?: unknown } = isObject(value) ? value : {};
  const of = (owner: unknown, name: string): unknown => (isObject(owner) ? Reflect.get(owner, name) : undefined);
  const text = (owner: unknown, name: string): string => {
    const found = of(owner, name);
    return typeof found === "string" ? found : "";
  };
  const seconds = of(spec, "leaseDurationSeconds");
  const transitions = of(spec, "leaseTransitions");
  return {
    holder: text(spec, "holderIdentity"),
    ...(typeof seconds === "number" ? { duration: seconds * 1000 } : {}),
    acquired: text(spec, "acquireTime"),
    transitions: typeof transitions === "number" ? transitions : 0,
    version: text(metadata, "resourceVersion"),
  };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
