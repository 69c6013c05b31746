/** The intervals a session asks for, and the Poll Sequence that changes them while it is Up (RFC 5880 §6.5, §6.8.3). */
import { SLOW_INTERVAL } from "./timing.ts";

/** Microseconds. */
interface Intervals {
  readonly desiredMinTx: number;
  readonly requiredMinRx: number;
}

function equal(a: Intervals, b: Intervals): boolean {
  return a.desiredMinTx === b.desiredMinTx && a.requiredMinRx === b.requiredMinRx;
}

/**
 * One poll at a time. What is changed during a poll is neither sent nor used before that poll has ended; then it gets
 * a poll of its own. That one waits for the answers still under way, since a Final does not say what it answers.
 */
export class Parameters {
  #wanted: Intervals;
  /** What our packets carry. */
  #advertised: Intervals;
  /** What was in force before the poll, until the new is sure to be what the peer keeps to. */
  #before: Intervals | undefined;
  #polling = false;
  /** Until when, by the clock, `before` stays in force after the poll. */
  #kept = 0;
  #up = false;
  /** Polls sent for which no Final has come. */
  #unanswered = 0;
  /** Until when, by the clock, answers to them may still come. */
  #settled = 0;

  constructor(wanted: Intervals) {
    this.#wanted = wanted;
    this.#advertised = slow(wanted);
  }

  get advertised(): Intervals {
    return this.#advertised;
  }

  get polling(): boolean {
    return this.#polling;
  }

  /** A poll is in progress or still to come, or what was before it is still in force. */
  get unsettled(): boolean {
    return this.#before !== undefined || (this.#up && !equal(this.#wanted, this.#advertised));
  }

  /** What our sending keeps to: an interval that grows is not used before the peer knows. */
  get desiredMinTx(): number {
    return Math.min(this.#before?.desiredMinTx ?? Infinity, this.#advertised.desiredMinTx);
  }

  /** What we expect of the peer: an interval that shrinks is not used before the peer knows. */
  get requiredMinRx(): number {
    return Math.max(this.#before?.requiredMinRx ?? 0, this.#advertised.requiredMinRx);
  }

  /** New intervals are wanted. Below Up they are in every packet and nothing has to wait; Up takes them by a poll. */
  change(wanted: Intervals, now: number): void {
    this.#wanted = wanted;
    if (!this.#up) this.#advertised = slow(wanted);
    this.advance(now);
  }

  /** The session went Up: the slow interval is left by a poll, also where the intervals stay, since a packet may be lost. */
  up(): void {
    this.#up = true;
    this.#begin();
  }

  /** The session is no longer Up: any poll is over. */
  down(): void {
    this.#up = false;
    this.#before = undefined;
    this.#polling = false;
    this.#unanswered = 0;
    this.#advertised = slow(this.#wanted);
  }

  /** A packet with P was sent; its answer comes before `settled` or not at all. */
  pollSent(settled: number): void {
    this.#unanswered++;
    this.#settled = settled;
  }

  /**
   * A packet with F came. What the peer has to know beforehand (that we send less often, or expect more) begins only `keep`
   * later: a packet of ours from before the poll may arrive after it, and the peer keeps to the old intervals until the next.
   */
  finalReceived(now: number, keep: number): void {
    this.#unanswered = Math.max(0, this.#unanswered - 1);
    if (this.#polling) this.#kept = this.#isRelaxed() ? now + keep : now;
    this.#polling = false;
    this.advance(now);
  }

  /** Ends what is over, and begins the poll that waits, if it may begin. */
  advance(now: number): void {
    if (!this.#polling && now >= this.#kept) this.#before = undefined;
    const free = this.#unanswered === 0 || now >= this.#settled;
    const ready = this.#up && this.#before === undefined && free;
    if (ready && !equal(this.#wanted, this.#advertised)) this.#begin();
  }

  /** What was before the poll is faster to send, or slower to expect. */
  #isRelaxed(): boolean {
    const { desiredMinTx, requiredMinRx } = this.#before ?? this.#advertised;
    return desiredMinTx < this.#advertised.desiredMinTx || requiredMinRx > this.#advertised.requiredMinRx;
  }

  #begin(): void {
    this.#unanswered = 0;
    this.#polling = true;
    this.#before = this.#advertised;
    this.#advertised = { desiredMinTx: this.#wanted.desiredMinTx, requiredMinRx: this.#wanted.requiredMinRx };
  }
}

function slow({ desiredMinTx, requiredMinRx }: Intervals): Intervals {
  return { desiredMinTx: Math.max(desiredMinTx, SLOW_INTERVAL), requiredMinRx };
}
