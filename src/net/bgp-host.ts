/** What the BGP library needs of its host, on Linux. */
import type { Clock, Host, Log, Random } from "@herald/bgp";
import { systemClock } from "./clock.ts";
import { createDialer } from "./dialer.ts";
import { systemCalls } from "./libc.ts";
import type { SystemCalls } from "./libc.ts";
import { createListener } from "./listener.ts";
import type { PeerListener } from "./listener.ts";

export interface BgpHostOptions {
  readonly log: Log;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Throws UnsupportedError where there are none; the real ones unless given. */
  readonly calls?: () => SystemCalls;
}

export interface BgpHost extends Host {
  readonly listener: PeerListener;
}

/** Opens nothing yet. */
export function bgpHost({
  log,
  clock = systemClock,
  random = Math.random,
  calls = systemCalls,
}: BgpHostOptions): BgpHost {
  return {
    clock,
    random,
    log,
    dialer: createDialer({
      timers: clock,
      calls,
      degraded: (error) => log.warn("special socket options are not available", { error: error.message }),
    }),
    listener: createListener({
      timers: clock,
      calls,
      refused: (address, error) => log.warn("inbound connection refused", { address, error: error.message }),
    }),
  };
}
