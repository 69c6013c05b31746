/** Messages taken apart into the pieces that mutations move about, and put together again with right lengths. */

const HEADER = 19;

/** The type byte of a message. */
export function typeOf(bytes: Uint8Array): number {
  return bytes[HEADER - 1] ?? 0;
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

export function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

/** The message with its own length in the header. */
export function framed(bytes: Uint8Array): Uint8Array {
  put16(bytes, 16, Math.min(bytes.length, 0xffff));
  return bytes;
}

export interface UpdateParts {
  readonly withdrawn: Uint8Array;
  /** Each with its flags, type and length. */
  readonly attributes: readonly Uint8Array[];
  readonly nlri: Uint8Array;
}

/** Undefined where the lengths of the message do not fit. */
export function splitUpdate(bytes: Uint8Array): UpdateParts | undefined {
  if (typeOf(bytes) !== 2 || bytes.length < HEADER + 4) return undefined;
  const attributesAt = HEADER + 4 + u16(bytes, HEADER);
  const nlriAt = attributesAt + u16(bytes, attributesAt - 2);
  if (nlriAt > bytes.length) return undefined;
  const attributes: Uint8Array[] = [];
  for (let at = attributesAt; at < nlriAt;) {
    const extended = ((bytes[at] ?? 0) & 0x10) !== 0;
    const end = at + (extended ? 4 + u16(bytes, at + 2) : 3 + (bytes[at + 2] ?? 0));
    if (end > nlriAt) return undefined;
    attributes.push(bytes.subarray(at, end));
    at = end;
  }
  return { withdrawn: bytes.subarray(HEADER + 2, attributesAt - 2), attributes, nlri: bytes.subarray(nlriAt) };
}

export function joinUpdate(head: Uint8Array, { withdrawn, attributes, nlri }: UpdateParts): Uint8Array {
  const lengths = [new Uint8Array(2), new Uint8Array(2)] as const;
  put16(lengths[0], 0, withdrawn.length);
  put16(lengths[1], 0, attributes.reduce((sum, { length }) => sum + length, 0) & 0xffff);
  return framed(concat([head.subarray(0, HEADER), lengths[0], withdrawn, lengths[1], ...attributes, nlri]));
}

/** An attribute with another value, its length right, in the extended form where `wide` or needed. */
export function attribute(flags: number, type: number, value: Uint8Array, wide: boolean): Uint8Array {
  const extended = wide || value.length > 0xff;
  const head = extended
    ? [flags | 0x10, type, value.length >>> 8, value.length & 0xff]
    : [flags & ~0x10, type, value.length];
  return concat([Uint8Array.from(head), value]);
}

export function valueOf(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(((bytes[0] ?? 0) & 0x10) === 0 ? 3 : 4);
}

/** The capabilities of an OPEN whose parameters are all capabilities; undefined where lengths do not fit. */
export function splitOpen(bytes: Uint8Array): Uint8Array[] | undefined {
  if (typeOf(bytes) !== 1 || bytes.length < HEADER + 10) return undefined;
  const wide = bytes[HEADER + 10] === 255 && bytes[HEADER + 9] !== 0;
  const capabilities: Uint8Array[] = [];
  for (let at = HEADER + (wide ? 13 : 10); at < bytes.length;) {
    const end = at + (wide ? 3 + u16(bytes, at + 1) : 2 + (bytes[at + 1] ?? 0));
    if (end > bytes.length || bytes[at] !== 2) return undefined;
    for (let inner = at + (wide ? 3 : 2); inner < end;) {
      const next = inner + 2 + (bytes[inner + 1] ?? 0);
      if (next > end) return undefined;
      capabilities.push(bytes.subarray(inner, next));
      inner = next;
    }
    at = end;
  }
  return capabilities;
}

/** All capabilities in one parameter, or each in one of its own; in the extended form where `wide` or needed. */
export function joinOpen(
  head: Uint8Array,
  capabilities: readonly Uint8Array[],
  wide: boolean,
  together: boolean,
): Uint8Array {
  const values = together ? [concat(capabilities)] : capabilities;
  const extended = wide || values.reduce((sum, { length }) => sum + length + 2, 0) > 0xff;
  const parameters = values.flatMap((value) => {
    const parameter = [2, ...(extended ? [value.length >>> 8] : []), value.length & 0xff];
    return [Uint8Array.from(parameter), value];
  });
  const length = parameters.reduce((sum, part) => sum + part.length, 0);
  const lengths = extended ? [255, 255, length >>> 8, length & 0xff] : [length];
  return framed(concat([head.subarray(0, HEADER + 9), Uint8Array.from(lengths), ...parameters]));
}
