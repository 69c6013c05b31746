/** Counts the prefixes of a BGP byte stream without making an object of anything, so that it is never what is slow. */
import { MessageType } from "bgp-ts-codec";

const HEADER = 19;
const LENGTH_AT = 16;
const TYPE_AT = 18;
/** 172.16.0.0/12: host routes in it are told apart. */
const FIRST = 0xac10_0000;
const SIZE = 2 ** 20;
const MP_REACH = 14;
const MP_UNREACH = 15;

export class PrefixCounter {
  announced = 0;
  withdrawn = 0;
  /** Different /32 of 172.16.0.0/12 announced. */
  distinct = 0;
  updates = 0;
  bytes = 0;
  readonly #seen = new Uint8Array(SIZE / 8);
  readonly #control: (type: number) => void;
  readonly #updated: ((message: Uint8Array) => void) | undefined;
  /** The beginning of a message whose end is still to come. */
  #rest: Uint8Array = new Uint8Array(0);

  /** `control` hears of every message that is no UPDATE, `updated` of every one that is. */
  constructor(control: (type: number) => void, updated?: (message: Uint8Array) => void) {
    this.#control = control;
    this.#updated = updated;
  }

  feed(chunk: Uint8Array): void {
    this.bytes += chunk.length;
    let buffer = chunk;
    if (this.#rest.length > 0) {
      buffer = new Uint8Array(this.#rest.length + chunk.length);
      buffer.set(this.#rest);
      buffer.set(chunk, this.#rest.length);
    }
    let at = 0;
    while (at + HEADER <= buffer.length) {
      const length = u16(buffer, at + LENGTH_AT);
      if (length < HEADER) throw new Error(`a message of ${length} bytes`);
      if (at + length > buffer.length) break;
      const type = buffer[at + TYPE_AT] ?? 0;
      if (type === MessageType.Update) {
        this.#update(buffer, at, at + length);
        this.#updated?.(buffer.subarray(at, at + length));
      } else this.#control(type);
      at += length;
    }
    this.#rest = buffer.slice(at);
  }

  /** RFC 4271 §4.3. */
  #update(buffer: Uint8Array, start: number, end: number): void {
    this.updates += 1;
    const withdrawnAt = start + HEADER + 2;
    const attributesAt = withdrawnAt + u16(buffer, withdrawnAt - 2) + 2;
    const nlriAt = attributesAt + u16(buffer, attributesAt - 2);
    this.withdrawn += countPrefixes(buffer, withdrawnAt, attributesAt - 2);
    for (let at = attributesAt; at < nlriAt;) {
      const type = buffer[at + 1];
      const isLong = ((buffer[at] ?? 0) & 0x10) !== 0;
      const length = isLong ? u16(buffer, at + 2) : (buffer[at + 2] ?? 0);
      const value = at + (isLong ? 4 : 3);
      // AFI, SAFI; for what is reachable a next hop and a reserved byte (RFC 4760 §3, §4).
      if (type === MP_REACH) {
        this.announced += countPrefixes(buffer, value + 5 + (buffer[value + 3] ?? 0), value + length);
      } else if (type === MP_UNREACH) {
        this.withdrawn += countPrefixes(buffer, value + 3, value + length);
      }
      at = value + length;
    }
    this.#reach(buffer, nlriAt, end);
  }

  #reach(buffer: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end;) {
      const bits = buffer[at] ?? 0;
      if (bits === 32) {
        const index = ((u16(buffer, at + 1) << 16) | u16(buffer, at + 3)) - (FIRST | 0);
        if (index >= 0 && index < SIZE) this.#mark(index);
      }
      this.announced += 1;
      at += 1 + ((bits + 7) >>> 3);
    }
  }

  #mark(index: number): void {
    const seen = this.#seen[index >>> 3] ?? 0;
    const bit = 1 << (index & 7);
    if ((seen & bit) !== 0) return;
    this.#seen[index >>> 3] = seen | bit;
    this.distinct += 1;
  }
}

function u16(buffer: Uint8Array, at: number): number {
  return ((buffer[at] ?? 0) << 8) | (buffer[at + 1] ?? 0);
}

function countPrefixes(buffer: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at += 1 + (((buffer[at] ?? 0) + 7) >>> 3)) count += 1;
  return count;
}
