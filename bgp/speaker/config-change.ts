/** What a changed configuration means for a session that runs. */
import { canonical } from "./equal.ts";
import type { PeerConfig } from "./types.ts";

/** Fields that the session that is up need not end for: they act at once, or at the next connection. */
const LIVE: ReadonlySet<string> = new Set<keyof PeerConfig>([
  "minAdvertisementInterval",
  "maxPrefixes",
  "connectRetryTime",
  "damping",
  "delayOpenTime",
  "minimumHoldTime",
  "passive",
  "sendHoldTime",
]);

export type ConfigChange = "none" | "live" | "reset";

function without(config: PeerConfig, fields: ReadonlySet<string>): unknown {
  return Object.fromEntries(
    Object.entries(config).filter(([field, value]) => !fields.has(field) && value !== undefined),
  );
}

export function configChange(before: PeerConfig, after: PeerConfig): ConfigChange {
  if (before === after || canonical(before) === canonical(after)) return "none";
  return canonical(without(before, LIVE)) === canonical(without(after, LIVE)) ? "live" : "reset";
}
