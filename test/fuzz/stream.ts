/** The stream of a session: however it is cut into chunks, it must be the same messages, or the same end. */
import { isDeepStrictEqual } from "node:util";
import { MAX_EXTENDED_MESSAGE, MAX_MESSAGE } from "bgp-ts-codec";
import { Framer } from "../../bgp/session/framer.ts";
import type { Frame } from "../../bgp/session/framer.ts";
import type { Random } from "./random.ts";

/** What a framer tells, up to the error that ends it. Views are copied: a host may use its buffer again. */
function frames(chunks: Iterable<Uint8Array>, extendedMessages: boolean): Frame[] {
  const framer = new Framer({ extendedMessages });
  const told: Frame[] = [];
  for (const chunk of chunks) {
    for (const frame of framer.read(chunk)) {
      told.push(frame.status === "message" ? { ...frame, bytes: frame.bytes.slice() } : frame);
      if (frame.status === "error") return told;
    }
    chunk.fill(0);
  }
  return told;
}

/** Chunks of random sizes, each in a buffer of its own. */
function* cut(stream: Uint8Array, random: Random): Generator<Uint8Array, void, undefined> {
  const most = random.pick([1, 2, 7, 19, 64, 1500]);
  for (let at = 0; at < stream.length;) {
    const end = at + 1 + random.below(most);
    yield stream.slice(at, end);
    at = end;
  }
}

/** Undefined where all is well. */
export function judgeStream(stream: Uint8Array, extendedMessages: boolean, random: Random): string | undefined {
  const whole = frames([stream.slice()], extendedMessages);
  const parts = frames(cut(stream, random), extendedMessages);
  if (!isDeepStrictEqual(whole, parts))
    return `in chunks, ${parts.length} frames instead of ${whole.length}, or others`;
  const limit = extendedMessages ? MAX_EXTENDED_MESSAGE : MAX_MESSAGE;
  return whole.some((frame) => frame.status === "message" && frame.bytes.length > limit)
    ? "a message above the limit"
    : undefined;
}
