/** Cuts a run of bytes into messages, also where one of them is broken. */
import { HEADER_LENGTH } from "bgp-ts-codec";

const MARKER_LENGTH = 16;

/** Where the next marker begins, at or behind `from`. Of a longer run of 0xFF the last sixteen bytes are the marker. */
export function findMarker(bytes: Uint8Array, from: number): number | undefined {
  let run = 0;
  for (let at = from; at < bytes.length; at++) {
    if (bytes[at] === 0xff) run += 1;
    else if (run >= MARKER_LENGTH) return at - MARKER_LENGTH;
    else run = 0;
  }
  return undefined;
}

/** Whether the bytes at `at` are a marker, as far as they go. */
function isMarker(bytes: Uint8Array, at: number): boolean {
  return bytes.subarray(at, at + MARKER_LENGTH).every((byte) => byte === 0xff);
}

/**
 * The messages of `bytes`, in order, no byte left out. A message is as long as its header says, unless that leads beyond the
 * input, or past the beginning of another marker to where there is none: then, and where there is no header, it ends where
 * the next marker begins.
 */
export function* frames(bytes: Uint8Array): Generator<Uint8Array, void, undefined> {
  for (let start = 0; start < bytes.length;) {
    const end = endOf(bytes, start);
    yield bytes.subarray(start, end);
    start = end;
  }
}

function endOf(bytes: Uint8Array, start: number): number {
  const marked = isMarker(bytes, start);
  const next = findMarker(bytes, marked ? start + MARKER_LENGTH : start + 1) ?? bytes.length;
  const [high = 0, low = 0] = bytes.subarray(start + MARKER_LENGTH, start + HEADER_LENGTH);
  const said = start + ((high << 8) | low);
  const plausible = marked && said >= start + HEADER_LENGTH && said <= bytes.length;
  return plausible && (said <= next || isMarker(bytes, said)) ? said : next;
}
