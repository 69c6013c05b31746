/** The bench of the native backend: its sessions run to two collecting routers over the hosts that are handed in. */
import type { Host, Listener } from "@herald/bgp";
import { Afi } from "bgp-ts-codec";
import { nativeBackend } from "../../../src/backend/native/index.ts";
import type { NativeOptions, SocketFeatures } from "../../../src/backend/native/index.ts";
import { formatAddress } from "../../../src/model/address.ts";
import type { Address } from "../../../src/model/address.ts";
import { Collector } from "../../support/collector.ts";
import type { CollectedRoute } from "../../support/collector.ts";
import { ip, peer } from "../../support/plan-values.ts";
import type { Bench, RemoteName, SeenRoute } from "./bench.ts";

const NODE_ASN = 64500;
const ASNS: Readonly<Record<RemoteName, number>> = { outer: 4200000001, inner: NODE_ASN };

/** Where the backend and the routers run. */
export interface Ground {
  /** The node's. */
  readonly host: Host;
  readonly routers: Readonly<Record<RemoteName, { readonly listener: Listener; readonly address: Address }>>;
  /** The port the routers listen on; 0: any that is free. */
  readonly port: number;
  readonly speaker: NativeOptions["speaker"];
  readonly sockets?: SocketFeatures;
  readonly until: Bench["until"];
  /** Lets time pass until the work is done. */
  readonly during: (work: Promise<void>) => Promise<void>;
}

function seen({ attributes }: CollectedRoute): SeenRoute {
  const { communities = [], largeCommunities = [], localPref } = attributes;
  const large = largeCommunities.map(({ global, local1, local2 }) => [global, local1, local2] as const);
  return { communities: { standard: communities, large }, ...(localPref !== undefined && { localPref }) };
}

export interface NativeBench extends Bench {
  /** The next hop of a route that the router holds, as text. */
  nextHop(name: RemoteName, prefix: string): string | undefined;
}

export async function nativeBench(ground: Ground): Promise<NativeBench> {
  const { host, speaker, sockets = {} } = ground;
  const backend = nativeBackend({ host, speaker, sockets });
  const collect = async (name: RemoteName, bgpId: number): Promise<{ collector: Collector; port: number }> => {
    const { address, listener } = ground.routers[name];
    const where = { address: formatAddress(address), port: ground.port };
    const collector = new Collector({ ...where, asn: ASNS[name], bgpId, external: name === "outer" });
    return { collector, port: await collector.listen(listener) };
  };
  const routers = { outer: await collect("outer", 11), inner: await collect("inner", 12) };
  let closed = false;
  return {
    backend: {
      ...bound(backend),
      close(leave) {
        closed = true;
        return ground.during(backend.close(leave));
      },
    },
    node: { routerId: 1, nodeAddresses: [ip("192.0.2.10"), ip("2001:db8::10")], nodeName: "n1" },
    peer(name, fields) {
      const { address } = ground.routers[name];
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
    until: ground.until,
    async close() {
      if (!closed) await ground.during(backend.close("withdraw"));
      await Promise.all([routers.outer.collector.close(), routers.inner.collector.close()]);
    },
  };
}

/** The backend's methods as functions. */
function bound(backend: Bench["backend"]): Bench["backend"] {
  return {
    name: backend.name,
    supports: (feature) => backend.supports(feature),
    apply: (desired) => backend.apply(desired),
    update: (changes) => backend.update(changes),
    status: () => backend.status(),
    subscribe: (listener) => backend.subscribe(listener),
    close: (leave) => backend.close(leave),
  };
}
