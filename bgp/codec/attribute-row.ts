/** How a row of the attribute table is made, and the shapes that several rows share. */
import type { Reader } from "./reader.ts";
import type { Aggregator, AsPathSegment, CodecContext, PathAttributes, Verdict } from "./types.ts";
import type { Writer } from "./writer.ts";

/** Bits of the flags byte (RFC 4271 §4.3). The low four bits are zero when sent and ignored on receipt. */
export const AttributeFlag = { Optional: 0x80, Transitive: 0x40, Partial: 0x20, ExtendedLength: 0x10 } as const;

/** The flags kept of an attribute that is not interpreted; the extended-length bit follows from its length. */
export const KEPT_FLAGS = AttributeFlag.Optional | AttributeFlag.Transitive | AttributeFlag.Partial;

/** The attributes as they stand on the wire: with the companions of AS_PATH and AGGREGATOR on two-byte sessions. */
export interface WireAttributes extends PathAttributes {
  readonly as4Path?: readonly AsPathSegment[];
  readonly as4Aggregator?: Aggregator;
}

export type MutableAttributes = { -readonly [K in keyof WireAttributes]: WireAttributes[K] };

/** What must hold of an attribute before its value is looked at. */
export interface AttributeRule {
  readonly code: number;
  readonly name: string;
  /** Optional and transitive bits as its definition has them. */
  readonly flags: number;
  readonly fits: (length: number, context: CodecContext) => boolean;
  /** The right length in words. */
  readonly right: string;
  /** What a bad length or value leads to. */
  readonly verdict: Exclude<Verdict, "ok" | "session-reset">;
  /** Discarded unread when it comes from an external peer. */
  readonly internal: boolean;
  /** Discarded unread on sessions with four-byte AS numbers (RFC 6793 §4.1). */
  readonly twoByteOnly: boolean;
}

export interface AttributeRow extends AttributeRule {
  readonly decode: (reader: Reader, context: CodecContext, into: MutableAttributes) => void;
  /** Absent value: undefined. Otherwise a function that writes it. */
  readonly encoder: (attributes: WireAttributes, context: CodecContext) => ((writer: Writer) => void) | undefined;
}

type Key = Exclude<keyof WireAttributes, "unknown">;
type Value<K extends Key> = NonNullable<WireAttributes[K]>;

interface Spec<K extends Key> {
  readonly code: number;
  readonly name: string;
  readonly flags: number;
  readonly length: (length: number, context: CodecContext) => boolean;
  readonly right: string;
  readonly discard?: boolean;
  readonly internal?: boolean;
  readonly twoByteOnly?: boolean;
  readonly decode: (reader: Reader, context: CodecContext) => Value<K>;
  readonly encode: (writer: Writer, value: Value<K>, context: CodecContext) => void;
}

export function row<K extends Key>(key: K, spec: Spec<K>): AttributeRow {
  const { code, name, flags, right, discard, internal = false, twoByteOnly = false } = spec;
  return {
    code,
    name,
    flags,
    fits: spec.length,
    right,
    verdict: discard === true ? "attribute-discard" : "treat-as-withdraw",
    internal,
    twoByteOnly,
    decode(reader, context, into) {
      const partial: MutableAttributes = into;
      partial[key] = spec.decode(reader, context);
    },
    encoder(attributes, context) {
      const value = attributes[key];
      if (value === undefined) return undefined;
      return (writer) => {
        spec.encode(writer, value, context);
      };
    },
  };
}

export function exactly(bytes: number): { length: (length: number) => boolean; right: string } {
  return { length: (length) => length === bytes, right: `${bytes}` };
}

export function timesOf(bytes: number): { length: (length: number) => boolean; right: string } {
  return { length: (length) => length > 0 && length % bytes === 0, right: `a multiple of ${bytes}, not 0` };
}

/** A single unsigned 32-bit number. */
export function u32(name: string): {
  decode: (reader: Reader) => number;
  encode: (writer: Writer, value: number) => void;
  length: (length: number) => boolean;
  right: string;
} {
  return {
    ...exactly(4),
    decode: (reader) => reader.u32(name),
    encode(writer, value) {
      writer.u32(value, name);
    },
  };
}

export function list<T>(
  bytes: number,
  read: (reader: Reader) => T,
  write: (writer: Writer, value: T) => void,
): {
  decode: (reader: Reader) => T[];
  encode: (writer: Writer, values: readonly T[]) => void;
  length: (length: number) => boolean;
  right: string;
} {
  return {
    ...timesOf(bytes),
    decode(reader) {
      const values: T[] = [];
      while (reader.left > 0) values.push(read(reader));
      return values;
    },
    encode(writer, values) {
      for (const value of values) write(writer, value);
    },
  };
}

export function u32List(name: string): ReturnType<typeof list<number>> {
  return list(
    4,
    (reader) => reader.u32(name),
    (writer, value) => {
      writer.u32(value, name);
    },
  );
}
