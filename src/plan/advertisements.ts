/** The BGPAdvertisements of a configuration as one node sees them: by pool, with the peers each one reaches. */
import type { Family } from "../model/address.ts";
import type { BgpAdvertisement, Config } from "../model/config.ts";
import { anySelects } from "../model/selector.ts";
import type { NodeView } from "../model/service.ts";

/** The names of the peers of a node: `selected` by node selectors, of these those that have a session, by family. */
export interface NodePeers {
  readonly selected: readonly string[];
  readonly usable: ReadonlySet<string>;
  readonly carrying: Record<Family, readonly string[]>;
}

/** An advertisement that covers this node. */
export interface NodeAdvertisement {
  readonly advertisement: BgpAdvertisement;
  /** Its place among all, by name: the order in which advertisements are merged and told. */
  readonly rank: number;
  /** The peers with a session that it names, by the family they carry. */
  readonly peers: Record<Family, readonly string[]>;
}

export interface PoolAdvertisements {
  /** Names of all that cover the pool, on whichever node. */
  readonly names: readonly string[];
  readonly here: readonly NodeAdvertisement[];
}

/** Whether an advertisement is meant for a peer; one that names no peers is for all. */
export function names(advertisement: BgpAdvertisement, peer: string): boolean {
  return advertisement.peers.size === 0 || advertisement.peers.has(peer);
}

export function aggregationLength(advertisement: BgpAdvertisement, family: Family): number {
  return family === 4 ? advertisement.aggregationLength : advertisement.aggregationLengthV6;
}

/** What covers each pool; pools that nothing covers are absent. */
export function indexAdvertisements(
  config: Config,
  node: NodeView,
  peers: NodePeers,
): ReadonlyMap<string, PoolAdvertisements> {
  const byPool = new Map<string, { names: string[]; here: NodeAdvertisement[] }>();
  const sorted = [...config.bgpAdvertisements].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const [rank, advertisement] of sorted.entries()) {
    const reached = (family: Family): string[] => peers.carrying[family].filter((peer) => names(advertisement, peer));
    const here = anySelects(advertisement.nodeSelectors, node.labels)
      ? { advertisement, rank, peers: { 4: reached(4), 6: reached(6) } }
      : undefined;
    for (const pool of advertisement.pools) {
      const entry = byPool.get(pool) ?? { names: [], here: [] };
      byPool.set(pool, entry);
      entry.names.push(advertisement.name);
      if (here !== undefined) entry.here.push(here);
    }
  }
  return byPool;
}
