/** The arithmetic of intervals (RFC 5880 §6.8.2-§6.8.4, §6.8.7). Microseconds. */
import type { Random } from "./ports.ts";

/** While a session is not Up, no less than this is asked for (RFC 5880 §6.8.3). */
export const SLOW_INTERVAL = 1_000_000;

/** Takes 0 to 25 % off an interval; with a detect multiplier of 1 no less than 10 %, so that one packet comes in time. */
export function jittered(interval: number, detectMultiplier: number, random: Random): number {
  return interval * (0.75 + (detectMultiplier === 1 ? 0.15 : 0.25) * random());
}

/** The interval between our packets, or undefined: the peer wants none. */
export function transmitInterval(desiredMinTx: number, remoteMinRx: number): number | undefined {
  return remoteMinRx === 0 ? undefined : Math.max(desiredMinTx, remoteMinRx);
}

/** How long the peer may be silent: its multiplier times the interval agreed on for its packets. */
export function detectionTime(requiredMinRx: number, remoteMultiplier: number, remoteMinTx: number): number {
  return remoteMultiplier * Math.max(requiredMinRx, remoteMinTx);
}
