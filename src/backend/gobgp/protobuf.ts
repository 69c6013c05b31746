/**
 * The part of the Protocol Buffers wire format that GoBGP's messages use. A message is described by a table of its
 * fields; its value is a plain object in which an absent field stands for the default (0, "", false, none).
 */

interface Scalars {
  readonly bool: boolean;
  /** All that is written as a plain varint: up to 2^53, and negative where the field is an int32 or int64. */
  readonly int: number;
  readonly string: string;
  readonly bytes: Uint8Array;
}

type Type = keyof Scalars | Fields;
export type Field = readonly [number: number, type: Type, repeated?: "repeated"];

/** Field names with their numbers and types. */
export interface Fields {
  readonly [name: string]: Field;
}

type One<T> = T extends keyof Scalars ? Scalars[T] : T extends Fields ? Value<T> : never;

/** A value of the message that the table describes. */
export type Value<F extends Fields> = {
  readonly [Name in keyof F]?: F[Name][2] extends "repeated" ? readonly One<F[Name][1]>[] : One<F[Name][1]>;
};

const VARINT = 0;
const LENGTH = 2;
/** Bytes to skip of fields that are not in the table, by wire type. */
const FIXED: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

const text = new TextEncoder();
const utf8 = new TextDecoder();

export class ProtobufError extends Error {
  override readonly name = "ProtobufError";
}

export function encode<F extends Fields>(fields: F, value: Value<F>): Uint8Array {
  const out: number[] = [];
  write(out, fields, value);
  return Uint8Array.from(out);
}

function write(out: number[], fields: Fields, value: object): void {
  const values = new Map<string, unknown>(Object.entries(value));
  for (const [name, [number, type, repeated]] of Object.entries(fields)) {
    const given = values.get(name);
    if (given === undefined) continue;
    const list: readonly unknown[] = Array.isArray(given) ? given : [given];
    for (const one of list) writeField(out, number, type, one, repeated !== undefined);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function writeField(out: number[], number: number, type: Type, value: unknown, always: boolean): void {
  if (typeof value === "number" || typeof value === "boolean") {
    if (Number(value) === 0 && !always) return;
    varint(out, number * 8 + VARINT);
    varint(out, Number(value));
    return;
  }
  const bytes = typeof type === "object" && isObject(value) ? encode(type, value) : bytesOf(value);
  if (bytes.length === 0 && !always && typeof type !== "object") return;
  varint(out, number * 8 + LENGTH);
  varint(out, bytes.length);
  for (const byte of bytes) out.push(byte);
}

function bytesOf(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : text.encode(String(value));
}

function varint(out: number[], value: number): void {
  if (value < 0) {
    const bits = BigInt.asUintN(64, BigInt(value));
    for (let shift = 0n; shift < 63n; shift += 7n) out.push(Number((bits >> shift) & 0x7fn) | 0x80);
    out.push(1);
    return;
  }
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) out.push((rest % 0x80) | 0x80);
  out.push(rest);
}

/** Throws a ProtobufError where the bytes are no such message. Fields that are not in the table are passed over. */
export function decode<F extends Fields>(fields: F, bytes: Uint8Array): Value<F>;
export function decode(fields: Fields, bytes: Uint8Array): object {
  return new Reader(bytes).message(fields);
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  message(fields: Fields): Record<string, unknown> {
    const value: Record<string, unknown> = {};
    const lists: Record<string, unknown[]> = {};
    const byNumber = new Map(Object.entries(fields).map(([name, field]) => [field[0], { name, field }]));
    while (this.#at < this.#bytes.length) {
      const key = this.#varint();
      const wire = key % 8;
      const known = byNumber.get(Math.floor(key / 8));
      const raw = this.#raw(wire);
      if (known === undefined) continue;
      const { name, field } = known;
      const one = toValue(field[1], raw, name);
      if (field[2] === undefined) value[name] = one;
      else (lists[name] ??= []).push(...unpacked(field[1], raw, one));
    }
    return { ...value, ...lists };
  }

  numbers(): number[] {
    const all: number[] = [];
    while (this.#at < this.#bytes.length) all.push(this.#varint());
    return all;
  }

  #raw(wire: number): number | Uint8Array {
    if (wire === VARINT) return this.#varint();
    const length = wire === LENGTH ? this.#varint() : FIXED[wire];
    if (length === undefined) throw new ProtobufError(`wire type ${wire} is not known`);
    if (length > this.#bytes.length - this.#at) throw new ProtobufError("the message ends within a field");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** Numbers above 2^53 lose their last digits. */
  #varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) throw new ProtobufError("the message ends within a number");
      if (scale > 2 ** 63) throw new ProtobufError("a number has more than 10 bytes");
      this.#at += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }
}

/** Repeated numbers are usually packed into one field. */
function unpacked(type: Type, raw: number | Uint8Array, one: unknown): unknown[] {
  return type === "int" && typeof raw !== "number" ? new Reader(raw).numbers() : [one];
}

function toValue(type: Type, raw: number | Uint8Array, name: string): unknown {
  if (typeof type === "object") {
    if (typeof raw !== "number") return new Reader(raw).message(type);
  } else if (type === "int") {
    return raw;
  } else if (type === "bool") {
    if (typeof raw === "number") return raw !== 0;
  } else if (typeof raw !== "number") {
    return type === "bytes" ? raw : utf8.decode(raw);
  }
  throw new ProtobufError(`field ${name} has another wire type`);
}
