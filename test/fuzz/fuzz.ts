/**
 * Feeds messages made wrong to the codec and the framer, and ends with 1 at the first answer that is not sound.
 *
 *     node test/fuzz/fuzz.ts [--count N] [--seed N]
 *
 * The same seed makes the same messages. A finding is printed as hexadecimal with what the session had agreed on: put
 * into a file under test/data/bgp/crashers/, it is tried in every test run from then on.
 */
import { parseArgs } from "node:util";
import { decodeMessage } from "bgp-ts-codec";
import type { CodecContext } from "bgp-ts-codec";
import { formatFinding } from "./finding.ts";
import { mutate } from "./mutate.ts";
import { judge } from "./oracle.ts";
import { concat } from "./parts.ts";
import { Random } from "./random.ts";
import { CONTEXTS, corpora } from "./seeds.ts";
import { judgeStream } from "./stream.ts";

const { values } = parseArgs({ options: { count: { type: "string" }, seed: { type: "string" } } });
const count = number("count", values.count ?? "1000000");
const seed = number("seed", values.seed ?? String(Date.now() % 0x1_0000_0000));

function number(name: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  process.stderr.write(`--${name} ${text}: write a whole number\n`);
  process.exit(2);
}

function attempt(label: string, bytes: Uint8Array, context: CodecContext, check: () => string | undefined): void {
  let what: string | undefined;
  try {
    what = check();
  } catch (error) {
    what = `thrown: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
  if (what === undefined) return;
  process.stdout.write(formatFinding(what, bytes, context, label));
  process.exit(1);
}

/** One in so many messages goes through the framer, together with others. */
const STREAMS = 50;

process.stdout.write(`seed ${seed}\n`);
const random = new Random(seed);
const sessions = corpora(seed);
const verdicts = new Map<string, number>();
for (let done = 0; done < count; done++) {
  const { context: fitting, messages } = random.pick(sessions);
  // Now and then what was agreed on is not what the message was made for.
  const context = random.once(8) ? random.pick(CONTEXTS) : fitting;
  const bytes = mutate(random.pick(messages), random, messages);
  attempt("MESSAGE", bytes, context, () => judge(bytes, context));
  if (done % STREAMS === 0) {
    const stream = concat([random.pick(messages), bytes, random.pick(messages)]);
    attempt("STREAM", stream, context, () => judgeStream(stream, context.extendedMessages, random));
    const { verdict } = decodeMessage(bytes, context);
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
  }
}
const sampled = Array.from(verdicts, ([verdict, times]) => `${verdict} ${times * STREAMS}`).sort();
process.stdout.write(`${count} messages: all answers sound (about ${sampled.join(", ")})\n`);
