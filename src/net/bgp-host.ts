/** What the BGP library needs of its host, on Linux. */
import type { Clock, Host, Log, Random } from "@herald/bgp";
import { systemClock } from "./clock.ts";
import { createDialer } from "./dialer.ts";
import { openIcmp6 } from "./icmp6.ts";
import { Links } from "./links.ts";
import type { LinksOptions } from "./links.ts";
import { linkLocalAddresses } from "./socket-options.ts";
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
  /** Opens ICMPv6 on an interface; the real one unless given. */
  readonly open?: LinksOptions["open"];
}

export interface BgpHost extends Host {
  readonly listener: PeerListener;
  readonly links: Links;
}

/** Opens nothing yet. */
export function bgpHost({
  log,
  clock = systemClock,
  random = Math.random,
  calls = systemCalls,
  open = openIcmp6,
}: BgpHostOptions): BgpHost {
  const links = new Links({ clock, log, open, own: linkLocalAddresses });
  return {
    clock,
    random,
    log,
    links,
    dialer: createDialer({
      timers: clock,
      calls,
      neighbor: (device) => links.neighbor(device),
      degraded: (error) => log.warn("special socket options are not available", { error: error.message }),
    }),
    listener: createListener({
      timers: clock,
      calls,
      refused: (address, error) => log.warn("inbound connection refused", { address, error: error.message }),
    }),
  };
}
