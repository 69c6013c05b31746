/** The stand of the native backend: its sessions run to two collecting routers over the hosts that are handed in. */
import type { Host } from "@herald/bgp";
import { nativeBackend } from "../../../src/backend/native/index.ts";
import type { NativeOptions, SocketFeatures } from "../../../src/backend/native/index.ts";
import { ip } from "../../support/plan-values.ts";
import { collectingRouters } from "./collecting-routers.ts";
import type { CollectingRouters, Places } from "./collecting-routers.ts";
import type { Stand } from "./stand.ts";

/** Where the backend and the routers run. */
export interface Ground {
  /** The node's. */
  readonly host: Host;
  readonly routers: Places;
  /** The port the routers listen on; 0: any that is free. */
  readonly port: number;
  readonly speaker: NativeOptions["speaker"];
  readonly sockets?: SocketFeatures;
  readonly until: Stand["until"];
  /** Lets time pass until the work is done. */
  readonly during: (work: Promise<void>) => Promise<void>;
}

export type NativeStand = Stand & Pick<CollectingRouters, "nextHop">;

export async function nativeStand(ground: Ground): Promise<NativeStand> {
  const { host, speaker, sockets = {} } = ground;
  const backend = nativeBackend({ host, speaker, sockets });
  const routers = await collectingRouters(ground.routers, ground.port);
  let closed = false;
  return {
    ...routers,
    backend: {
      ...bound(backend),
      close(leave) {
        closed = true;
        return ground.during(backend.close(leave));
      },
    },
    node: { routerId: 1, nodeAddresses: [ip("192.0.2.10"), ip("2001:db8::10")], nodeName: "n1" },
    until: ground.until,
    async close() {
      if (!closed) await ground.during(backend.close("withdraw"));
      await routers.close();
    },
  };
}

/** The backend's methods as functions. */
function bound(backend: Stand["backend"]): Stand["backend"] {
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
