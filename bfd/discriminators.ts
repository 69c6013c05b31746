/** Discriminators: unique among the live sessions and not to be guessed (RFC 5880 §6.3). */
import type { Random } from "./ports.ts";

const MOST = 0xffff_ffff;

export class Discriminators {
  readonly #random: Random;
  readonly #taken = new Set<number>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** Not 0. */
  take(): number {
    let number = 1 + Math.floor(this.#random() * MOST);
    while (this.#taken.has(number)) number = number === MOST ? 1 : number + 1;
    this.#taken.add(number);
    return number;
  }

  release(discriminator: number): void {
    this.#taken.delete(discriminator);
  }
}
