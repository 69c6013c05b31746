import { CodecError } from "./error.ts";

const ATTRIBUTE_EXTENDED = 0x10;
const MAX_U32 = 0xffff_ffff;
const MAX_U64 = 0xffff_ffff_ffff_ffffn;
const MAX_U128 = (1n << 128n) - 1n;

/** Whole numbers from 0 to `max` pass; anything else is a `CodecError` that names the field. */
export function checkUint(value: number, max: number, field: string): void {
  if (!(Number.isInteger(value) && value >= 0 && value <= max)) {
    throw new CodecError(field, `${value} is not a whole number from 0 to ${max}`);
  }
}

/** Writes big-endian fields into a buffer that grows; lengths are filled in once their content is written. */
export class Writer {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Makes room for `count` bytes and answers where they begin. */
  #reserve(count: number): number {
    const at = this.#length;
    const needed = at + count;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.#length = needed;
    return at;
  }

  u8(value: number, field: string): void {
    checkUint(value, 0xff, field);
    const at = this.#reserve(1);
    this.#view.setUint8(at, value);
  }

  u16(value: number, field: string): void {
    checkUint(value, 0xffff, field);
    const at = this.#reserve(2);
    this.#view.setUint16(at, value);
  }

  u32(value: number, field: string): void {
    checkUint(value, MAX_U32, field);
    const at = this.#reserve(4);
    this.#view.setUint32(at, value);
  }

  u64(value: bigint, field: string): void {
    if (value < 0n || value > MAX_U64) throw new CodecError(field, `${value} is not an unsigned 64-bit number`);
    const at = this.#reserve(8);
    this.#view.setBigUint64(at, value);
  }

  u128(value: bigint, field: string): void {
    if (value < 0n || value > MAX_U128) throw new CodecError(field, `${value} is not an unsigned 128-bit number`);
    const at = this.#reserve(16);
    this.#view.setBigUint64(at, value >> 64n);
    this.#view.setBigUint64(at + 8, value & MAX_U64);
  }

  bytes(value: Uint8Array): void {
    const at = this.#reserve(value.length);
    this.#bytes.set(value, at);
  }

  /** One byte of length, then what `body` writes. */
  prefixed8(field: string, body: () => void): void {
    const at = this.#reserve(1);
    body();
    const length = this.#length - at - 1;
    if (length > 0xff) throw new CodecError(field, `${length} bytes long, at most 255 fit`);
    this.#view.setUint8(at, length);
  }

  /** Two bytes of length, then what `body` writes. */
  prefixed16(field: string, body: () => void): void {
    const at = this.#reserve(2);
    body();
    const length = this.#length - at - 2;
    if (length > 0xffff) throw new CodecError(field, `${length} bytes long, at most 65535 fit`);
    this.#view.setUint16(at, length);
  }

  /** A path attribute: flags, type, length in one byte or two as its value needs, value (RFC 4271 §4.3). */
  attribute(flags: number, type: number, field: string, body: () => void): void {
    this.u8(flags & ~ATTRIBUTE_EXTENDED, field);
    this.u8(type, field);
    const at = this.#reserve(1);
    body();
    const length = this.#length - at - 1;
    if (length <= 0xff) {
      this.#view.setUint8(at, length);
      return;
    }
    if (length > 0xffff) throw new CodecError(field, `${length} bytes long, at most 65535 fit`);
    this.#reserve(1);
    this.#bytes.copyWithin(at + 2, at + 1, at + 1 + length);
    this.#view.setUint8(at - 2, flags | ATTRIBUTE_EXTENDED);
    this.#view.setUint16(at, length);
  }

  /** Overwrites two bytes written before. */
  patch16(at: number, value: number): void {
    this.#view.setUint16(at, value);
  }

  /** What was written, in an array of its own. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}
