/** Messages assembled from labelled pieces of hexadecimal, for byte vectors. */
import type { CodecContext, Decoded, UpdateMessage } from "bgp-ts-codec";

/** What a piece stands for, and its bytes in hexadecimal, spaces allowed. */
export type Piece = readonly [label: string, hex: string];

export function fromHex(hex: string): Uint8Array {
  const digits = hex.replaceAll(/\s/g, "");
  if (!/^(?:[0-9a-f]{2})*$/i.test(digits)) throw new Error(`not hexadecimal: ${hex}`);
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function u16(value: number): string {
  return value.toString(16).padStart(4, "0");
}

function hexOf(pieces: readonly Piece[]): string {
  return pieces.map(([, hex]) => hex).join("");
}

/** A whole message of `type` with the right length. */
export function message(type: number, ...pieces: readonly Piece[]): Uint8Array {
  const body = fromHex(hexOf(pieces));
  const head = fromHex(`${"ff".repeat(16)}${u16(19 + body.length)}${type.toString(16).padStart(2, "0")}`);
  return Uint8Array.from([...head, ...body]);
}

/** An UPDATE with the right lengths. */
export function update(parts: {
  readonly withdrawn?: readonly Piece[];
  readonly attributes?: readonly Piece[];
  readonly nlri?: readonly Piece[];
}): Uint8Array {
  const [withdrawn = "", attributes = "", nlri = ""] = [parts.withdrawn, parts.attributes, parts.nlri].map((list) =>
    toHex(fromHex(hexOf(list ?? []))),
  );
  return message(
    2,
    ["withdrawn length", u16(withdrawn.length / 2)],
    ["withdrawn", withdrawn],
    ["attributes length", u16(attributes.length / 2)],
    ["attributes", attributes],
    ["NLRI", nlri],
  );
}

/** An external session between two speakers with four-byte AS numbers. */
export const EXTERNAL: CodecContext = {
  as4: true,
  ebgp: true,
  addPath: { ipv4: false, ipv6: false },
  extendedMessages: false,
};
export const INTERNAL: CodecContext = { ...EXTERNAL, ebgp: false };
export const TWO_BYTE: CodecContext = { ...EXTERNAL, as4: false };
export const ADD_PATH: CodecContext = { ...EXTERNAL, addPath: { ipv4: true, ipv6: true } };

/** Narrows a decoded message to an UPDATE. */
export function asUpdate(decoded: Decoded): UpdateMessage {
  if (decoded.message?.type !== 2) throw new Error(`not an UPDATE: ${decoded.errors.map((e) => e.text).join("; ")}`);
  return decoded.message;
}

export const ORIGIN: Piece = ["ORIGIN IGP", "40 01 01 00"];
export const AS_PATH: Piece = ["AS_PATH 65001", "40 02 06 02 01 0000fde9"];
export const NEXT_HOP: Piece = ["NEXT_HOP 192.0.2.1", "40 03 04 c0000201"];
export const MANDATORY: readonly Piece[] = [ORIGIN, AS_PATH, NEXT_HOP];
export const NET_10: Piece = ["10.0.0.0/8", "08 0a"];
