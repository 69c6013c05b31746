/** BGP communities as users write them: numbers, or the name of an alias. */
import { parseExtendedCommunity } from "../model/communities.ts";
import type { Parsed } from "./text.ts";

/** RFC 1997 as one unsigned 32-bit number; RFC 8092 as three. */
export type CommunityValue =
  | { readonly kind: "standard"; readonly value: number }
  | { readonly kind: "large"; readonly value: readonly [number, number, number] };

export type CommunityReference = CommunityValue | { readonly kind: "alias"; readonly name: string };

const FIX = "write a community such as 64500:100 or a large one such as large:64500:1:100";

function parts(text: string, max: number): readonly number[] | undefined {
  const numbers = text.split(":").map((part) => (/^\d{1,10}$/.test(part) ? Number(part) : Infinity));
  return numbers.every((number) => number <= max) ? numbers : undefined;
}

/** `a:b` with 16-bit parts or `large:a:b:c` with 32-bit parts. */
export function parseCommunity(text: string): Parsed<CommunityValue> {
  const shown = JSON.stringify(text);
  if (text.startsWith("large:")) {
    const [global, local1, local2, ...more] = parts(text.slice("large:".length), 0xffff_ffff) ?? [];
    if (global === undefined || local1 === undefined || local2 === undefined || more.length > 0) {
      return {
        what: `${shown} is not a large community`,
        fix: "write large: and three numbers from 0 to 4294967295, such as large:64500:1:100",
      };
    }
    return { value: { kind: "large", value: [global, local1, local2] } };
  }
  const [high, low, ...more] = parts(text, 0xffff) ?? [];
  if (high !== undefined && low !== undefined && more.length === 0) {
    return { value: { kind: "standard", value: high * 0x1_0000 + low } };
  }
  if (/^\d+:\d+$/.test(text)) {
    return { what: `${shown} has a part above 65535`, fix: "write a large community such as large:64500:1:100 for it" };
  }
  if (/^\d+:\d+:\d+$/.test(text)) return { what: `${shown} has three parts`, fix: `write large:${text}` };
  return { what: `${shown} is not a community`, fix: FIX };
}

/** A community by number, or an alias: any name without a colon. */
export function parseCommunityReference(text: string): Parsed<CommunityReference> {
  if (text === "") return { what: '"" is not a community', fix: `${FIX}, or the name of an alias` };
  return text.includes(":") || /^\d+$/.test(text) ? parseCommunity(text) : { value: { kind: "alias", name: text } };
}

/** An extended community (RFC 4360) as one unsigned 64-bit number. */
export function parseExtended(text: string): Parsed<bigint> {
  const value = parseExtendedCommunity(text);
  if (value !== undefined) return { value };
  return {
    what: `${JSON.stringify(text)} is not an extended community`,
    fix: "write rt:64500:1, soo:64500:1, color:0:100, link-bandwidth:64500:125000 (bytes per second), or 0x and 16 hexadecimal digits",
  };
}
