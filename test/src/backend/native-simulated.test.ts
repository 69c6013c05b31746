import { setImmediate as turn } from "node:timers/promises";
import { Speaker } from "@herald/bgp";
import { ip } from "../../support/plan-values.ts";
import { ManualTimers } from "../../support/manual-timers.ts";
import { MemoryNetwork } from "../../support/memory-network.ts";
import { complies } from "./compliance.ts";
import { nativeStand } from "./native-stand.ts";
import type { Ground } from "./native-stand.ts";

/** Milliseconds of the simulated clock. */
const STEP = 5;
const PATIENCE = 600_000;

const QUIET = { debug: () => undefined, info: () => undefined, warn: () => undefined };

function ground(): Ground {
  const clock = new ManualTimers();
  const network = new MemoryNetwork(clock);
  const router = (address: string) => ({ address: ip(address), listener: network.listener(address) });
  return {
    host: { clock, random: () => 0.5, dialer: network.dialer("192.0.2.10"), log: QUIET },
    routers: { outer: router("192.0.2.21"), inner: router("192.0.2.22") },
    port: 179,
    speaker: (options) => new Speaker(options),
    async until(condition, what) {
      for (const end = clock.now() + PATIENCE; !condition(); clock.advance(STEP)) {
        await turn();
        if (clock.now() > end) throw new Error(`waited ${PATIENCE} simulated ms in vain for ${what()}`);
      }
    },
    async during(work) {
      const state = { isDone: false };
      void work.finally(() => (state.isDone = true));
      for (; !state.isDone; clock.advance(STEP)) await turn();
    },
  };
}

complies("native over a simulated network", () => nativeStand(ground()));
