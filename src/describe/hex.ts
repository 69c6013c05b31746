/** Bytes from hexadecimal as people have it: with spaces, colons, "0x", line breaks, or the offsets of `tcpdump -x`. */
import { findMarker } from "./frames.ts";

/** A piece of text and what to call it in an error: "argument 2", "the input". */
export interface HexText {
  readonly where: string;
  readonly text: string;
}

export type HexResult = { readonly bytes: Uint8Array } | { readonly problem: string };

/** "0x0010:  4500 0034 …", with or without the ASCII column of -X behind two spaces. */
const DUMP_LINE = /^\s*0x([0-9a-f]{4,8}):\s*((?:[0-9a-f]{2,4}(?: (?! )|$|(?=\s)))+)(?:\s{2,}.*)?\s*$/i;

interface Digits {
  digits: string;
}

/**
 * All pieces together are one run of bytes. Between digits, white space, colons and "0x" mean nothing. A text with a line
 * of `tcpdump -x` is a dump: its other lines are passed over, and of each packet what stands before the first marker (link,
 * IP and TCP headers). A packet without a marker counts for nothing.
 */
export function readHex(texts: readonly HexText[]): HexResult {
  const all: Digits = { digits: "" };
  for (const { where, text } of texts) {
    const lines = text.split(/\r?\n/);
    if (lines.some((line) => DUMP_LINE.test(line))) {
      all.digits += dumped(lines);
      continue;
    }
    for (const [index, line] of lines.entries()) {
      const problem = collect(line, lines.length === 1 ? where : `${where}, line ${index + 1}`, all);
      if (problem !== undefined) return { problem };
    }
  }
  const { digits } = all;
  if (digits === "") return { problem: "there is no hex to decode; give it as arguments or on stdin" };
  if (digits.length % 2 === 1) {
    return { problem: `${digits.length} hex digits do not make whole bytes: one is missing or too many` };
  }
  return { bytes: bytesOf(digits) };
}

function collect(line: string, where: string, into: Digits): string | undefined {
  const text = line.replaceAll(/(?<![0-9a-z])0x/gi, "  ");
  for (const [index, character] of Array.from(text).entries()) {
    if (/[0-9a-f]/i.test(character)) into.digits += character;
    else if (!/[\s:]/.test(character)) {
      return `${where}, character ${index + 1}: ${JSON.stringify(character)} is not a hex digit`;
    }
  }
  return undefined;
}

function dumped(lines: readonly string[]): string {
  const packets: string[] = [];
  for (const line of lines) {
    const [, offset, groups = ""] = DUMP_LINE.exec(line) ?? [];
    if (offset === undefined) continue;
    if (Number.parseInt(offset, 16) === 0 || packets.length === 0) packets.push("");
    packets[packets.length - 1] += groups.replaceAll(/\s/g, "");
  }
  return packets.map(payload).join("");
}

/** From the first marker on; nothing of a packet without one, such as an acknowledgement. */
function payload(packet: string): string {
  const bytes = bytesOf(packet);
  const start = findMarker(bytes, 0);
  return start === undefined ? "" : packet.slice(2 * start, 2 * bytes.length);
}

function bytesOf(digits: string): Uint8Array {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
