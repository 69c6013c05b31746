/**
 * Echo packets (RFC 5880 §6.4, §6.8.5, §6.8.9): sent so that the peer's forwarding plane returns them. What is in them is
 * this system's own affair (RFC 5881 §4); they say whose they are, and nobody else can make one that counts.
 *
 * | Bytes | |
 * | --- | --- |
 * | 0-3 | My Discriminator |
 * | 4-7 | sequence number, from anywhere |
 * | 8-15 | a secret of this run of the session |
 */
import { DueTimer } from "./due-timer.ts";
import type { Host } from "./ports.ts";
import { jittered } from "./timing.ts";

const LENGTH = 16;

/** The discriminator that an echo packet names; undefined: it is none of ours. */
export function echoDiscriminator(bytes: Uint8Array): number | undefined {
  return bytes.length === LENGTH ? new DataView(bytes.buffer, bytes.byteOffset, LENGTH).getUint32(0) : undefined;
}

export interface EchoOptions {
  readonly host: Pick<Host, "clock" | "random">;
  readonly localDiscriminator: number;
  /** False: it could not be sent. */
  readonly send: (bytes: Uint8Array) => boolean;
  /** As many in a row as the multiplier says did not come back. */
  readonly failed: () => void;
}

interface Running {
  /** Microseconds. */
  readonly interval: number;
  readonly multiplier: number;
}

/**
 * A failure is counted in packets, not in time: a host that was late has not sent either, and suspects nobody for it.
 */
export class Echo {
  readonly #options: EchoOptions;
  readonly #transmission: DueTimer;
  /** Of the run that began last. */
  #secret: readonly [number, number] = [0, 0];
  #running: Running | undefined;
  /** The last that was sent, and the newest that came back, modulo 2^32. */
  #sequence = 0;
  #returned = 0;
  readonly #counts = { sent: 0, received: 0 };

  constructor(options: EchoOptions) {
    this.#options = options;
    this.#transmission = new DueTimer(options.host.clock, () => this.#transmissionDue());
  }

  get counts(): { readonly sent: number; readonly received: number } {
    return this.#counts;
  }

  /** In microseconds; undefined: none are sent now. */
  get interval(): number | undefined {
    return this.#running?.interval;
  }

  /** Sends from now on, at this interval in microseconds; the same again changes nothing. */
  run(interval: number, multiplier: number): void {
    const before = this.#running;
    this.#running = { interval, multiplier };
    if (before === undefined) {
      const { random } = this.#options.host;
      const any = (): number => Math.floor(random() * 0x1_0000_0000);
      this.#secret = [any(), any()];
      this.#sequence = any();
      this.#returned = this.#sequence;
    }
    if (before?.interval !== interval) this.#send(this.#running);
  }

  stop(): void {
    this.#running = undefined;
    this.#transmission.stop();
  }

  /** One that came back. False: not one that was sent in this run, or older than another that came. */
  receive(bytes: Uint8Array): boolean {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const sequence = view.getUint32(4);
    const isOurs = view.getUint32(8) === this.#secret[0] && view.getUint32(12) === this.#secret[1];
    const isNew = ((sequence - this.#returned) | 0) > 0 && ((this.#sequence - sequence) | 0) >= 0;
    if (this.#running === undefined || !isOurs || !isNew) return false;
    this.#returned = sequence;
    this.#counts.received++;
    return true;
  }

  #transmissionDue(): void {
    if (this.#running === undefined) return;
    if ((this.#sequence - this.#returned) >>> 0 >= this.#running.multiplier) this.#options.failed();
    else this.#send(this.#running);
  }

  #send({ interval, multiplier }: Running): void {
    const { clock, random } = this.#options.host;
    const sequence = (this.#sequence + 1) >>> 0;
    const bytes = new Uint8Array(LENGTH);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, this.#options.localDiscriminator);
    view.setUint32(4, sequence);
    view.setUint32(8, this.#secret[0]);
    view.setUint32(12, this.#secret[1]);
    this.#transmission.set(clock.now() + jittered(interval, multiplier, random) / 1000);
    if (!this.#options.send(bytes)) return;
    this.#sequence = sequence;
    this.#counts.sent++;
  }
}
