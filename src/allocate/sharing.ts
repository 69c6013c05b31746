/** When Services may have one address together, and which address a Service may join. */
import type { ServiceView } from "../model/service.ts";
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

const CLUSTER = "Cluster";

export function claimOf(view: ServiceView, acrossNamespaces: boolean): Claim {
  const key = "invalid" in view.request ? "" : (view.request.sharingKey ?? "");
  const sharingKey = key === "" || acrossNamespaces ? key : `${view.namespace}/${key}`;
  const backends = view.externalTrafficPolicy === "Local" ? `Local ${view.selector}` : CLUSTER;
  const ports = new Set(view.ports.map(({ protocol, port }) => `${protocol}/${port}`));
  return { service: view.key, sharingKey, backends, ports: [...ports] };
}

export function sameClaim(a: Claim, b: Claim): boolean {
  return a.sharingKey === b.sharingKey && a.backends === b.backends && sameItems(a.ports, b.ports);
}

function sameItems(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item) => b.includes(item));
}

/** The Services on one address; all agree on sharing key and backends. */
export class Holders {
  readonly #claims = new Map<string, Claim>();
  /** Which Service has a port. */
  readonly #ports = new Map<string, string>();

  get any(): Claim | undefined {
    return this.#claims.values().next().value;
  }

  add(claim: Claim): void {
    this.#claims.set(claim.service, claim);
    for (const port of claim.ports) this.#ports.set(port, claim.service);
  }

  delete(claim: Claim): void {
    this.#claims.delete(claim.service);
    for (const port of claim.ports) this.#ports.delete(port);
  }

  /** Why `claim` cannot join, as the end of a sentence that begins with the address; its own Service is no obstacle. */
  objection(claim: Claim): string | undefined {
    const other = this.#otherThan(claim.service);
    if (other === undefined) return undefined;
    const { service } = other;
    if (claim.sharingKey === "") return `is used by ${service}, and this Service has no sharing key`;
    if (other.sharingKey === "") return `is used by ${service}, which has no sharing key`;
    if (other.sharingKey !== claim.sharingKey) return `is used by ${service}, which has a different sharing key`;
    if (other.backends !== claim.backends) {
      const bothLocal = other.backends !== CLUSTER && claim.backends !== CLUSTER;
      return bothLocal
        ? `is used by ${service}, which has externalTrafficPolicy Local with other pods`
        : `is used by ${service}, which has a different externalTrafficPolicy`;
    }
    for (const port of claim.ports) {
      const holder = this.#ports.get(port);
      if (holder !== undefined && holder !== claim.service) {
        const [protocol, number] = port.split("/");
        return `has port ${number}/${protocol} in use by ${holder}`;
      }
    }
    return undefined;
  }

  #otherThan(service: string): Claim | undefined {
    for (const claim of this.#claims.values()) {
      if (claim.service !== service) return claim;
    }
    return undefined;
  }
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
