/** IPAddressPool.status: the counters. */
import type { PoolUsage } from "../../model/allocation.ts";
import type { ApiClient } from "../../net/kubernetes/client.ts";
import { FIELD_MANAGER, MERGE_PATCH, metallbPath, unlessGone } from "./requests.ts";

/** What JSON numbers hold exactly; a larger pool has at least as many. */
const MAX_COUNT = BigInt(Number.MAX_SAFE_INTEGER);

interface Counters {
  readonly assignedIPv4: number;
  readonly assignedIPv6: number;
  readonly availableIPv4: number;
  readonly availableIPv6: number;
}

export class PoolCounters {
  readonly #client: ApiClient;
  readonly #namespace: string;
  readonly #wanted = new Map<string, Counters>();
  readonly #written = new Map<string, Counters>();

  constructor(client: ApiClient, namespace: string) {
    this.#client = client;
    this.#namespace = namespace;
  }

  /** The pools with something to write. */
  want(usage: readonly PoolUsage[]): string[] {
    const pools = new Set(usage.map(({ pool }) => pool));
    for (const pool of this.#written.keys()) if (!pools.has(pool)) this.#written.delete(pool);
    this.#wanted.clear();
    return usage.flatMap((each) => {
      const counters = countersOf(each);
      if (same(this.#written.get(each.pool), counters)) return [];
      this.#wanted.set(each.pool, counters);
      return [each.pool];
    });
  }

  async write(pool: string): Promise<void> {
    const wanted = this.#wanted.get(pool);
    if (wanted === undefined || same(this.#written.get(pool), wanted)) return;
    // A pool that is gone has no status; its counters go with it from what is wanted.
    await unlessGone(
      this.#client.request({
        method: "PATCH",
        path: metallbPath(this.#namespace, "ipaddresspools", pool, "status"),
        query: { fieldManager: FIELD_MANAGER },
        contentType: MERGE_PATCH,
        body: { status: wanted },
      }),
    );
    this.#written.set(pool, wanted);
  }
}

function countersOf({ assignedIPv4, assignedIPv6, availableIPv4, availableIPv6 }: PoolUsage): Counters {
  return {
    assignedIPv4: bounded(assignedIPv4),
    assignedIPv6: bounded(assignedIPv6),
    availableIPv4: bounded(availableIPv4),
    availableIPv6: bounded(availableIPv6),
  };
}

function bounded(count: bigint): number {
  return Number(count > MAX_COUNT ? MAX_COUNT : count);
}

function same(a: Counters | undefined, b: Counters): boolean {
  return (
    a?.assignedIPv4 === b.assignedIPv4 &&
    a.assignedIPv6 === b.assignedIPv6 &&
    a.availableIPv4 === b.availableIPv4 &&
    a.availableIPv6 === b.availableIPv6
  );
}
