/** What mutations begin with: messages that are right, from routers and of every kind that the codec can write. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { MAX_MESSAGE, encodeMessage } from "bgp-ts-codec";
import type { CodecContext } from "bgp-ts-codec";
import { message } from "../support/bgp-arbitraries.ts";
import { fromHex } from "../support/wire.ts";
import { FIRST_AS } from "./finding.ts";

const CAPTURES = join(import.meta.dirname, "../data/bgp");

/** Whole messages from the lines "TYPE: hexadecimal" of a file. */
function readHex(file: string): Uint8Array[] {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.map((line) => /^[A-Z-]+: ([0-9a-f]+)$/.exec(line)?.[1]).flatMap((hex) => (hex ? [fromHex(hex)] : []));
}

/** What a session may have agreed on, and what the peer is. */
export const CONTEXTS: readonly CodecContext[] = [true, false].flatMap((as4) =>
  [true, false].flatMap((ebgp) =>
    [true, false].flatMap((addPath) =>
      [true, false].map((extendedMessages) => ({
        as4,
        ebgp,
        addPath: { ipv4: addPath, ipv6: addPath !== extendedMessages },
        extendedMessages,
        rejectAsSets: ebgp,
        ...(ebgp && addPath ? { firstAs: FIRST_AS } : {}),
      })),
    ),
  ),
);

const OF_EACH_CONTEXT = 60;

/** Right messages of one kind of session. */
export interface Corpus {
  readonly context: CodecContext;
  readonly messages: readonly Uint8Array[];
}

/** The same messages for the same seed. Long ones are for mutations to make. */
export function corpora(seed: number): readonly Corpus[] {
  const files = readdirSync(CAPTURES).filter((name) => name.endsWith(".hex"));
  const captured = files.flatMap((name) => readHex(join(CAPTURES, name)));
  return CONTEXTS.map((context) => {
    const made = fc
      .sample(message({ ...context, extendedMessages: true }), { seed, numRuns: OF_EACH_CONTEXT })
      .map((value) => encodeMessage(value, { ...context, extendedMessages: true }))
      .filter(({ length }) => length <= MAX_MESSAGE / 4);
    return { context, messages: [...captured, ...made] };
  });
}
