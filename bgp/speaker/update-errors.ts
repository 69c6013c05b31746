/** Errors in UPDATEs that a session survived (RFC 7606): counted, and logged now and then. */
import type { MessageError } from "bgp-ts-codec";
import type { Host } from "../ports.ts";
import { toHex } from "../session/record.ts";
import type { PeerStatus } from "./types.ts";

/** One line in this many milliseconds. */
const LOG_INTERVAL = 1000;

export class UpdateErrors {
  readonly #peer: string;
  readonly #host: Host;
  #discarded = 0;
  #withdrawn = 0;
  #loggedAt = -Infinity;
  #unlogged = 0;

  constructor(peer: string, host: Host) {
    this.#peer = peer;
    this.#host = host;
  }

  get counts(): PeerStatus["updateErrors"] {
    return { discarded: this.#discarded, withdrawn: this.#withdrawn };
  }

  /** The errors of one message, which is logged whole (RFC 7606 §8). */
  note(errors: readonly MessageError[], bytes: Uint8Array): void {
    const [first] = errors;
    if (first === undefined) return;
    const worst = errors.find(({ verdict }) => verdict === "treat-as-withdraw") ?? first;
    if (worst.verdict === "treat-as-withdraw") this.#withdrawn += 1;
    else this.#discarded += 1;
    const now = this.#host.clock.now();
    if (now - this.#loggedAt < LOG_INTERVAL) {
      this.#unlogged += 1;
      return;
    }
    this.#host.log.warn("malformed update", {
      peer: this.#peer,
      consequence: worst.verdict,
      error: worst.text,
      bytes: toHex(bytes),
      ...(this.#unlogged > 0 && { unlogged: this.#unlogged }),
    });
    this.#loggedAt = now;
    this.#unlogged = 0;
  }
}
