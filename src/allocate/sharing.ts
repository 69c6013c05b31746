/** When Services may have one address together, and which address a Service may join. */
import type { ServicePort, ServiceView } from "../model/service.ts";
import { ShareGroup } from "./share-group.ts";

/** What a Service brings to an address: whatever decides who else may use it. */
export interface Claim {
  readonly service: string;
  /** Empty: it shares with nobody. */
  readonly sharingKey: string;
  /** Where its traffic may go; Services that share must agree on it. */
  readonly backends: string;
  /** As "TCP/80", without repeats. */
  readonly ports: readonly string[];
}

/** As `backends`: any endpoint of the Service, wherever it is. */
export const CLUSTER = "Cluster";

/** How many lists of ports are remembered. */
const LISTS = 256;

/** Hands out one list for equal ones: nearly all Services have one of a few. */
export class PortLists {
  readonly #byText = new Map<string, readonly string[]>();

  /** As "TCP/80", without repeats. */
  of(ports: readonly ServicePort[]): readonly string[] {
    const all = ports.map(({ protocol, port }) => `${protocol}/${port}`);
    const text = all.join(" ");
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    if (this.#byText.size >= LISTS) this.#byText.clear();
    const list = [...new Set(all)];
    this.#byText.set(text, list);
    return list;
  }
}

export function claimOf(view: ServiceView, acrossNamespaces: boolean, portLists: PortLists): Claim {
  const key = "invalid" in view.request ? "" : (view.request.sharingKey ?? "");
  const sharingKey = key === "" || acrossNamespaces ? key : `${view.namespace}/${key}`;
  const backends = view.externalTrafficPolicy === "Local" ? `Local ${view.selector}` : CLUSTER;
  return { service: view.key, sharingKey, backends, ports: portLists.of(view.ports) };
}

export function sameClaim(a: Claim, b: Claim): boolean {
  return a.sharingKey === b.sharingKey && a.backends === b.backends && sameItems(a.ports, b.ports);
}

function sameItems(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item) => b.includes(item));
}

/** The shared addresses of one pool and family, indexed by sharing key and backends. */
export class SharedAddresses {
  readonly #groups = new Map<string, ShareGroup>();

  add(number: bigint, claim: Claim): void {
    if (claim.sharingKey === "") return;
    const key = groupKey(claim);
    const group = this.#groups.get(key) ?? new ShareGroup();
    group.join(number, claim.ports);
    this.#groups.set(key, group);
  }

  delete(number: bigint, claim: Claim, last: boolean): void {
    const key = groupKey(claim);
    const group = this.#groups.get(key);
    group?.leave(number, claim.ports, last);
    if (group?.isEmpty === true) this.#groups.delete(key);
  }

  /** The lowest address that `claim` may join. */
  lowest(claim: Claim): bigint | undefined {
    return claim.sharingKey === "" ? undefined : this.#groups.get(groupKey(claim))?.lowest(claim.ports);
  }
}

function groupKey(claim: Claim): string {
  return JSON.stringify([claim.sharingKey, claim.backends]);
}
