/** Which pools are for which Services. */
import type { Pool, PoolAllocation } from "../model/config.ts";
import type { Labels } from "../model/selector.ts";
import { anySelects, selects } from "../model/selector.ts";
import type { ServiceView } from "../model/service.ts";

/** Labels by namespace. */
export type Namespaces = ReadonlyMap<string, Labels>;

/**
 * Why a pool is not for a Service, as the end of a sentence that begins with the pool. A namespace must be among those
 * named or selected where there is any such list: a selector that matches none leaves none, it does not open the pool.
 */
export function notForService(pool: Pool, service: ServiceView, namespaces: Namespaces): string | undefined {
  const { allocation } = pool;
  if (allocation === undefined) return undefined;
  if (!isForNamespace(allocation, service.namespace, namespaces)) return `is not for namespace ${service.namespace}`;
  if (!anySelects(allocation.serviceSelectors, service.labels)) return "is for Services with other labels";
  return undefined;
}

function isForNamespace(allocation: PoolAllocation, namespace: string, namespaces: Namespaces): boolean {
  if (allocation.namespaces.length === 0 && allocation.namespaceSelectors.length === 0) return true;
  if (allocation.namespaces.includes(namespace)) return true;
  const labels = namespaces.get(namespace);
  return labels !== undefined && allocation.namespaceSelectors.some((selector) => selects(selector, labels));
}
