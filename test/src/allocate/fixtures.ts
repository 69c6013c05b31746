/** Short words for pools and Services, as the allocator sees them. */
import type { Address, AddressRange, Family } from "../../../src/model/address.ts";
import { formatAddress } from "../../../src/model/address.ts";
import type { Allocation } from "../../../src/model/allocation.ts";
import type { Pool, PoolAllocation } from "../../../src/model/config.ts";
import type { Labels, Selector } from "../../../src/model/selector.ts";
import type { AddressRequest, NamespaceView, ServiceView } from "../../../src/model/service.ts";
import { ip } from "../../support/plan-values.ts";

/** "10.0.0.0-10.0.0.3", "10.0.0.0/30" or one address. */
export function range(text: string): AddressRange {
  const [base = "", length] = text.split("/");
  const [first = "", last = first] = base.split("-");
  const { family, value } = ip(first);
  if (length === undefined) return { family, first: value, last: ip(last).value };
  return { family, first: value, last: value + (1n << BigInt((family === 4 ? 32 : 128) - Number(length))) - 1n };
}

export interface PoolOptions {
  readonly autoAssign?: boolean;
  readonly avoidBuggyIPs?: boolean;
  readonly allocation?: Partial<PoolAllocation>;
}

export function pool(name: string, ranges: string, { allocation, ...options }: PoolOptions = {}): Pool {
  const pinned = { priority: 0, namespaces: [], namespaceSelectors: [], serviceSelectors: [], ...allocation };
  return {
    name,
    labels: {},
    ranges: ranges.split(" ").map(range),
    autoAssign: true,
    avoidBuggyIPs: false,
    ...options,
    ...(allocation === undefined ? {} : { allocation: pinned }),
  };
}

export function pools(...list: readonly Pool[]): ReadonlyMap<string, Pool> {
  return new Map(list.map((pool) => [pool.name, pool]));
}

export function selector(matchLabels: Labels): Selector {
  return { matchLabels, matchExpressions: [] };
}

export function namespace(name: string, labels: Labels = {}): NamespaceView {
  return { name, labels };
}

export type Stack = "4" | "6" | "require" | "require6" | "prefer" | "prefer6";

const FAMILIES: Record<Stack, readonly Family[]> = {
  "4": [4],
  "6": [6],
  require: [4, 6],
  require6: [6, 4],
  prefer: [4, 6],
  prefer6: [6, 4],
};

export interface ServiceOptions extends Partial<Omit<ServiceView, "request" | "ports" | "ingress">> {
  readonly stack?: Stack;
  /** Explicit addresses, separated by spaces. */
  readonly ips?: string;
  readonly pool?: string;
  readonly share?: string;
  readonly invalid?: string;
  /** "80 53/UDP". */
  readonly ports?: string;
  readonly ingress?: string;
}

function list(text: string | undefined): string[] {
  return text === undefined || text === "" ? [] : text.split(" ");
}

/** `key` may lack the namespace, which then is "default". */
export function service(key: string, options: ServiceOptions = {}): ServiceView {
  const { stack = "4", ips, pool, share, invalid, ports = "80", ingress, ...rest } = options;
  const [namespace = "", name] = key.includes("/") ? key.split("/") : ["default", key];
  const families = FAMILIES[stack];
  const request: AddressRequest = {
    addresses: list(ips).map(ip),
    ...(pool === undefined ? {} : { pool }),
    ...(share === undefined ? {} : { sharingKey: share }),
  };
  const policy = stack.startsWith("prefer") ? "PreferDualStack" : "RequireDualStack";
  return {
    key: `${namespace}/${name}`,
    namespace,
    name: name ?? "",
    labels: {},
    type: "LoadBalancer",
    externalTrafficPolicy: "Cluster",
    selector: `app=${name}`,
    families,
    ipFamilyPolicy: families.length > 1 ? policy : "SingleStack",
    request: invalid === undefined ? request : { invalid },
    deprecatedAnnotations: [],
    deleting: false,
    ...rest,
    ports: list(ports).map((text) => {
      const [port, protocol = "TCP"] = text.split("/");
      return { protocol: protocol === "UDP" ? "UDP" : "TCP", port: Number(port) };
    }),
    ingress: list(ingress).map(ip),
  };
}

/** "10.0.0.1 fd00::1". */
export function texts(addresses: readonly Address[]): string {
  return addresses.map(formatAddress).join(" ");
}

/** "default/a: 10.0.0.1 (IPAllocated)". */
export function brief({ service, addresses, events }: Allocation): string {
  const reasons = events.map(({ reason }) => reason).join(", ");
  return `${service}: ${texts(addresses) || "none"}${reasons === "" ? "" : ` (${reasons})`}`;
}
