/** Several users of one path share one session: what it is run with. */
import { sameAuthentication } from "./authentication.ts";
import type { Problem } from "./error.ts";
import type { Profile, SessionConfig } from "./types.ts";

/** What one user asks of a path. */
export interface PathConfig extends SessionConfig {
  /** Multihop: the least TTL taken; 254 where absent. Single hop takes 255 alone. */
  readonly minimumTtl?: number;
  /** Keep the session administratively down. */
  readonly adminDown?: boolean;
}

export const DEFAULT_MINIMUM_TTL = 254;

/** How long a failure takes to be noticed where both ends have this profile, in microseconds. */
function slowness({ desiredMinTx, requiredMinRx, detectMultiplier }: Profile): number {
  return detectMultiplier * Math.max(desiredMinTx, requiredMinRx);
}

/**
 * The fastest profile wins, whole: the one that notices first, which is never faster than any user asked for. Passive or
 * administratively down is what all are; the strictest TTL counts; one that needs C sets it.
 */
export function mergeConfigs(configs: readonly [PathConfig, ...PathConfig[]]): PathConfig {
  const [first] = configs;
  const fastest = configs.reduce((a, b) => (slowness(b.profile) < slowness(a.profile) ? b : a));
  return {
    profile: fastest.profile,
    passive: configs.every(({ passive }) => passive === true),
    controlPlaneIndependent: configs.some(({ controlPlaneIndependent }) => controlPlaneIndependent === true),
    minimumTtl: Math.max(...configs.map(({ minimumTtl = DEFAULT_MINIMUM_TTL }) => minimumTtl)),
    adminDown: configs.every(({ adminDown }) => adminDown === true),
    ...(fastest.echo !== undefined && { echo: fastest.echo }),
    ...(first.authentication !== undefined && { authentication: first.authentication }),
  };
}

/** Keys cannot be shared: users that differ in them cannot have one session. */
export function findConflict(config: PathConfig, others: ReadonlyMap<string, PathConfig>): Problem | undefined {
  for (const [user, other] of others) {
    if (!sameAuthentication(config.authentication, other.authentication)) {
      const text = `it differs from what ${user} has for the same path; users of one path need the same type and keys`;
      return { field: "authentication", text };
    }
  }
  return undefined;
}
