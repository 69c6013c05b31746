/** Which Services are on which address. Addresses go by their number in the pool. */
import { CLUSTER } from "./sharing.ts";
import type { Claim } from "./sharing.ts";

/** The Services on one address; all agree on sharing key and backends. */
class Sharers {
  readonly claims = new Map<string, Claim>();
  /** Which Service has a port. */
  readonly ports = new Map<string, string>();

  constructor(claim: Claim) {
    this.add(claim);
  }

  add(claim: Claim): void {
    this.claims.set(claim.service, claim);
    for (const port of claim.ports) this.ports.set(port, claim.service);
  }

  delete(claim: Claim): void {
    this.claims.delete(claim.service);
    for (const port of claim.ports) this.ports.delete(port);
  }
}

export class Holders {
  /** Nearly every address has one holder, and then nothing but its claim is kept. */
  readonly #byNumber = new Map<bigint, Claim | Sharers>();

  /** How many addresses are held. */
  get size(): number {
    return this.#byNumber.size;
  }

  /** Of those who hold an address, who came first. */
  first(number: bigint): Claim | undefined {
    const held = this.#byNumber.get(number);
    return held instanceof Sharers ? held.claims.values().next().value : held;
  }

  add(number: bigint, claim: Claim): void {
    const held = this.#byNumber.get(number);
    if (held === undefined) {
      this.#byNumber.set(number, claim);
      return;
    }
    const sharers = held instanceof Sharers ? held : new Sharers(held);
    sharers.add(claim);
    this.#byNumber.set(number, sharers);
  }

  /** With the claim under which it was added. */
  delete(number: bigint, claim: Claim): void {
    const held = this.#byNumber.get(number);
    if (!(held instanceof Sharers)) {
      this.#byNumber.delete(number);
      return;
    }
    held.delete(claim);
    const left = this.first(number);
    if (held.claims.size === 1 && left !== undefined) this.#byNumber.set(number, left);
  }

  /** Why `claim` cannot join, as the end of a sentence that begins with the address; its own Service is no obstacle. */
  objection(number: bigint, claim: Claim): string | undefined {
    const other = this.#otherThan(number, claim.service);
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
      const holder = this.#holderOf(number, port);
      if (holder !== undefined && holder !== claim.service) {
        const [protocol, number] = port.split("/");
        return `has port ${number}/${protocol} in use by ${holder}`;
      }
    }
    return undefined;
  }

  #otherThan(number: bigint, service: string): Claim | undefined {
    const held = this.#byNumber.get(number);
    if (held instanceof Sharers) return held.claims.values().find((claim) => claim.service !== service);
    return held?.service === service ? undefined : held;
  }

  #holderOf(number: bigint, port: string): string | undefined {
    const held = this.#byNumber.get(number);
    if (held instanceof Sharers) return held.ports.get(port);
    return held?.ports.includes(port) === true ? held.service : undefined;
  }
}
