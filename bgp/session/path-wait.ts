/**
 * BFD strict mode (draft-ietf-idr-bgp-bfd-strict-mode): the peer's OPEN, and what comes after it, wait until the host says
 * that the path is up. Whose BFD is up first sends its KEEPALIVE while the other still waits.
 */
import { CeaseSubcode } from "bgp-ts-codec";
import type { Cease } from "../fsm/index.ts";
import type { Clock, Timer } from "../ports.ts";
import type { Frame } from "./framer.ts";

/** The path was not up in time (RFC 9384). */
export const PATH_DOWN: Cease = { subcode: CeaseSubcode.BfdDown, data: new Uint8Array(0) };

/** How long to wait where the hold time is 0, in seconds. */
const DEFAULT_WAIT = 30;

/** A peer that has this much to say before a session is up does not wait. */
const MOST_FRAMES = 8;

export class PathWait {
  readonly #clock: Pick<Clock, "setTimer">;
  #timer: Timer | undefined;
  #frames: Frame[] = [];
  #proceed: (() => void) | undefined;

  constructor(clock: Pick<Clock, "setTimer">) {
    this.#clock = clock;
  }

  /** `proceed` is for the path that is up, `expired` for the one that is not within the hold time (seconds). */
  begin(holdTime: number, proceed: () => void, expired: () => void): void {
    this.#proceed = proceed;
    this.#timer = this.#clock.setTimer((holdTime || DEFAULT_WAIT) * 1000, expired);
  }

  /** True: the frame waits too. */
  keeps(frame: Frame): boolean {
    if (this.#proceed === undefined || this.#frames.length >= MOST_FRAMES) return false;
    this.#frames.push(frame);
    return true;
  }

  /** The path is up: goes on with the OPEN, and answers what came after it. */
  end(): readonly Frame[] {
    const [proceed, frames] = [this.#proceed, this.#frames];
    this.clear();
    proceed?.();
    return frames;
  }

  clear(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#proceed = undefined;
    this.#frames = [];
  }
}
