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

/** "key": nothing that a session has to end for but its key, which is another one. */
export type ConfigChange = "none" | "live" | "key" | "reset";

const LIVE_AND_KEY: ReadonlySet<string> = new Set([...LIVE, "md5Key"]);

function without(config: PeerConfig, fields: ReadonlySet<string>): unknown {
  return Object.fromEntries(
    Object.entries(config).filter(([field, value]) => !fields.has(field) && value !== undefined),
  );
}

export function configChange(before: PeerConfig, after: PeerConfig): ConfigChange {
  if (before === after || canonical(before) === canonical(after)) return "none";
  const same = (fields: ReadonlySet<string>): boolean =>
    canonical(without(before, fields)) === canonical(without(after, fields));
  if (same(LIVE)) return "live";
  return before.md5Key !== undefined && after.md5Key !== undefined && same(LIVE_AND_KEY) ? "key" : "reset";
}
