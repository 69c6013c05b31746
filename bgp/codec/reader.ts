import { Malformed } from "./error.ts";

/** Reads big-endian fields from a region of bytes; a field beyond the region raises `Malformed` with the field's name. */
export class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  #at: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = start;
    this.#end = end;
  }

  /** Bytes not yet read. */
  get left(): number {
    return this.#end - this.#at;
  }

  /** Moves over `count` bytes and answers where they begin. */
  #take(count: number, field: string): number {
    const at = this.#at;
    if (count > this.#end - at) {
      throw new Malformed(`${field} needs ${count} bytes, ${this.#end - at} are left`);
    }
    this.#at = at + count;
    return at;
  }

  u8(field: string): number {
    return this.#view.getUint8(this.#take(1, field));
  }

  u16(field: string): number {
    return this.#view.getUint16(this.#take(2, field));
  }

  u32(field: string): number {
    return this.#view.getUint32(this.#take(4, field));
  }

  u64(field: string): bigint {
    return this.#view.getBigUint64(this.#take(8, field));
  }

  u128(field: string): bigint {
    const at = this.#take(16, field);
    return (this.#view.getBigUint64(at) << 64n) | this.#view.getBigUint64(at + 8);
  }

  /** A copy of the next `count` bytes: it outlives the buffer it came from. */
  bytes(count: number, field: string): Uint8Array {
    const at = this.#take(count, field);
    return this.#bytes.slice(at, at + count);
  }

  /** A reader of the next `count` bytes alone. */
  sub(count: number, field: string): Reader {
    const at = this.#take(count, field);
    return new Reader(this.#bytes, at, at + count);
  }

  /** A reader of what is left, from the same place; this one does not move. */
  fork(): Reader {
    return new Reader(this.#bytes, this.#at, this.#end);
  }
}
