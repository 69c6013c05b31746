/**
 * The status of Services: addresses and the annotation of the pool in one PATCH of the status subresource, which may carry both.
 *
 * Each write names the version of the object it was decided on. Where the object has changed since, it is read again: if
 * nothing that decides anything is different, the write is made on the new version; else the source is about to tell of the
 * change, and whoever decides says anew what is wanted.
 */
import { compareAddresses, formatAddress, sameAddress } from "../../model/address.ts";
import type { Address } from "../../model/address.ts";
import type { ServiceView } from "../../model/service.ts";
import { ApiError } from "../../net/kubernetes/client.ts";
import type { ApiClient } from "../../net/kubernetes/client.ts";
import { DEADLINE, DURATION } from "../lease.ts";
import type { ServiceStatus } from "../status.ts";
import { FIELD_MANAGER, MERGE_PATCH, servicePath, unlessGone } from "./requests.ts";

/** Milliseconds: from when a leader may write last until another may have taken its Lease. */
const TIMEOUT = DURATION - DEADLINE;

const POOL_ANNOTATION = "metallb.io/ip-allocated-from-pool";

/** What a Service's status says, in one version of it. */
interface Standing {
  readonly version: string | undefined;
  readonly addresses: readonly Address[];
  readonly pool: string | undefined;
}

export interface ServiceStatusOptions {
  readonly client: ApiClient;
  /** A Service as the source shows it now. */
  readonly view: (service: string) => ServiceView | undefined;
  /** What the source would show of an object of the API server; undefined where it is none that means anything. */
  readonly decode: (value: unknown) => ServiceView | undefined;
}

/** The object is not what the decision was made on; the source will tell. */
export class Outdated extends Error {
  override readonly name = "Outdated";
}

export class ServiceStatuses {
  readonly #options: ServiceStatusOptions;
  readonly #wanted = new Map<string, ServiceStatus>();
  /** What was read or written after what the source shows. */
  readonly #newer = new Map<string, Standing>();

  constructor(options: ServiceStatusOptions) {
    this.#options = options;
  }

  /** Whether there is something to write. */
  want(status: ServiceStatus): boolean {
    this.#wanted.set(status.service, status);
    const standing = this.#standing(status.service);
    if (standing !== undefined && !same(standing, status)) return true;
    this.#wanted.delete(status.service);
    return false;
  }

  forget(service: string): void {
    this.#wanted.delete(service);
    this.#newer.delete(service);
  }

  /** Writes what is wanted now, if anything. Rejects where it is to be tried again. */
  async write(service: string): Promise<void> {
    for (;;) {
      const wanted = this.#wanted.get(service);
      const standing = this.#standing(service);
      if (wanted === undefined || standing === undefined || same(standing, wanted)) {
        this.#wanted.delete(service);
        return;
      }
      await this.#patch(service, standing, wanted);
    }
  }

  /** Takes from a Service that is no load balancer any more what it had from us. */
  async clean(service: string): Promise<void> {
    const { client, decode, view } = this.#options;
    const fresh = await unlessGone(client.request({ method: "GET", path: servicePath(service) }));
    const found = fresh === undefined ? undefined : decode(fresh);
    if (found === undefined || found.type === "LoadBalancer" || view(service) !== undefined) return;
    const standing = standingOf(found);
    if (standing.addresses.length === 0 && standing.pool === undefined) return;
    await unlessGone(this.#request(service, standing.version, { service, addresses: [] }));
  }

  async #patch(service: string, standing: Standing, wanted: ServiceStatus): Promise<void> {
    try {
      const answer = await unlessGone(this.#request(service, standing.version, wanted));
      if (answer === undefined) this.forget(service);
      else this.#remember(service, answer);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409) throw error;
      await this.#reread(service, error);
    }
  }

  #request(service: string, version: string | undefined, { addresses, pool }: ServiceStatus): Promise<unknown> {
    const ingress = addresses.toSorted(compareAddresses).map((each) => ({ ip: formatAddress(each), ipMode: "VIP" }));
    return this.#options.client.request({
      method: "PATCH",
      path: servicePath(service, "status"),
      query: { fieldManager: FIELD_MANAGER },
      contentType: MERGE_PATCH,
      timeout: TIMEOUT,
      body: {
        metadata: {
          ...(version === undefined ? {} : { resourceVersion: version }),
          annotations: { [POOL_ANNOTATION]: pool ?? null },
        },
        status: { loadBalancer: { ingress: ingress.length === 0 ? null : ingress } },
      },
    });
  }

  async #reread(service: string, conflict: ApiError): Promise<void> {
    const fresh = await unlessGone(this.#options.client.request({ method: "GET", path: servicePath(service) }));
    if (fresh === undefined) {
      this.forget(service);
      return;
    }
    const found = this.#options.decode(fresh);
    const basis = this.#options.view(service);
    if (found === undefined || basis === undefined || canonical(found) !== canonical(basis)) {
      throw new Outdated(`Service ${service} has changed`, { cause: conflict });
    }
    this.#newer.set(service, standingOf(found));
  }

  #remember(service: string, answer: unknown): void {
    const found = this.#options.decode(answer);
    if (found !== undefined) this.#newer.set(service, standingOf(found));
  }

  /** The newest there is; undefined where the Service is gone. */
  #standing(service: string): Standing | undefined {
    const view = this.#options.view(service);
    if (view === undefined) return undefined;
    const newer = this.#newer.get(service);
    if (newer !== undefined && isNewer(newer.version, view.resourceVersion)) return newer;
    this.#newer.delete(service);
    return standingOf(view);
  }
}

function standingOf({ resourceVersion: version, ingress: addresses, allocatedFrom: pool }: ServiceView): Standing {
  return { version, addresses, pool };
}

function same(standing: Standing, { addresses, pool }: ServiceStatus): boolean {
  return (
    standing.pool === pool &&
    standing.addresses.length === addresses.length &&
    addresses.every((one) => standing.addresses.some((other) => sameAddress(one, other)))
  );
}

/** All that decides anything. */
function canonical(view: ServiceView): string {
  return JSON.stringify({ ...view, resourceVersion: undefined }, (_key, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value,
  );
}

/** Versions of one object are decimal numbers that grow. */
function isNewer(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined) return false;
  return other === undefined || one.length > other.length || (one.length === other.length && one > other);
}
