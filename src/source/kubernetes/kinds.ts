/** Which kinds are read, by which role, and which objects of them. What config/rbac allows follows from this table. */
import { kinds } from "../../api/parse.ts";
import { projectionOf } from "../../api/projection.ts";
import type { Projection } from "../../api/projection.ts";

/** "run" is both in one process; a "viewer" only looks, at all but Secrets. */
export type Role = "controller" | "speaker" | "run" | "viewer";

/** What of a kind is asked for. A server that does not know a selector refuses it with 400; then `else` is asked for. */
export interface Selection {
  readonly query: Readonly<Record<string, string>>;
  readonly else?: Readonly<Record<string, string>>;
}

export interface KindToRead {
  readonly group: string;
  readonly kind: string;
  /** As in paths and RBAC. */
  readonly plural: string;
  /** The best one first; the first that the server has is read. */
  readonly versions: readonly [string, ...string[]];
  /** "own": only those in Herald's namespace count. */
  readonly scope: "cluster" | "all" | "own";
  /** The kind is there by a custom resource definition, which may be missing. */
  readonly custom: boolean;
  readonly roles: readonly Exclude<Role, "run" | "viewer">[];
  readonly selection: Selection;
  /** Whether an object is to be kept, where the server could not select it. */
  readonly keep?: (value: unknown) => boolean;
}

const BOTH = ["controller", "speaker"] as const;
const EVERYTHING: Selection = { query: {} };

function core(kind: string, plural: string, more: Partial<KindToRead>): KindToRead {
  const row = { group: "", kind, plural, versions: ["v1"], scope: "all", custom: false } as const;
  return { ...row, roles: BOTH, selection: EVERYTHING, ...more };
}

/** Whether the configuration is valid is judged as a whole, so both roles read all of it. */
function configuration(kind: string, plural: string, versions: KindToRead["versions"] = ["v1beta1"]): KindToRead {
  const row = { group: "metallb.io", kind, plural, versions, scope: "own", custom: true } as const;
  return { ...row, roles: BOTH, selection: EVERYTHING };
}

/** Secrets are not in it: speakers read those that a BGPPeer names, one by one. */
export const KINDS: readonly KindToRead[] = [
  core("Service", "services", {
    // Selecting by type came with Kubernetes 1.31.
    selection: { query: { fieldSelector: "spec.type=LoadBalancer" }, else: {} },
    keep: isLoadBalancer,
  }),
  core("Namespace", "namespaces", { scope: "cluster" }),
  core("Node", "nodes", { scope: "cluster", roles: ["speaker"] }),
  core("EndpointSlice", "endpointslices", {
    group: "discovery.k8s.io",
    roles: ["speaker"],
    selection: { query: { labelSelector: "!service.kubernetes.io/headless" } },
  }),
  configuration("IPAddressPool", "ipaddresspools"),
  configuration("BGPAdvertisement", "bgpadvertisements"),
  configuration("L2Advertisement", "l2advertisements"),
  configuration("BGPPeer", "bgppeers", ["v1beta2", "v1beta1"]),
  configuration("BFDProfile", "bfdprofiles"),
  configuration("Community", "communities"),
];

/** One Secret. Its namespace is that of the peer that names it. */
export function secretNamed(name: string): KindToRead {
  const selection = { query: { fieldSelector: `metadata.name=${name}` } };
  return core("Secret", "secrets", { scope: "own", roles: ["speaker"], selection });
}

export function kindsOf(role: Role): readonly KindToRead[] {
  return KINDS.filter(({ roles }) => role === "run" || role === "viewer" || roles.includes(role));
}

export function readsSecrets(role: Role): boolean {
  return role === "speaker" || role === "run";
}

/** "/apis/metallb.io/v1beta2/namespaces/metallb-system/bgppeers". */
export function pathOf({ group, plural, scope }: KindToRead, version: string, namespace: string): string {
  const within = scope === "own" ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  return `${groupPath(group, version)}${within}/${plural}`;
}

export function groupPath(group: string, version: string): string {
  return group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
}

/** The part of an object of this kind and version that Herald reads. */
export function projectionFor({ group, kind }: KindToRead, version: string): Projection {
  const known = kinds.find((each) => each.group === group && each.kind === kind && each.version === version);
  if (known === undefined) throw new Error(`src/api has no ${kind} ${version}`);
  return projectionOf(known.schema);
}

function isLoadBalancer(value: unknown): boolean {
  const spec: unknown = typeof value === "object" && value !== null ? Reflect.get(value, "spec") : undefined;
  return typeof spec === "object" && spec !== null && Reflect.get(spec, "type") === "LoadBalancer";
}
