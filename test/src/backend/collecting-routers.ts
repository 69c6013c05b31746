/** The two routers of a stand, as collectors: they keep what any BGP speaker tells them. */
import type { Dialer, Listener } from "@herald/bgp";
import { Afi } from "bgp-ts-codec";
import { formatAddress } from "../../../src/model/address.ts";
import type { Address } from "../../../src/model/address.ts";
import { Collector } from "../../support/collector.ts";
import type { CollectedRoute } from "../../support/collector.ts";
import { peer } from "../../support/plan-values.ts";
import type { RemoteName, SeenRoute, Stand } from "./stand.ts";

const NODE_ASN = 64500;
const ASNS: Readonly<Record<RemoteName, number>> = { outer: 4200000001, inner: NODE_ASN };

/** Where the routers listen. */
export type Places = Readonly<Record<RemoteName, { readonly listener: Listener; readonly address: Address }>>;

export interface CollectingRouters extends Pick<Stand, "peer" | "remote" | "close"> {
  /** From now on both dial that address too. */
  dial(dialer: Dialer, address: string, later: (again: () => void) => void): void;
  /** The next hop of a route that the router holds, as text. */
  nextHop(name: RemoteName, prefix: string): string | undefined;
}

function seen({ attributes }: CollectedRoute): SeenRoute {
  const { communities = [], largeCommunities = [], localPref } = attributes;
  const large = largeCommunities.map(({ global, local1, local2 }) => [global, local1, local2] as const);
  return { communities: { standard: communities, large }, ...(localPref !== undefined && { localPref }) };
}

/** `port` 0: any that is free. */
export async function collectingRouters(places: Places, port: number): Promise<CollectingRouters> {
  const collect = async (name: RemoteName, bgpId: number): Promise<{ collector: Collector; port: number }> => {
    const { address, listener } = places[name];
    const where = { address: formatAddress(address), port };
    const collector = new Collector({ ...where, asn: ASNS[name], bgpId, external: name === "outer" });
    return { collector, port: await collector.listen(listener) };
  };
  const routers = { outer: await collect("outer", 11), inner: await collect("inner", 12) };
  return {
    peer(name, fields) {
      const { address } = places[name];
      const base = { address, port: routers[name].port, myAsn: NODE_ASN, peerAsn: ASNS[name], connectTime: 1 };
      return peer(name, { ...base, ...fields });
    },
    remote(name) {
      const { collector } = routers[name];
      return {
        get table() {
          return new Map(Array.from(collector.table, ([prefix, route]) => [prefix, seen(route)]));
        },
        seen: collector.seen,
        cut: () => collector.cut(),
      };
    },
    nextHop(name, prefix) {
      const hop = routers[name].collector.table.get(prefix)?.nextHop;
      if (hop === undefined) return undefined;
      return formatAddress({ family: hop.afi === Afi.Ipv4 ? 4 : 6, value: BigInt(hop.address) });
    },
    dial(dialer, address, later) {
      for (const { collector } of Object.values(routers)) collector.dial(dialer, address, later);
    },
    async close() {
      await Promise.all([routers.outer.collector.close(), routers.inner.collector.close()]);
    },
  };
}
