/** The real clock, and the type by which everything else gets one. */
import type { Clock, Timer } from "@herald/bgp";

export type { Clock, Timer } from "@herald/bgp";

/** What setTimeout can count: beyond it, it fires at once. */
const LONGEST = 2 ** 31 - 1;

/** A clock for whoever only waits. */
export type Timers = Pick<Clock, "setTimer">;

function setTimer(milliseconds: number, fire: () => void): Timer {
  let handle: NodeJS.Timeout;
  const arm = (left: number): void => {
    handle = setTimeout(() => (left > LONGEST ? arm(left - LONGEST) : fire()), Math.min(left, LONGEST));
  };
  arm(milliseconds);
  return { cancel: () => clearTimeout(handle) };
}

export const systemClock: Clock = { now: () => performance.now(), wall: () => Date.now(), setTimer };
