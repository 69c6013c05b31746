/** The rules of allocation once more, by enumeration: only for small pools, and slow, but easy to read. */
import type { Address, Family } from "../../../src/model/address.ts";
import { formatAddress } from "../../../src/model/address.ts";
import type { Pool } from "../../../src/model/config.ts";
import type { Labels } from "../../../src/model/selector.ts";
import { selects } from "../../../src/model/selector.ts";
import type { ServiceView } from "../../../src/model/service.ts";

/** A Service and the addresses it has. */
export interface Tenant {
  readonly view: ServiceView;
  readonly held: readonly Address[];
}

export interface World {
  readonly pools: readonly Pool[];
  readonly namespaces: ReadonlyMap<string, Labels>;
  /** Everyone else. */
  readonly others: readonly Tenant[];
}

export function addressesOf(pool: Pool): Address[] {
  const all = pool.ranges.flatMap(({ family, first, last }) =>
    Array.from({ length: Number(last - first) + 1 }, (_, index) => ({ family, value: first + BigInt(index) })),
  );
  const buggy = /\.(0|255)$/;
  return all.filter((address) => !pool.avoidBuggyIPs || address.family === 6 || !buggy.test(formatAddress(address)));
}

function same(a: Address, b: Address): boolean {
  return formatAddress(a) === formatAddress(b);
}

function includes(list: readonly Address[], address: Address): boolean {
  return list.some((one) => same(one, address));
}

export function poolOf(address: Address, world: World): Pool | undefined {
  return world.pools.find((pool) => includes(addressesOf(pool), address));
}

export function isFor(pool: Pool, view: ServiceView, world: World): boolean {
  const { allocation } = pool;
  if (allocation === undefined) return true;
  const { namespaces, namespaceSelectors, serviceSelectors } = allocation;
  const labels = world.namespaces.get(view.namespace);
  const chosen = labels !== undefined && namespaceSelectors.some((selector) => selects(selector, labels));
  const everywhere = namespaces.length + namespaceSelectors.length === 0;
  const inNamespace = everywhere || namespaces.includes(view.namespace) || chosen;
  return inNamespace && (serviceSelectors.length === 0 || serviceSelectors.some((one) => selects(one, view.labels)));
}

function key(view: ServiceView): string {
  return "invalid" in view.request ? "" : (view.request.sharingKey ?? "");
}

export function mayShare(a: ServiceView, b: ServiceView): boolean {
  if (key(a) === "" || key(a) !== key(b) || a.externalTrafficPolicy !== b.externalTrafficPolicy) return false;
  if (a.externalTrafficPolicy === "Local" && a.selector !== b.selector) return false;
  return !a.ports.some((one) => b.ports.some((two) => one.port === two.port && one.protocol === two.protocol));
}

export function isOpen(address: Address, view: ServiceView, world: World): boolean {
  return world.others.every(({ view: other, held }) => !includes(held, address) || mayShare(view, other));
}

/** What of `held` the Service may keep. */
export function keeps({ view, held }: Tenant, world: World): Address[] {
  if (view.families.length === 0) return [];
  if (world.pools.length === 0) return [...held];
  const kept: Address[] = [];
  for (const family of view.families) {
    const valid = held.filter((address) => {
      const pool = poolOf(address, world);
      if (address.family !== family || pool === undefined || !isFor(pool, view, world)) return false;
      if (kept[0] !== undefined && poolOf(kept[0], world) !== pool) return false;
      return isOpen(address, view, world);
    });
    kept.push(...valid.slice(0, 1));
  }
  return kept;
}

function rank({ allocation }: Pool): number {
  return allocation === undefined ? 2e6 : allocation.priority || 1e6;
}

function searched(view: ServiceView, pool: string | undefined, world: World): Pool[] {
  const names = [...world.pools].sort((a, b) => (a.name < b.name ? -1 : 1));
  const inOrder = names.sort((a, b) => rank(a) - rank(b));
  const asked = inOrder.filter((one) => (pool === undefined ? one.autoAssign : one.name === pool));
  return asked.filter((one) => isFor(one, view, world));
}

/** Where a Service with what it may keep goes from there; undefined: it stays. */
export function moves({ view, held }: Tenant, world: World): readonly Address[] | undefined {
  const { request, families } = view;
  const dual = families.length === 2;
  const oneWillDo = dual && view.ipFamilyPolicy === "PreferDualStack";
  if ("invalid" in request || families.length === 0 || view.deleting || world.pools.length === 0) return undefined;
  if (!dual && view.ipFamilyPolicy === "RequireDualStack") return undefined;

  const home = held[0] && poolOf(held[0], world);
  const atHome = home !== undefined && (request.pool === undefined || request.pool === home.name);
  if (request.addresses.length > 0) {
    const asked = request.addresses;
    const already = atHome && asked.length === held.length && asked.every((address) => includes(held, address));
    const distinct = new Set(asked.map(({ family }) => family)).size === asked.length;
    const fits = distinct && asked.every(({ family }) => families.includes(family));
    const enough = asked.length === families.length || oneWillDo;
    const pool = asked[0] && poolOf(asked[0], world);
    const one = pool !== undefined && asked.every((address) => poolOf(address, world) === pool);
    if (already || !fits || !enough || !one || !isFor(pool, view, world)) return undefined;
    if (request.pool !== undefined && request.pool !== pool.name) return undefined;
    return asked.every((address) => isOpen(address, view, world)) ? asked : undefined;
  }
  const first = (pool: Pool, family: Family): Address[] =>
    addressesOf(pool)
      .filter((address) => address.family === family && isOpen(address, view, world))
      .slice(0, 1);
  if (atHome) {
    const missing = families.filter((family) => held.every((address) => address.family !== family));
    if (missing.length === 0) return undefined;
    const added = missing.flatMap((family) => first(home, family));
    if (added.length > 0) return [...held, ...added];
    if (oneWillDo) return undefined;
  }
  const candidates = searched(view, request.pool, world);
  for (const pool of candidates) {
    const found = families.flatMap((family) => first(pool, family));
    if (found.length === families.length) return found;
  }
  if (!oneWillDo) return undefined;
  return families
    .flatMap((family) => candidates.flatMap((pool) => first(pool, family)).slice(0, 1))
    .map((one) => [one])[0];
}
