/** Numbers that are unique among the live sessions and not to be guessed: discriminators and source ports. */
import type { Random } from "./ports.ts";

/** RFC 5881 §4. */
const FIRST_PORT = 49_152;
const PORTS = 65_536 - FIRST_PORT;

/** A random one of `count` numbers from `first` on that is not taken, or undefined: all are. */
function draw(first: number, count: number, random: Random, taken: ReadonlySet<number>): number | undefined {
  if (taken.size >= count) return undefined;
  let offset = Math.floor(random() * count);
  while (taken.has(first + offset)) offset = (offset + 1) % count;
  return first + offset;
}

export class Numbers {
  readonly #random: Random;
  readonly #discriminators = new Set<number>();
  readonly #ports = new Set<number>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** A pair of its own for a session, or undefined where the 16,384 source ports are all in use. */
  take(): { readonly discriminator: number; readonly port: number } | undefined {
    const port = draw(FIRST_PORT, PORTS, this.#random, this.#ports);
    const discriminator = draw(1, 0xffff_ffff, this.#random, this.#discriminators);
    if (port === undefined || discriminator === undefined) return undefined;
    this.#ports.add(port);
    this.#discriminators.add(discriminator);
    return { discriminator, port };
  }

  release({ discriminator, port }: { readonly discriminator: number; readonly port: number }): void {
    this.#ports.delete(port);
    this.#discriminators.delete(discriminator);
  }
}
