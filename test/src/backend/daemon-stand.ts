/** The stand of a backend on a real daemon: it peers with two collecting routers in this process's network namespace. */
import { setTimeout as pause } from "node:timers/promises";
import type { Backend } from "../../../src/backend/backend.ts";
import { bgpHost } from "../../../src/net/index.ts";
import { ip } from "../../support/plan-values.ts";
import { collectingRouters } from "./collecting-routers.ts";
import type { Places } from "./collecting-routers.ts";
import type { RemoteName, Stand } from "./stand.ts";

const QUIET = { debug: () => undefined, info: () => undefined, warn: () => undefined };
const PATIENCE = 60_000;

/** Polls: daemons and kernels tell nobody when they are done. */
async function until(condition: () => boolean, what: () => string): Promise<void> {
  for (const end = Date.now() + PATIENCE; !condition(); await pause(5)) {
    if (Date.now() > end) throw new Error(`waited ${PATIENCE} ms in vain for ${what()}`);
  }
}

export interface DaemonOptions extends Pick<Stand, "shyEndOfRib"> {
  /** Called again to clear away what a test has left in the daemon. */
  readonly make: () => Backend;
  /** The daemon waits long before it connects: the routers dial it. */
  readonly dials?: boolean;
}

function place(address: string): Places[RemoteName] {
  return { listener: bgpHost({ log: QUIET }).listener, address: ip(address) };
}

export async function daemonStand({ make, dials = false, ...traits }: DaemonOptions): Promise<Stand> {
  const routers = await collectingRouters({ outer: place("10.0.0.1"), inner: place("10.0.0.2") }, 179);
  if (dials) {
    const { dialer } = bgpHost({ log: QUIET });
    routers.dial(dialer, "10.0.0.11", (again) => void setTimeout(again, 100));
  }
  const backend = make();
  const node = { routerId: 0x0a00000b, nodeAddresses: [ip("10.0.0.11"), ip("fd00::11")], nodeName: "speaker" };
  return {
    ...routers,
    ...traits,
    outlives: true,
    backend,
    node,
    until,
    async close() {
      await backend.close("withdraw");
      const last = make();
      last.apply({ ...node, peers: [] });
      await last.close("withdraw");
      await routers.close();
    },
  };
}
